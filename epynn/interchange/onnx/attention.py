"""Attention as nodes of ONNX, one equation each."""

import math
from typing import Any

import numpy as np

from epynn.commons.positions import position_angles
from epynn.interchange.onnx.graph import Graph, Value


def write_attention(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``A = softmax(Q K^T / sqrt(k)) V Wo + bo``, head by head."""
    X, d, node, constant = graph.channels_last(X), layer.d, graph.node, graph.constant
    s, heads, k = d['s'], d['heads'], d['k']
    Q, K, V = (write_heads(graph, layer, X.name, name) for name in 'qkv')
    if layer.rotary:
        angles = np.repeat(position_angles(np.arange(s), k // 2), 2, axis=1)
        cos = constant('cos', np.cos(angles))
        sin = constant('sin', np.sin(angles) * np.tile([-1, 1], k // 2))
        Q, K = (write_turn(graph, each, cos, sin, k) for each in (Q, K))
    if d['kv_heads'] < heads:  # each head of keys and values serves its neighbours
        serves = constant('serves', np.arange(heads) // (heads // d['kv_heads']))
        K, V = (node('Gather', [each, serves], 'shared', axis=1) for each in (K, V))
    KT = node('Transpose', [K], 'KT', 'K^T', perm=[0, 1, 3, 2])
    S = node('MatMul', [Q, KT], 'QKT', 'Q K^T')
    S = node('Div', [S, constant('root', math.sqrt(k))], 'S', 'S = Q K^T / sqrt(k)')
    if layer.causal:
        later = constant('later', np.where(np.tri(s, dtype=bool), 0, -np.inf))
        S = node('Add', [S, later], 'S', 'later steps are not seen')
    P = node('Softmax', [S], 'P', 'P = softmax(S)', axis=3)
    O = node('Transpose', [node('MatMul', [P, V], 'PV', 'P V')], 'heads', perm=[0, 2, 1, 3])
    O = node('Reshape', [O, constant('joined', [0, s, heads * k])], 'O', 'heads side by side')
    return Value(write_linear(graph, layer, O, 'o', 'A'), layer.fs['A'])


def write_linear(graph: Graph, layer: Any, X: str, name: str, symbol: str) -> str:
    """Add ``X W? + b?`` at each step."""
    doc = f'{symbol} = X W{name}'
    Z = graph.node('MatMul', [X, graph.parameter(layer, f'W{name}')], symbol, doc)
    if not layer.use_bias:
        return Z
    b = graph.parameter(layer, f'b{name}')
    return graph.node('Add', [Z, b], symbol, f'{doc} + b{name}')


def write_heads(graph: Graph, layer: Any, X: str, name: str) -> str:
    """Add queries, keys or values, in heads: ``(m, s, e) -> (m, heads, s, k)``."""
    d, symbol = layer.d, name.upper()
    heads = d['heads'] if name == 'q' else d['kv_heads']
    Z = write_linear(graph, layer, X, name, symbol)
    shape = graph.constant(f'{symbol}heads', [0, d['s'], heads, d['k']])
    Z = graph.node('Reshape', [Z, shape], symbol, 'heads')
    return graph.node('Transpose', [Z], symbol, 'heads first', perm=[0, 2, 1, 3])


def write_turn(graph: Graph, X: str, cos: str, sin: str, k: int) -> str:
    """Add rotary positions: pairs ``(x, y)`` become ``(x cos - y sin, x sin + y cos)``."""
    swap = graph.constant('partners', np.arange(k) ^ 1)
    partners = graph.node('Gather', [X, swap], 'partners', 'y for x, x for y', axis=3)
    along = graph.node('Mul', [X, cos], 'along')
    across = graph.node('Mul', [partners, sin], 'across')
    return graph.node('Add', [along, across], 'turned', 'turned by the position')
