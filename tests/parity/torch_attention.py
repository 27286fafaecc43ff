"""Attention and its kin as functions of PyTorch's tensors, ``f(X, p) -> A``.

Projections are written out; what is between them is PyTorch's own attention. With `lengths`, the
steps behind are masked, and outputs there are 0.
"""

import math

from parity import torch_functions as t


def real_steps(X, lengths):
    """Return which steps are real, ``(m, s)``."""
    import torch

    lengths = torch.tensor(lengths or [X.shape[1]] * X.shape[0])
    return torch.arange(X.shape[1]) < lengths[:, None]


def turn(X):
    """Turn neighbours of ``(m, heads, s, k)``, as complex numbers, by the angles of RoFormer."""
    import torch

    s, k = X.shape[2:]
    theta = 10000 ** (-torch.arange(0, k, 2, dtype=X.dtype) / k)
    angles = torch.arange(s, dtype=X.dtype)[:, None] * theta
    turned = torch.view_as_complex(X.reshape(*X.shape[:-1], -1, 2)) * torch.exp(1j * angles)
    return torch.view_as_real(turned).reshape(X.shape)


def attention(X, p, heads, causal=False, kv_heads=None, rotary=False, dropped=None, lengths=()):
    """Project, call scaled_dot_product_attention, project back. `dropped` is of (D, scale)."""
    import torch
    import torch.nn.functional as F

    m, s, _ = X.shape

    def split(name, heads):
        return (X @ p[f'W{name}'] + p.get(f'b{name}', 0)).reshape(m, s, heads, -1).swapaxes(1, 2)

    Q, K, V = split('q', heads), split('k', kv_heads or heads), split('v', kv_heads or heads)
    if rotary:
        Q, K = turn(Q), turn(K)
    real = real_steps(X, lengths)
    options = {'enable_gqa': kv_heads is not None}
    if dropped is not None:  # as it is defined, with the weights that were drawn to be kept
        groups = heads // (kv_heads or heads)
        K, V = K.repeat_interleave(groups, 1), V.repeat_interleave(groups, 1)
        S = Q @ K.mT / math.sqrt(Q.shape[-1])
        hidden = torch.ones(s, s).triu(1).bool() if causal else torch.zeros(s, s).bool()
        O = (torch.softmax(S.masked_fill(hidden, -torch.inf), -1) * torch.tensor(dropped)) @ V
    elif lengths:
        seen = real[:, None, None] & (torch.ones(s, s).tril().bool() if causal else True)
        O = F.scaled_dot_product_attention(Q, K, V, seen, **options)
    else:
        O = F.scaled_dot_product_attention(Q, K, V, is_causal=causal, **options)
    A = O.swapaxes(1, 2).reshape(m, s, -1) @ p['Wo'] + p.get('bo', 0)
    return A * real[..., None]


def parameters_of_torch(p):
    """Return the parameters by the names, and in the order of axes, of nn.MultiheadAttention."""
    import torch

    return {
        'in_proj_weight': torch.cat([p['Wq'], p['Wk'], p['Wv']], 1).T,
        'in_proj_bias': torch.cat([p['bq'], p['bk'], p['bv']]),
        'out_proj.weight': p['Wo'].T,
        'out_proj.bias': p['bo'],
    }


def multihead(X, p, heads, causal=False, lengths=()):
    """Call nn.MultiheadAttention."""
    import torch

    s, e = X.shape[1:]
    net = torch.nn.MultiheadAttention(e, heads, batch_first=True).double()
    later = torch.ones(s, s).triu(1).bool() if causal else None
    real = real_steps(X, lengths)
    options = {'key_padding_mask': ~real, 'attn_mask': later, 'need_weights': False}
    values = parameters_of_torch(p)
    return torch.func.functional_call(net, values, (X, X, X), options)[0] * real[..., None]


def encoder_layer(X, p, heads, units, activate, norm, causal=False, lengths=()):
    """Call nn.TransformerEncoderLayer."""
    import torch

    s, e = X.shape[1:]
    net = torch.nn.TransformerEncoderLayer(
        e, heads, units, 0.0, activate, batch_first=True, norm_first=norm == 'pre'
    ).double()
    if norm == 'pre':
        places = {'norm1': '0.0', 'self_attn': '0.1', 'norm2': '1.0', 'dense': '1.1'}
    else:
        places = {'self_attn': '0.0', 'norm1': '1', 'dense': '2.0', 'norm2': '3'}
    attention = parameters_of_torch(t.inner(p, places['self_attn']))
    values = {f'self_attn.{name}': value for name, value in attention.items()}
    for name in ('norm1', 'norm2'):
        values[f'{name}.weight'] = p[f'{places[name]}.gamma']
        values[f'{name}.bias'] = p[f'{places[name]}.beta']
    for number in (0, 1):
        values[f'linear{number + 1}.weight'] = p[f'{places["dense"]}.{number}.W'].T
        values[f'linear{number + 1}.bias'] = p[f'{places["dense"]}.{number}.b'][0]
    later = torch.ones(s, s).triu(1).bool() if causal else None
    real = real_steps(X, lengths)
    options = {'src_mask': later, 'src_key_padding_mask': ~real}
    return torch.func.functional_call(net, values, (X,), options) * real[..., None]


def block(X, p, activate, **options):
    """A block with grouped heads and rotary positions, which PyTorch has not, written out."""
    norm = {'epsilon': 1e-5}
    first, second = t.inner(p, 0), t.inner(p, 1)
    normed = t.layer_norm(X, t.inner(first, 0), **norm)
    Xa = X + attention(normed, t.inner(first, 1), **options)
    hidden = t.dense(t.layer_norm(Xa, t.inner(second, 0), **norm), t.inner(second, '1.0'), activate)
    return Xa + t.dense(hidden, t.inner(second, '1.1'))


def positions(X, p, kind, lengths=()):
    """Add rows, which PyTorch looks up, or waves, as in the tutorial of PyTorch."""
    import torch
    import torch.nn.functional as F

    s, e = X.shape[1:]
    t = torch.arange(s)
    if kind == 'learned':
        E = F.embedding(t, p['W'])
    else:
        E = torch.zeros(s, e + e % 2, dtype=X.dtype)
        slower = torch.exp(torch.arange(0, e, 2, dtype=X.dtype) * (-math.log(10000) / e))
        E[:, 0::2], E[:, 1::2] = torch.sin(t[:, None] * slower), torch.cos(t[:, None] * slower)
        E = E[:, :e]
    return (X + E) * real_steps(X, lengths)[..., None]


def rms_norm(X, p, epsilon):
    import torch.nn.functional as F

    return F.rms_norm(X, X.shape[-1:], p['gamma'], epsilon)
