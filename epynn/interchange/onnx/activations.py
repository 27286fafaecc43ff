"""Activation functions as nodes of ONNX, and as settings of its recurrent nodes."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import LayerError
from epynn.interchange.onnx.graph import Graph, Value

OPERATORS: Mapping[str, str] = MappingProxyType({
    'relu': 'Relu', 'lrelu': 'LeakyRelu', 'sigmoid': 'Sigmoid', 'tanh': 'Tanh',
    'softsign': 'Softsign', 'softplus': 'Softplus', 'mish': 'Mish',
    'hard_swish': 'HardSwish',
})  # fmt: skip
"""Functions that have an operator; ``alpha`` is that of the layer."""

OF_GATES: Mapping[str, tuple[str, Mapping[str, float]]] = MappingProxyType(
    {
        'identity': ('Affine', {'alpha': 1.0, 'beta': 0.0}),
        'relu': ('Relu', {}),
        'lrelu': ('LeakyRelu', {}),
        'elu': ('Elu', {}),
        'sigmoid': ('Sigmoid', {}),
        'hard_sigmoid': ('HardSigmoid', {'alpha': 1 / 6, 'beta': 0.5}),
        'tanh': ('Tanh', {}),
        'softsign': ('Softsign', {}),
        'softplus': ('Softplus', {}),
    }
)
"""Those that a recurrent node knows."""
USUAL: Mapping[str, list[str]] = MappingProxyType({
    'RNN': ['Tanh'], 'GRU': ['Sigmoid', 'Tanh'], 'LSTM': ['Sigmoid', 'Tanh', 'Tanh'],
})  # fmt: skip
"""Those that it has where it is told nothing."""

SELU = 1.0507009873554805, 1.6732632423543772
"""Scale and ``alpha``, of Klambauer et al. (2017)."""


def write_activation(graph: Graph, activate: BoundActivation, Z: Value, symbol: str = 'A') -> Value:
    """Add ``A = activate(Z)``, where the function is one of the library.

    Settings of ONNX's operators are numbers of float32: in float64 the formula is written out.
    """
    name, linear = require_bundled(activate, graph.place), 'Z' if symbol == 'A' else f'{symbol}_'
    doc = f'{symbol} = {name}({linear})'
    settings: Mapping[str, Any] = activate.hyperparameters
    node, constant = graph.node, graph.constant
    if name == 'identity':
        return Z
    if name == 'softmax':
        axis, T = 1 if Z.first else len(Z.shape) - 1, settings['T']
        z = Z.name if T == 1 else node('Div', [Z.name, constant('T', T)], 'z', 'Z / T')
        A = node('Softmax', [z], symbol, doc, axis=axis)
    elif name == 'silu':
        A = node('Mul', [Z.name, node('Sigmoid', [Z.name], 'gate')], symbol, doc)
    elif name.startswith('gelu'):
        A = write_gelu(graph, Z.name, name == 'gelu_tanh', symbol, doc)
    elif name == 'hard_swish' and graph.dtype != np.float32:
        A = node('Mul', [Z.name, write_hard_sigmoid(graph, Z.name, 'gate')], symbol, doc)
    elif name == 'relu6':
        A = node('Clip', [Z.name, constant('low', 0.0), constant('high', 6.0)], symbol, doc)
    elif name == 'hard_tanh':
        A = node('Clip', [Z.name, constant('low', -1.0), constant('high', 1.0)], symbol, doc)
    elif name == 'hard_sigmoid':
        A = write_hard_sigmoid(graph, Z.name, symbol, doc)
    elif name == 'selu':
        scale, alpha = SELU
        inner = write_elu(graph, Z.name, alpha, 'E', f'elu(Z) with alpha {alpha}')
        A = node('Mul', [inner, constant('scale', scale)], symbol, doc)
    elif name == 'elu':
        A = write_elu(graph, Z.name, settings['alpha'], symbol, doc)
    elif name == 'lrelu' and not is_exact(settings['alpha'], graph):
        below = node('Mul', [Z.name, constant('alpha', settings['alpha'])], 'below')
        positive = node('Greater', [Z.name, constant('zero', 0.0)], 'positive')
        A = node('Where', [positive, Z.name, below], symbol, doc)
    else:
        A = node(OPERATORS[name], [Z.name], symbol, doc, **settings)
    return Z._replace(name=A)


def write_hard_sigmoid(graph: Graph, Z: str, symbol: str, doc: str = '') -> str:
    """Add ``min(max(Z / 6 + 1/2, 0), 1)``."""
    line = graph.node('Div', [Z, graph.constant('six', 6.0)], 'line')
    line = graph.node('Add', [line, graph.constant('half', 0.5)], 'line')
    bounds = [graph.constant('low', 0.0), graph.constant('high', 1.0)]
    return graph.node('Clip', [line, *bounds], symbol, doc)


def write_gelu(graph: Graph, Z: str, by_tanh: bool, symbol: str, doc: str) -> str:
    """Add ``Gelu``; in float64 its steps, as the numbers in its definition are of float32."""
    node, constant = graph.node, graph.constant
    if graph.dtype == np.float32:
        return node('Gelu', [Z], symbol, doc, approximate='tanh' if by_tanh else 'none')
    if by_tanh:
        squares = node('Mul', [Z, Z], 'Z^2')
        factor = node('Mul', [squares, constant('cubic', 0.044715)], 'factor')
        factor = node('Add', [factor, constant('one', 1.0)], 'factor', '1 + 0.044715 Z^2')
        u = node('Mul', [Z, factor], 'u')
        u = node('Mul', [u, constant('scale', (2 / np.pi) ** 0.5)], 'u', 'sqrt(2 / pi) Z factor')
        curve = node('Tanh', [u], 'curve')
    else:
        z = node('Div', [Z, constant('root', 2**0.5)], 'z', 'Z / sqrt(2)')
        curve = node('Erf', [z], 'curve')
    gate = node('Add', [curve, constant('one', 1.0)], 'gate')
    half = node('Mul', [Z, constant('half', 0.5)], 'half')
    return node('Mul', [half, gate], symbol, doc)


def write_elu(graph: Graph, Z: str, alpha: float, symbol: str, doc: str) -> str:
    """Add ``Z`` above 0, ``alpha (exp(Z) - 1)`` below."""
    if is_exact(alpha, graph):
        return graph.node('Elu', [Z], symbol, doc, alpha=alpha)
    one = graph.node('Elu', [Z], 'elu', 'with alpha 1')
    below = graph.node('Mul', [one, graph.constant('alpha', alpha)], 'below')
    positive = graph.node('Greater', [Z, graph.constant('zero', 0.0)], 'positive')
    return graph.node('Where', [positive, Z, below], symbol, doc)


def is_exact(setting: float, graph: Graph) -> bool:
    """Return whether a setting, which ONNX keeps in float32, is as exact as the numbers are."""
    return graph.dtype == np.float32 or float(np.float32(setting)) == setting


def gate_settings(
    graph: Graph, kind: str, functions: Sequence[BoundActivation]
) -> dict[str, Any] | None:
    """Return the activation functions of a recurrent node, as it is told them.

    None if it knows them not. In float64 it may have the usual ones alone: its settings are of
    float32, and the evaluator of onnx heeds no others.
    """
    found: list[tuple[str, Mapping[str, float]]] = []
    for activate in functions:
        name = require_bundled(activate, graph.place)
        if name not in OF_GATES:
            return None
        op, settings = OF_GATES[name]
        found.append((op, {**settings, **activate.hyperparameters}))
    names = [op for op, _ in found]
    if graph.dtype == np.float64 and names != USUAL[kind]:
        return None
    told: dict[str, Any] = {'activations': names}
    for setting in ('alpha', 'beta'):
        values = [settings[setting] for _, settings in found if setting in settings]
        if values:
            told[f'activation_{setting}'] = values
    return told


def require_bundled(activate: BoundActivation, place: str) -> str:
    """Return the name of a function of the library; refuse one of the user's own."""
    if not activate.is_bundled:
        raise LayerError(
            f'export_onnx, {place}', 'an activation function of the library',
            describe(activate.function), 'ONNX has no code of yours: take one of epynn.',
        )  # fmt: skip
    return activate.__name__
