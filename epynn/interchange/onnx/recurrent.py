"""Recurrent layers as one node of ONNX each, or a Scan where none has their functions.

Weights of the nodes are ``(gates u, e)``, steps come first.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.errors import LayerError
from epynn.interchange.onnx.activations import gate_settings
from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.lengths import last_real, reversed_steps
from epynn.interchange.onnx.scan import write_scan
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


def write_recurrent(graph: Graph, layer: Any, X: Value, backwards: bool = False) -> Value:
    """Add a layer, which reads its steps in turn: ``(m, s, e) -> (m, u)``, or ``(m, s, u)``.

    Of sequences of different lengths only real steps are read backwards, and the last state is that
    of the last real step: steps that pad come behind, and nothing of them is taken.
    """
    if layer.carries:
        raise LayerError(
            f'export_onnx, {graph.place}', 'layers that begin each call with a state of 0',
            'stateful=True', 'To export it as one that begins anew, set layer.carries = False.',
        )  # fmt: skip
    X, u, ragged = graph.channels_last(X), layer.d['u'], layer.mask is not None
    settings = settings_of(graph, layer)
    steps = graph.transposed(X.name, [1, 0, 2], 'steps')
    turned = backwards and (ragged or settings is None)
    if turned:
        steps = reversed_steps(graph, steps, 'back', ragged)
    if settings is None:
        states, last = write_scan(graph, layer, steps, X.shape)
    else:
        settings['direction'] = 'reverse' if backwards and not turned else 'forward'
        states, last = write_node(graph, layer, steps, X.shape, settings)
    if not layer.sequences and not ragged:
        return Value(last, (X.shape[0], u))
    if turned and layer.sequences:
        states = reversed_steps(graph, states, 'onward', ragged)
    states = graph.transposed(states, [1, 0, 2], 'samples')
    if layer.sequences:
        return Value(states, (*X.shape[:2], u))
    return Value(last_real(graph, states), (X.shape[0], u))


def write_node(
    graph: Graph, layer: Any, steps: str, shape: tuple[int, ...], settings: dict[str, Any]
) -> tuple[str, str]:
    """Add a node RNN, GRU or LSTM; return all states ``(s, m, u)`` and the last ``(m, u)``."""
    kind, u = type(layer).__name__, layer.d['u']
    # X (s, m, e), W (1, gates u, e), R (1, gates u, u), B (1, 2 gates u): of input and state
    W, R = (
        graph.constant(name, below(layer, symbol, GATES[kind]).swapaxes(1, 2).reshape(1, -1, n))
        for name, symbol, n in (('W', 'U', shape[2]), ('R', 'V', u))
    )
    b = below(layer, 'b', GATES[kind]).reshape(1, -1)
    of_state = np.zeros_like(b)
    if kind == 'GRU':
        settings['linear_before_reset'] = int(layer.reset_after)
        if layer.reset_after:
            of_state[:, -u:] = layer.p['bV']
    B = graph.constant('B', np.concatenate([b, of_state], axis=1))
    names = [graph.new_name('h'), graph.new_name('last')]
    inputs = [steps, W, R, B]
    graph.add(kind, inputs, names, names[0], FORMULAS[kind], hidden_size=u, **settings)
    way = {axis: graph.constant(f'way {axis}', [axis]) for axis in (0, 1)}
    # (s, 1, m, u) -> (s, m, u), (1, m, u) -> (m, u)
    states = graph.node('Squeeze', [names[0], way[1]], 'hs', 'the only direction')
    return states, graph.node('Squeeze', [names[1], way[0]], 'A', 'the last state')


def below(layer: Any, symbol: str, gates: Sequence[str]) -> ndarray:
    """Return a parameter of all gates, one after the other: ``(gates, e, u)``."""
    return np.stack([layer.p[f'{symbol}{gate}'] for gate in gates])


def settings_of(graph: Graph, layer: Any) -> dict[str, Any] | None:
    """Return the activation functions as its node is told them; None if it has not such ones.

    They come in the order of the node, which has one function for all gates.
    """
    kind = type(layer).__name__
    if kind == 'RNN':
        gates, others = [layer.activate], []
    elif kind == 'GRU':
        gates, others = [layer.activate_update, layer.activate_reset], [layer.activate]
    else:
        gates = [layer.activate_input, layer.activate_output, layer.activate_forget]
        others = [layer.activate_candidate, layer.activate]
    if not all(gate.is_same_elementwise(gates[0]) for gate in gates[1:]):
        return None
    return gate_settings(graph, kind, [gates[0], *others])


def write_bidirectional(graph: Graph, layer: Any, X: Value) -> Value:
    """Add one node for each way, and join what they give."""
    place, ways = graph.place, []
    for number, inner in enumerate(layer.layers):
        graph.place = f'{place}.{number}.{inner.name}'
        ways.append(write_recurrent(graph, inner, X, backwards=number == 1))
    graph.place = place
    names = [way.name for way in ways]
    if layer.merge == 'sum':
        return ways[0]._replace(name=graph.node('Add', names, 'A', 'A = A0 + A1'))
    A = graph.node('Concat', names, 'A', 'A = [A0, A1]', axis=len(ways[0].shape) - 1)
    return Value(A, (*ways[0].shape[:-1], sum(way.shape[-1] for way in ways)))
