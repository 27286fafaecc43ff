"""Backward pass of the Attention layer."""

import math
from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray
from epynn.kernels.attention import (
    drop,
    join_heads,
    multiply_heads,
    multiply_to_steps,
    softmax_gradient,
    split_heads,
    sum_groups,
    turn_pairs,
)
from epynn.kernels.products import multiply_steps
from epynn.kernels.steps import zero_masked

if TYPE_CHECKING:
    from epynn.attention.models import Attention


def attention_backward(layer: 'Attention', dX: ndarray) -> ndarray | None:
    """Reverse :func:`attention_forward`: ``(m, s, e) -> (m, s, e)``; None where nobody reads it."""
    p, d, fc, bc = layer.p, layer.d, layer.fc, layer.bc

    # (11) Output, of real steps: (m, s, e) @ (u, e)^T -> (m, s, u)
    dA = bc['dA'] = zero_masked(layer.receive_gradient(dX), layer.mask)
    dO = bc['dO'] = multiply_steps(dA, p['Wo'].T)

    # (10) Heads: (m, s, u) -> (m, heads, s, k)
    Q, K, V, P = fc['Q'], fc['K'], fc['V'], fc['P']
    dO = split_heads(dO, d['heads'])

    # (9) Values, by their weights: (m, heads, s, ks)^T @ (m, heads, s, k) -> (m, heads, ks, k)
    kept = drop(P, fc['D'], layer.scale) if layer.o['dropped'] else P
    dV = multiply_to_steps(kept.swapaxes(2, 3), dO)
    del kept

    # (9) The weights: (m, heads, s, k) @ (m, heads, ks, k)^T -> (m, heads, s, ks)
    dP = multiply_heads(dO, V.swapaxes(2, 3))

    # (8) Dropout
    if layer.o['dropped']:
        dP *= fc['D']
        dP *= layer.scale

    # (7) Weights: dS = P * (dP - sum(dP P))
    dS = bc['dS'] = softmax_gradient(dP, P)

    # (6) Scores: (m, heads, s, ks) @ (m, heads, ks, k) -> (m, heads, s, k)
    dQ = multiply_to_steps(dS, K / math.sqrt(d['k']))
    dK = multiply_to_steps(dS.swapaxes(2, 3), Q / math.sqrt(d['k']))

    # (5) Those of passes before are what they are: (m, heads, ks, k) -> (m, heads, s, k)
    dK, dV = dK[:, :, -d['s'] :], dV[:, :, -d['s'] :]

    # (4) Rotary positions: turn back
    if layer.rotary:
        dQ, dK = (turn_pairs(each, fc['cos'], -fc['sin']) for each in (dQ, dK))

    # (3) Heads side by side, summed where they share keys and values: (m, heads, s, k) -> (m, s, u)
    dQ = bc['dQ'] = join_heads(dQ)
    dK = bc['dK'] = join_heads(sum_groups(dK, d['kv_heads']))
    dV = bc['dV'] = join_heads(sum_groups(dV, d['kv_heads']))

    if not layer.input_gradient:
        return None

    # (2) Queries, keys and values: (m, s, u) @ (e, u)^T -> (m, s, e)
    dX = multiply_steps(dQ, p['Wq'].T)
    dX += multiply_steps(dK, p['Wk'].T)
    dX += multiply_steps(dV, p['Wv'].T)

    # (1) Input
    bc['dX'] = dX

    return dX
