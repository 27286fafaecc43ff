"""Cases whose arrays are no network's input: layers of ours that are given them directly."""

import math

import numpy as np
from conformance.recorded import attributes, named_inputs, require

from epynn import Attention
from epynn.kernels.attention import join_heads, split_heads, turn_pairs


def attention(node, inputs):
    """Compute Attention by the layer of that name.

    Queries, keys and values stand side by side in the elements of each step, and the weights choose
    them. Where there are fewer queries than keys, those of the last steps are 0, and what they take
    is left out; so are elements that keys have and values do not, or the other way round. The layer
    divides scores by ``sqrt(k)``; another factor goes into the weights.
    """
    given, arrays = attributes(node), named_inputs(node, inputs)
    require(not any(X is not None for X in arrays[3:]), 'masks of pairs, or steps of before')
    require(len(node.output) == 1, 'scores are not given out')
    require(not given.get('softcap'), 'scores have no bound')
    windows = [given.get(f'{side}_window_size', -1) for side in ('left', 'right')]
    require(windows == [-1, -1], 'a step sees all steps, or all before it')
    names = ('q_num_heads', 'kv_num_heads', 'kv_num_heads')
    parts = [
        X if X.ndim == 4 else split_heads(X, given[name])
        for X, name in zip(arrays, names, strict=False)
    ]
    (_, heads, q, k), (_, kv_heads, s, v) = parts[0].shape, parts[2].shape
    require(q <= s, 'more queries than keys')
    wide = max(k, v)
    Q, K, V = (join_heads(widen(X, s, wide)) for X in parts)
    X = np.concatenate([Q, K, V], axis=2)
    u, n = Q.shape[2], K.shape[2]
    choose = np.eye(X.shape[2], dtype=X.dtype)
    layer = Attention(heads, u, bool(given.get('is_causal')), kv_heads=kv_heads, use_bias=False)
    layer.dtype = X.dtype
    scale = given.get('scale', 1 / math.sqrt(k)) * math.sqrt(wide)
    layer.p = {
        'Wq': choose[:, :u] * X.dtype.type(scale), 'Wk': choose[:, u : u + n],
        'Wv': choose[:, u + n :], 'Wo': choose[:u],
    }  # fmt: skip
    A = split_heads(layer.forward(X)[..., :u], heads)[:, :, :q, :v]
    return [A if arrays[0].ndim == 4 else join_heads(A)]


def widen(X, steps, elements):
    """Return heads with 0 behind, so many steps and elements: ``(m, heads, s, k)``."""
    more = [(0, 0), (0, 0), (0, steps - X.shape[2]), (0, elements - X.shape[3])]
    return np.pad(X, more)


def rotary_embedding(node, inputs):
    """Compute RotaryEmbedding by the turn of rotary positions in Attention.

    It turns pairs of neighbours; halves of a head are brought beside each other, and back. Elements
    that do not turn are left out.
    """
    given = attributes(node)
    X, cos, sin, positions = (*named_inputs(node, inputs), None)[:4]
    heads = split_heads(X, given['num_heads']) if X.ndim == 3 else X
    if positions is not None:
        cos, sin = cos[positions], sin[positions]  # (m, s, turned / 2)
    cos, sin = cos[:, np.newaxis], sin[:, np.newaxis]
    turned = given.get('rotary_embedding_dim') or heads.shape[-1]
    order = np.arange(turned)
    if not given.get('interleaved'):
        order = order.reshape(2, -1).T.ravel()  # 0, k / 2, 1, k / 2 + 1, ...
    A = heads.copy()
    A[..., order] = turn_pairs(heads[..., order], cos, sin)
    return [join_heads(A) if X.ndim == 3 else A]
