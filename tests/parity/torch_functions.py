"""The layers of epynn as functions of PyTorch's tensors, ``f(X, p) -> A``, channels last.

Functions that PyTorch has are called; recurrent layers are written as loops over the steps, from
the equations. Nothing is taken from epynn.
"""

import math

import numpy as np

# ACTIVATIONS


def activate(name, Z, alpha=None, T=1.0):
    """Apply the activation of that name."""
    import torch
    import torch.nn.functional as F

    functions = {
        'identity': lambda: Z,
        'relu': lambda: F.relu(Z),
        'lrelu': lambda: F.leaky_relu(Z, 0.3 if alpha is None else alpha),
        'elu': lambda: F.elu(Z, 1.0 if alpha is None else alpha),
        'selu': lambda: F.selu(Z),
        'softplus': lambda: F.softplus(Z, threshold=100),
        'gelu': lambda: F.gelu(Z),
        'gelu_tanh': lambda: F.gelu(Z, approximate='tanh'),
        'silu': lambda: F.silu(Z),
        'mish': lambda: Z * torch.tanh(F.softplus(Z, threshold=100)),
        'sigmoid': lambda: torch.sigmoid(Z),
        # F.hardsigmoid has 1/6 in single precision
        'hard_sigmoid': lambda: F.hardtanh(Z / 3) / 2 + 0.5,
        'hard_swish': lambda: F.hardswish(Z),
        'relu6': lambda: F.relu6(Z),
        'tanh': lambda: torch.tanh(Z),
        'hard_tanh': lambda: F.hardtanh(Z),
        'softsign': lambda: F.softsign(Z),
        'softmax': lambda: F.softmax(Z / T, dim=-1),
    }
    return functions[name]()


# LAYERS OF FEATURES


def dense(X, p, f='identity', **hPars):
    return activate(f, X @ p['W'] + p['b'], **hPars)


def activation(X, p, f, **hPars):
    return activate(f, X, **hPars)


def prelu(X, p):
    import torch.nn.functional as F

    return F.prelu(X.movedim(-1, 1), p['alpha']).movedim(1, -1)


def tokens(X, p):
    import torch.nn.functional as F

    return F.embedding(X, p['W'])


def reshape(X, p, shape):
    return X.reshape(len(X), *shape)


def dropout(X, p, drop_prob, mask_shape, seed):
    import torch

    D = np.random.Generator(np.random.PCG64(seed)).uniform(0, 1, mask_shape) > drop_prob
    return X * torch.tensor(D) / (1 - drop_prob)


def chain(X, p, functions):
    """Apply functions in order; parameters ``'0.W'`` belong to the first."""
    for number, function in enumerate(functions):
        X = function(X, inner(p, number))
    return X


def residual(X, p, functions, shortcut=()):
    names = range(len(functions), len(functions) + len(shortcut))
    S = X
    for number, function in zip(names, shortcut, strict=True):
        S = function(S, inner(p, number))
    return chain(X, p, functions) + S


def parallel(X, p, branches, join='cat', inputs=None):
    """Branches of functions, joined by a function of PyTorch; parameters go along the branches."""
    import torch

    outputs, number = [], 0
    for branch, (low, high) in zip(branches, inputs or [(None, None)] * len(branches), strict=True):
        A = X[..., low:high]
        for function in branch:
            A = function(A, inner(p, number))
            number += 1
        outputs.append(A)
    return torch.cat(outputs, -1) if join == 'cat' else getattr(torch.stack(outputs), join)(0)


def inner(p, number):
    """Return the parameters of one of the layers inside."""
    start = f'{number}.'
    return {name.removeprefix(start): t for name, t in p.items() if name.startswith(start)}


# WINDOWS


