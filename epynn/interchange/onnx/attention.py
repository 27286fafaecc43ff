"""Attention as nodes of ONNX, one equation each."""

import math
from typing import Any

import numpy as np

from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.positions import write_positions, write_turns


def write_attention(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``A = softmax(Q K^T / sqrt(k)) V Wo + bo``, head by head."""
    X, d, node, constant = graph.channels_last(X), layer.d, graph.node, graph.constant
    heads, k = d['heads'], d['k']
    Q, K, V = (write_heads(graph, layer, X.name, name) for name in 'qkv')
    if layer.rotary:
        turns = write_turns(graph, X, k)
        Q, K = (write_turn(graph, each, *turns, k) for each in (Q, K))
    if d['kv_heads'] < heads:  # each head of keys and values serves its neighbours
        serves = constant('serves', np.arange(heads) // (heads // d['kv_heads']))
        K, V = (node('Gather', [each, serves], 'shared', axis=1) for each in (K, V))
    KT = node('Transpose', [K], 'KT', 'K^T', perm=[0, 1, 3, 2])
    S = node('MatMul', [Q, KT], 'QKT', 'Q K^T')
    S = node('Div', [S, constant('root', math.sqrt(k))], 'S', 'S = Q K^T / sqrt(k)')
    seen = write_seen(graph, layer, X)
    if seen:
        S = node('Where', [seen, S, constant('unseen', -np.inf)], 'S', 'what is not seen')
    P = node('Softmax', [S], 'P', 'P = softmax(S)', axis=3)
    O = node('Transpose', [node('MatMul', [P, V], 'PV', 'P V')], 'heads', perm=[0, 2, 1, 3])
    O = node('Reshape', [O, constant('joined', [0, 0, heads * k])], 'O', 'heads side by side')
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
    shape = graph.constant(f'{symbol}heads', [0, 0, heads, d['k']])
    Z = graph.node('Reshape', [Z, shape], symbol, 'heads')
    return graph.node('Transpose', [Z], symbol, 'heads first', perm=[0, 2, 1, 3])


def write_seen(graph: Graph, layer: Any, X: Value) -> str:
    """Add which steps each step sees, ``(1 or m, 1, 1 or s, s)``; nothing where it sees all."""
    if layer.causal and not graph.any_steps:
        seen = graph.constant('before', np.tri(layer.d['s'], dtype=bool))
    elif layer.causal:
        t = write_positions(graph, X)
        own = graph.node('Unsqueeze', [t, graph.constant('column', [1])], 'own', '(s, 1)')
        seen = graph.node('GreaterOrEqual', [own, t], 'before', 'steps see those before them')
    else:
        seen = ''
    if layer.mask is None:
        return seen
    axes = graph.constant('heads axes', [1, 2])
    real = graph.node('Unsqueeze', [graph.mask, axes], 'real', 'which steps are real')
    return graph.node('And', [seen, real], 'seen') if seen else real


def write_turn(graph: Graph, X: str, cos: str, sin: str, k: int) -> str:
    """Add rotary positions: pairs ``(x, y)`` become ``(x cos - y sin, x sin + y cos)``."""
    swap = graph.constant('partners', np.arange(k) ^ 1)
    partners = graph.node('Gather', [X, swap], 'partners', 'y for x, x for y', axis=3)
    along = graph.node('Mul', [X, cos], 'along')
    across = graph.node('Mul', [partners, sin], 'across')
    return graph.node('Add', [along, across], 'turned', 'turned by the position')
