"""Recurrent layers as one node of ONNX each: weights are ``(gates u, e)``, steps come first."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import LayerError
from epynn.interchange.onnx.activations import gate_settings
from epynn.interchange.onnx.graph import Graph, Value
from epynn.kernels.arrays import ndarray

GATES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    'RNN': ('',), 'GRU': ('z', 'r', 'hh'), 'LSTM': ('i', 'o', 'f', 'g'),
})  # fmt: skip
"""The gates of each node, in the order in which its weights lie below each other."""
FORMULAS: Mapping[str, str] = MappingProxyType(
    {
        'RNN': 'h = activate(X U + hp V + b)',
        'GRU': 'h = z * hp + (1 - z) * hh',
        'LSTM': 'C_ = Cp_ * f + i * g, h = o * activate(C_)',
    }
)


def write_recurrent(graph: Graph, layer: Any, X: Value, direction: str = 'forward') -> Value:
    """Add a node RNN, GRU or LSTM: ``(m, s, e) -> (m, u)``, or ``(m, s, u)`` with sequences."""
    kind, u = type(layer).__name__, layer.d['u']
    if layer.carries:
        raise LayerError(
            f'export_onnx, {graph.place}', 'layers that begin each call with a state of 0',
            'stateful=True', 'To export it as one that begins anew, set layer.carries = False.',
        )  # fmt: skip
    X = graph.channels_last(X)
    m, s, _ = X.shape
    steps = graph.transposed(X.name, [1, 0, 2], 'steps')
    # X (s, m, e), W (1, gates u, e), R (1, gates u, u), B (1, 2 gates u): of input and state
    W, R = (
        graph.constant(name, below(layer, symbol, GATES[kind]).swapaxes(1, 2).reshape(1, -1, n))
        for name, symbol, n in (('W', 'U', X.shape[2]), ('R', 'V', u))
    )
    b = below(layer, 'b', GATES[kind]).reshape(1, -1)
    of_state, settings = np.zeros_like(b), {}
    if kind == 'GRU':
        settings = {'linear_before_reset': int(layer.reset_after)}
        if layer.reset_after:
            of_state[:, -u:] = layer.p['bV']
    B = graph.constant('B', np.concatenate([b, of_state], axis=1))
    h = graph.node(
        kind, [steps, W, R, B], 'h', FORMULAS[kind], count=1 if layer.sequences else 2,
        hidden_size=u, direction=direction, **settings,
        **gate_settings(graph, *functions_of(graph, layer, kind)),
    )  # fmt: skip
    if layer.sequences:  # (s, 1, m, u) -> (s, m, u) -> (m, s, u)
        h = graph.node('Squeeze', [h, graph.constant('way', [1])], 'hs', 'the only direction')
        return Value(graph.transposed(h, [1, 0, 2], 'samples'), (m, s, u))
    A = graph.node('Squeeze', [h, graph.constant('way', [0])], 'A', 'the last state')
    return Value(A, (m, u))


def below(layer: Any, symbol: str, gates: Sequence[str]) -> ndarray:
    """Return a parameter of all gates, one after the other: ``(gates, e, u)``."""
    return np.stack([layer.p[f'{symbol}{gate}'] for gate in gates])


def functions_of(graph: Graph, layer: Any, kind: str) -> list[BoundActivation]:
    """Return the activation functions in the order of the node, which has one for all gates."""
    if kind == 'RNN':
        return [layer.activate]
    if kind == 'GRU':
        gates, others = [layer.activate_update, layer.activate_reset], [layer.activate]
    else:
        gates = [layer.activate_input, layer.activate_output, layer.activate_forget]
        others = [layer.activate_candidate, layer.activate]
    if not all(gate.is_same_elementwise(gates[0]) for gate in gates):
        raise LayerError(
            f'export_onnx, {graph.place}', f'one activation function for all gates, as {kind} of '
            'ONNX has', ', '.join(gate.__name__ for gate in gates), 'Train it with one.',
        )  # fmt: skip
    return [gates[0], *others]


def write_bidirectional(graph: Graph, layer: Any, X: Value) -> Value:
    """Add one node for each way, and join what they give."""
    place, ways = graph.place, []
    for number, (inner, direction) in enumerate(
        zip(layer.layers, ('forward', 'reverse'), strict=True)
    ):
        graph.place = f'{place}.{number}.{inner.name}'
        ways.append(write_recurrent(graph, inner, X, direction))
    graph.place = place
    names = [way.name for way in ways]
    if layer.merge == 'sum':
        return ways[0]._replace(name=graph.node('Add', names, 'A', 'A = A0 + A1'))
    A = graph.node('Concat', names, 'A', 'A = [A0, A1]', axis=len(ways[0].shape) - 1)
    return Value(A, (*ways[0].shape[:-1], sum(way.shape[-1] for way in ways)))