def sides(padding, size, window, stride, dilation=1):
    """Return the padding before and after one axis; that of 'same' is found by search."""
    if padding == 'valid':
        return 0, 0
    if padding == 'causal':
        return (window - 1) * dilation, 0
    if padding not in ('same', 'same_lower'):
        return padding, padding
    total = 0
    while (size + total - (window - 1) * dilation - 1) // stride + 1 < math.ceil(size / stride):
        total += 1
    return (total // 2, total - total // 2)[:: 1 if padding == 'same' else -1]


def both_sides(padding, sizes, window, strides, dilation=(1, 1)):
    """Return the padding of rows and columns."""
    paddings = padding if isinstance(padding, tuple) else (padding, padding)
    return [sides(*axis) for axis in zip(paddings, sizes, window, strides, dilation, strict=True)]


def pair(n):
    return n if isinstance(n, tuple) else (n, n)


def convolution(X, p, strides=None, padding=0, dilation=1, groups=1, f='identity'):
    import torch.nn.functional as F

    W = p['W'].permute(3, 2, 0, 1).contiguous()  # (fh, fw, d / g, u) -> (u, d / g, fh, fw)
    window, dilation = tuple(W.shape[2:]), pair(dilation)
    strides = window if strides is None else pair(strides)
    rows, columns = both_sides(padding, X.shape[1:3], window, strides, dilation)
    Xp = F.pad(X.permute(0, 3, 1, 2), (*columns, *rows))
    Z = F.conv2d(Xp, W, p.get('b'), strides, 0, dilation, groups)
    return activate(f, Z.permute(0, 2, 3, 1))


def convolution1d(X, p, strides=None, padding=0, dilation=1, groups=1, f='identity'):
    import torch.nn.functional as F

    W = p['W'].permute(2, 1, 0).contiguous()  # (f, e / g, u) -> (u, e / g, f)
    window = W.shape[2]
    strides = window if strides is None else strides
    ends = sides(padding, X.shape[1], window, strides, dilation)
    Z = F.conv1d(F.pad(X.permute(0, 2, 1), ends), W, p.get('b'), strides, 0, dilation, groups)
    return activate(f, Z.permute(0, 2, 1))


def transposed(X, p, strides=None, padding=0, output_padding=0, dilation=1, groups=1, f='identity'):
    import torch.nn.functional as F

    W = p['W'].permute(3, 2, 0, 1).contiguous()  # (fh, fw, u, d) -> (d, u, fh, fw)
    window = tuple(W.shape[2:])
    strides = window if strides is None else pair(strides)
    Xt = X.permute(0, 3, 1, 2)
    if padding in ('same', 'same_lower'):
        # What the convolution of the output has as padding is left out; what it leaves is 0
        Z = F.conv_transpose2d(Xt, W, None, strides)
        wanted = [n * s for n, s in zip(X.shape[1:3], strides, strict=True)]
        (top, _), (left, _) = both_sides(padding, wanted, window, strides)
        bottom, right = (n - z for n, z in zip(wanted, Z.shape[2:], strict=True))
        Z = F.pad(Z, (-left, right + left, -top, bottom + top))
    else:
        padding = (0, 0) if padding == 'valid' else padding
        Z = F.conv_transpose2d(Xt, W, None, strides, padding, output_padding, groups, dilation)
    Z = Z.permute(0, 2, 3, 1)
    return activate(f, Z + p['b'] if 'b' in p else Z)


def pooling(X, p, how, window, strides=None, padding=0):
    import torch.nn.functional as F

    window = pair(window)
    strides = window if strides is None else pair(strides)
    rows, columns = both_sides(padding, X.shape[1:3], window, strides)
    sign = -1 if how == 'min' else 1
    frame = 0.0 if how == 'mean' else -math.inf
    Xp = F.pad(sign * X.permute(0, 3, 1, 2), (*columns, *rows), value=frame)
    pool = F.avg_pool2d if how == 'mean' else F.max_pool2d
    return sign * pool(Xp, window, strides).permute(0, 2, 3, 1)


def pooling_by_options(
    X, p, how, window, strides, padding, dilation=1, ceil_mode=False, count_padding=True
):
    """Pool with all options that PyTorch has itself: a mean without dilation."""
    import torch.nn.functional as F

    Xt = X.permute(0, 3, 1, 2)
    if how == 'mean':
        A = F.avg_pool2d(Xt, window, strides, padding, ceil_mode, count_padding)
    else:
        sign = -1 if how == 'min' else 1
        A = sign * F.max_pool2d(sign * Xt, window, strides, padding, dilation, ceil_mode)
    return A.permute(0, 2, 3, 1)


def pooling1d(X, p, how, window, strides=None, padding=0):
    strides = window if strides is None else strides
    return pooling(X[:, None], p, how, (1, window), (1, strides), (0, padding))[:, 0]


def global_pooling(X, p, how):
    places = X.reshape(len(X), -1, X.shape[-1])
    return pooling1d(places, p, how, places.shape[1])[:, 0]


# NORMALIZATIONS


def batch_norm(X, p, momentum, epsilon, training):
    import torch.nn.functional as F

    A = F.batch_norm(
        X.movedim(-1, 1), p['mean'], p['var'], p['gamma'], p['beta'], training, 1 - momentum,
        epsilon,
    )  # fmt: skip
    return A.movedim(1, -1)


def layer_norm(X, p, epsilon):
    import torch.nn.functional as F

    return F.layer_norm(X, X.shape[-1:], p['gamma'], p['beta'], epsilon)


def group_norm(X, p, groups, epsilon):
    import torch.nn.functional as F

    return F.group_norm(X.movedim(-1, 1), groups, p['gamma'], p['beta'], epsilon).movedim(1, -1)


# RECURRENT LAYERS
