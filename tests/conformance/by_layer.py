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
    is left out. The layer divides scores by ``sqrt(k)``; another factor goes into the weights.
    """
    given, arrays = attributes(node), named_inputs(node, inputs)
    require(
        len([each for each in arrays if each is not None]) == 3,
        'a mask of pairs of steps, or steps of before',
    )
    require(len(node.output) == 1, 'scores are not given out')
    require(not given.get('softcap'), 'scores have no bound')
    require(
        given.get('left_window_size', -1) == given.get('right_window_size', -1) == -1,
        'a step sees all before it',
    )
    Q, K, V = (join_heads(array) if array.ndim == 4 else array for array in arrays)
    heads = given.get('q_num_heads') or arrays[0].shape[1]
    kv_heads = given.get('kv_num_heads') or arrays[1].shape[1]
    k = Q.shape[2] // heads
    require(V.shape[2] // kv_heads == k, 'values have as many elements as keys')
    s = K.shape[1]
    require(Q.shape[1] <= s, 'more queries than keys')
    queries = np.zeros((len(Q), s, Q.shape[2]), Q.dtype)
    queries[:, : Q.shape[1]] = Q
    X = np.concatenate([queries, K, V], axis=2)
    u, e = Q.shape[2], X.shape[2]
    choose = np.eye(e, dtype=X.dtype)
    layer = Attention(heads, u, bool(given.get('is_causal')), kv_heads=kv_heads, use_bias=False)
    layer.dtype = X.dtype
    scale = given.get('scale', 1 / math.sqrt(k)) * math.sqrt(k)
    layer.p = {
        'Wq': choose[:, :u] * X.dtype.type(scale),
        'Wk': choose[:, u : u + K.shape[2]],
        'Wv': choose[:, u + K.shape[2] :],
        'Wo': choose[:u],
    }
    A = layer.forward(X)[:, : Q.shape[1], :u]
    return [A if arrays[0].ndim == 3 else split_heads(A, heads)]


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
