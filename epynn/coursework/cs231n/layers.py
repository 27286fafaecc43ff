"""The course's module of layers: ``from epynn.coursework.cs231n.layers import *`` in a notebook."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from epynn.commons.arguments import as_choice, as_float
from epynn.commons.errors import LabelError
from epynn.commons.maths import relu
from epynn.commons.maths.floating import floating
from epynn.coursework.cs231n.fast_layers import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)
from epynn.coursework.cs231n.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from epynn.coursework.cs231n.params import Cache, read_settings
from epynn.coursework.layouts import check_shape
from epynn.kernels.arrays import ndarray


def affine_forward(x: ndarray, w: ndarray, b: ndarray) -> tuple[ndarray, Cache]:
    """Compute ``out = x w + b``, each sample flattened to a row of ``D = d_1 * ... * d_k``.

    ``x (N, d_1, ..., d_k)``, ``w (D, M)``, ``b (M,)`` -> ``out (N, M)`` and the cache.
    """
    rows = x.reshape(len(x), -1)  # (N, d_1, ..., d_k) -> (N, D)
    check_shape(w, 'w', 'D, M', rows.shape[1])
    check_shape(b, 'b', 'M', w.shape[1])
    return rows @ w + b, (rows, w, x.shape)


def affine_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`affine_forward`: ``dx = dout w^T``, ``dw = x^T dout``, ``db = sum(dout)``."""
    rows, w, shape = cache
    check_shape(dout, 'dout', 'N, M', len(rows), w.shape[1])
    return (dout @ w.T).reshape(shape), rows.T @ dout, dout.sum(axis=0)


def relu_forward(x: ndarray) -> tuple[ndarray, ndarray]:
    """Compute ``out = max(0, x)``, of any shape; the cache is ``x``."""
    return relu(x), x


def relu_backward(dout: ndarray, cache: ndarray) -> ndarray:
    """Reverse :func:`relu_forward`: ``dx = dout`` where ``x > 0``, else 0."""
    dx: ndarray = dout * relu(cache, deriv=True)
    return dx


def dropout_forward(x: ndarray, dropout_param: Mapping[str, Any]) -> tuple[ndarray, Cache]:
    """Compute ``out = x * mask / p`` in training, where ``mask = uniform(0, 1) < p``; else ``x``.

    Parameters
    ----------
    x : array
        Any shape and dtype, which ``out`` has too.
    dropout_param : dict
        ``'p'``, the probability to *keep* a number (the Dropout layer of epynn takes that to drop
        it, ``1 - p``); ``'mode'``, ``'train'`` or ``'test'``; ``'seed'``, optional, of NumPy's
        global random numbers, as the course has it, so that its masks are the same.
    """
    p, mode = read_settings(dropout_param, 'dropout_param', 'p', 'mode')
    keep = as_float(p, "dropout_param['p']", low=1e-6, high=1)
    if as_choice(mode, "dropout_param['mode']", ('train', 'test')) == 'test':
        return x, (None,)
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])  # noqa: NPY002  the course's seeds rely on it
    kept = np.random.rand(*x.shape) < keep  # noqa: NPY002  likewise
    scale = (kept / keep).astype(x.dtype)
    return x * scale, (scale,)


def dropout_backward(dout: ndarray, cache: Cache) -> ndarray:
    """Reverse :func:`dropout_forward`: the gradient passes where the input passed."""
    (scale,) = cache
    dx: ndarray = dout if scale is None else dout * scale
    return dx


def softmax_loss(x: ndarray, y: ndarray) -> tuple[float, ndarray]:
    """Compute the loss ``-mean_n(log softmax(x[n])[y[n]])`` and its gradient ``dx``.

    From scores ``x (N, C)`` and labels ``y (N,)`` straight to the loss,
    ``log softmax(x) = x - log(sum(exp(x)))``, so that no probability can underflow on the way;
    ``dx = (softmax(x) - onehot(y)) / N``.

    Raises
    ------
    LabelError
        If labels are not whole numbers from 0 to ``C - 1``.
    """
    x, y = floating(x), np.asarray(y)
    check_shape(x, 'x', 'N, C')
    check_shape(y, 'y', 'N', len(x))
    N, C = x.shape
    if y.dtype.kind not in 'iu' or not ((y >= 0) & (y < C)).all():
        raise LabelError(
            'y', f'whole numbers from 0 to {C - 1}', f'{y.min()} to {y.max()}, {y.dtype}',
            'Give one column of scores a class.',
        )  # fmt: skip
    shifted = x - x.max(axis=1, keepdims=True)
    logP = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    samples = np.arange(N)
    dx = np.exp(logP)
    dx[samples, y] -= 1
    return float(-logP[samples, y].mean()), dx / N


__all__ = [
    'affine_backward', 'affine_forward', 'batchnorm_backward', 'batchnorm_backward_alt',
    'batchnorm_forward', 'conv_backward_naive', 'conv_forward_naive', 'dropout_backward',
    'dropout_forward', 'layernorm_backward', 'layernorm_forward', 'max_pool_backward_naive',
    'max_pool_forward_naive', 'relu_backward', 'relu_forward', 'softmax_loss',
    'spatial_batchnorm_backward', 'spatial_batchnorm_forward', 'spatial_groupnorm_backward',
    'spatial_groupnorm_forward',
]  # fmt: skip
