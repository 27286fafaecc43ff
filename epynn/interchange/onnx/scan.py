"""Recurrent layers step by step: a node Scan whose body is one step, a formula a node.

For cells that the nodes RNN, GRU and LSTM have not: those with other functions of gates.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from epynn.commons.bound_activation import BoundActivation
from epynn.interchange.extras import onnx
from epynn.interchange.onnx.activations import write_activation
from epynn.interchange.onnx.graph import Graph, Value


def write_scan(graph: Graph, layer: Any, steps: str, shape: tuple[int, ...]) -> tuple[str, str]:
    """Add a node Scan over steps ``(s, m, e)``; return all states ``(s, m, u)`` and the last."""
    helper, u = onnx().helper, layer.d['u']
    kind, place = type(layer).__name__, graph.place
    carried = ['h', 'C_'] if kind == 'LSTM' else ['h']
    names = [graph.new_name(symbol) for symbol in ('last', *carried[1:], 'h')]
    before = [graph.new_name(symbol) for symbol in ('hp', 'Cp_')[: len(carried)]]
    body, x = graph.inside(), graph.new_name('X')
    after = CELLS[kind](body, layer, x, *before)
    shown = body.node('Identity', [after[0]], 'hs', 'h, to be kept of each step')
    made = helper.make_graph(
        body.nodes, f'{place}.step',
        [tensor(graph, name, u) for name in before] + [tensor(graph, x, shape[2])],
        [tensor(graph, name, u) for name in (*after, shown)],
    )  # fmt: skip
    first = write_zeros(graph, steps, u)
    graph.add(
        'Scan', [first] * len(carried) + [steps], names, names[-1], 'a step at a time',
        body=made, num_scan_inputs=1,
    )  # fmt: skip
    return names[-1], names[0]


def tensor(graph: Graph, name: str, width: int) -> Any:
    """Return what a body notes of an array ``(m, width)`` that goes in or out."""
    return onnx().helper.make_tensor_value_info(name, graph.kind, ['m', width])


def write_zeros(graph: Graph, steps: str, u: int) -> str:
    """Add the state before the first step, ``(m, u)``."""
    m = graph.node('Shape', [steps], 'm', 'number of samples', start=1, end=2)
    shape = graph.node('Concat', [m, graph.constant('u', [u])], 'shape', axis=0)
    return graph.node('Expand', [graph.constant('0', 0.0), shape], 'h0', 'no state before')


def write_gate(
    body: Graph,
    layer: Any,
    gate: str,
    activate: BoundActivation,
    X: str,
    hp: str,
    state: str = 'hp',
) -> str:
    """Add ``?_ = X U? + hp V? + b?`` and the activation."""
    symbol, u = gate or 'h', layer.d['u']
    U, V = (body.parameter(layer, f'{name}{gate}') for name in 'UV')
    b = body.constant(f'b{gate}', layer.p[f'b{gate}'][0])
    linear = body.node('Gemm', [X, U, b], f'XU{gate}', f'X U{gate} + b{gate}')
    linear = body.node(
        'Gemm', [hp, V, linear], f'{symbol}_', f'{symbol}_ = X U{gate} + {state} V{gate} + b{gate}'
    )
    return write_activation(body, activate, Value(linear, (1, u)), symbol).name


def write_rnn_cell(body: Graph, layer: Any, X: str, hp: str) -> Sequence[str]:
    """Add ``h = activate(X U + hp V + b)``."""
    return [write_gate(body, layer, '', layer.activate, X, hp)]


def write_gru_cell(body: Graph, layer: Any, X: str, hp: str) -> Sequence[str]:
    """Add ``h = z * hp + (1 - z) * hh``."""
    z = write_gate(body, layer, 'z', layer.activate_update, X, hp)
    r = write_gate(body, layer, 'r', layer.activate_reset, X, hp)
    if layer.reset_after:
        hh = write_candidate_after(body, layer, X, hp, r)
    else:
        rhp = body.node('Mul', [r, hp], 'rhp', 'r * hp')
        hh = write_gate(body, layer, 'hh', layer.activate, X, rhp, '(r * hp)')
    kept = body.node('Mul', [z, hp], 'kept', 'z * hp')
    rest = body.node('Sub', [body.constant('1', 1.0), z], 'rest', '1 - z')
    new = body.node('Mul', [rest, hh], 'new', '(1 - z) * hh')
    return [body.node('Add', [kept, new], "h'", 'h = z * hp + (1 - z) * hh')]


def write_candidate_after(body: Graph, layer: Any, X: str, hp: str, r: str) -> str:
    """Add ``hh = activate(X Uhh + bhh + r * (hp Vhh + bV))``, the reset gate behind the product."""
    U, V = body.parameter(layer, 'Uhh'), body.parameter(layer, 'Vhh')
    b, bV = (body.constant(name, layer.p[name].reshape(-1)) for name in ('bhh', 'bV'))
    XU = body.node('Gemm', [X, U, b], 'XUhh', 'X Uhh + bhh')
    hV = body.node('Gemm', [hp, V, bV], 'hV', 'hp Vhh + bV')
    reset = body.node('Mul', [r, hV], 'rhV', 'r * (hp Vhh + bV)')
    hh_ = body.node('Add', [XU, reset], 'hh_', 'hh_ = X Uhh + bhh + r * (hp Vhh + bV)')
    return write_activation(body, layer.activate, Value(hh_, (1, layer.d['u'])), 'hh').name


def write_lstm_cell(body: Graph, layer: Any, X: str, hp: str, Cp: str) -> Sequence[str]:
    """Add ``C_ = Cp_ * f + i * g`` and ``h = o * activate(C_)``."""
    gates = {
        'f': layer.activate_forget, 'i': layer.activate_input, 'g': layer.activate_candidate,
        'o': layer.activate_output,
    }  # fmt: skip
    f, i, g, o = (write_gate(body, layer, gate, each, X, hp) for gate, each in gates.items())
    kept = body.node('Mul', [Cp, f], 'kept', 'Cp_ * f')
    new = body.node('Mul', [i, g], 'new', 'i * g')
    C_ = body.node('Add', [kept, new], 'C_', 'C_ = Cp_ * f + i * g')
    C = write_activation(body, layer.activate, Value(C_, (1, layer.d['u'])), 'C').name
    return [body.node('Mul', [o, C], 'h', 'h = o * C'), C_]


CELLS: Mapping[str, Callable[..., Sequence[str]]] = MappingProxyType(
    {'RNN': write_rnn_cell, 'GRU': write_gru_cell, 'LSTM': write_lstm_cell}
)
"""One step of each."""
