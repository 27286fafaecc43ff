"""Forward pass of the Attention layer."""

import math
from functools import partial
from typing import TYPE_CHECKING

from epynn.commons.positions import find_seen
from epynn.kernels.arrays import beside, ndarray
from epynn.kernels.attention import (
    draw_kept,
    drop,
    join_heads,
    multiply_heads,
    multiply_to_steps,
    softmax_scores,
    split_heads,
    turn_pairs,
)
from epynn.kernels.products import multiply_steps
from epynn.kernels.steps import zero_masked

if TYPE_CHECKING:
    from epynn.attention.models import Attention


def attention_forward(layer: 'Attention', A: ndarray) -> ndarray:
    """Compute ``A = softmax(Q K^T / sqrt(k)) V Wo + bo``: ``(m, s, e) -> (m, s, e)``."""
    # (1) Input, 0 at masked steps
    X = zero_masked(layer.receive_input(A), layer.mask)
    p, d, fc = layer.p, layer.d, layer.fc

    # (2) Queries, keys and values: (m, s, e) @ (e, u) -> (m, s, u)
    Q = multiply_steps(X, p['Wq'], p.get('bq'))
    K = multiply_steps(X, p['Wk'], p.get('bk'))
    V = multiply_steps(X, p['Wv'], p.get('bv'))

    # (3) Heads: (m, s, u) -> (m, heads, s, k)
    Q = split_heads(Q, d['heads'])
    K = split_heads(K, d['kv_heads'])
    V = split_heads(V, d['kv_heads'])

    # (4) Rotary positions: queries and keys turn, by an angle that grows with the position
    if layer.rotary:
        cos, sin = fc['cos'], fc['sin'] = layer.turns(X)
        Q, K = turn_pairs(Q, cos, sin), turn_pairs(K, cos, sin)

    # (5) Behind those of passes before, if carried: (m, heads, s, k) -> (m, heads, ks, k)
    K, V, real = layer.carry_on(K, V)
    fc['Q'], fc['K'], fc['V'] = Q, K, V

    # (6) Scores S = Q K^T / sqrt(k): (m, heads, s, k) @ (m, heads, k, ks) -> (m, heads, s, ks)
    S = multiply_heads(Q / math.sqrt(d['k']), K.swapaxes(2, 3))

    # (7) Weights P = softmax(S) over the keys: 0 for steps that pad and, if causal, for later ones
    P = fc['P'] = softmax_scores(S, find_seen(d['s'], d['ks'], real, layer.causal))

    # (8) Dropout, in training
    layer.o['dropped'] = layer.training and layer.drop_prob > 0
    if layer.o['dropped']:
        draw = partial(draw_kept, layer.np_rng, drop_prob=layer.drop_prob)
        D = fc['D'] = beside(layer.ranks.draw(draw, P.shape), P)
        P = drop(P, D, layer.scale)

    # (9) Values, by their weights: (m, heads, s, ks) @ (m, heads, ks, k) -> (m, heads, s, k)
    # (10) Heads side by side: (m, heads, s, k) -> (m, s, u)
    O = fc['O'] = join_heads(multiply_to_steps(P, V))

    # (11) Output: (m, s, u) @ (u, e) -> (m, s, e)
    A = fc['A'] = multiply_steps(O, p['Wo'], p.get('bo'))

    return A
