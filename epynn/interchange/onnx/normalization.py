"""Normalizations as nodes of ONNX, one step each where it has no operator."""

import math
from typing import Any

import numpy as np

from epynn.interchange.onnx.activations import is_exact
from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.lengths import fill_masked, lengths_along, real_along

AFFINE = ('gamma', 'beta')
"""Scale and shift of a normalization."""


def write_batchnorm(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``BatchNormalization`` by the running statistics."""
    X = graph.channels_first(X)
    names = [graph.parameter(layer, symbol) for symbol in (*AFFINE, 'mean')]
    rest = layer.epsilon - np.float32(layer.epsilon).astype(float)  # what ONNX leaves of it
    var = graph.constant('var', layer.s['var'] + rest)
    A = graph.node(
        'BatchNormalization', [X.name, *names, var], 'A',
        'A = gamma * (X - mean) / sqrt(var + epsilon) + beta', epsilon=layer.epsilon,
    )  # fmt: skip
    return X._replace(name=A)


def write_layernorm(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``LayerNormalization``; in float64 its steps, as its `epsilon` is of float32.

    The mean is taken off before: runtimes lose digits where it is larger than the distances to it.
    """
    X, axis = graph.channels_last(X), len(X.shape) - 1
    names = [graph.parameter(layer, symbol) for symbol in AFFINE]
    if not is_exact(layer.epsilon, graph):
        A = scaled(graph, normalized(graph, X.name, axis, layer.epsilon), *names)
    else:
        A = graph.node(
            'LayerNormalization', [centered(graph, X.name, axis), *names], 'A',
            'A = gamma * (X - mean) / sqrt(var + epsilon) + beta', epsilon=layer.epsilon,
        )  # fmt: skip
    return X._replace(name=A)


def write_rmsnorm(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``A = gamma * X / sqrt(mean(X^2) + epsilon)``, step by step."""
    X = graph.channels_last(X)
    Xh = divided(graph, X.name, len(X.shape) - 1, layer.epsilon)
    A = graph.node('Mul', [Xh, graph.parameter(layer, 'gamma')], 'A', 'A = Xh * gamma')
    return X._replace(name=A)


def write_groupnorm(graph: Graph, layer: Any, X: Value) -> Value:
    """Add the steps of a normalization of each group: ``(m, d, ...) -> (m, g, ...)`` and back."""
    X, places = graph.channels_first(X), len(X.shape) - 2
    real = N = ''
    if layer.mask is not None:
        X, numbers = fill_masked(graph, X, 0.0), math.prod(X.shape[2:]) // layer.d['g']
        N = lengths_along(graph, [1, 2], numbers)
        real = graph.node('Cast', [real_along(graph, X)], 'real', '1 or 0', to=graph.kind)
        real = graph.node('Expand', [real, graph.node('Shape', [X.name], 'shape')], 'real')
    rows = graph.constant('groups', [0, layer.d['g'], -1])
    Xg = graph.node('Reshape', [X.name, rows], 'Xg', 'groups')
    real = real and graph.node('Reshape', [real, rows], 'Rg', 'groups')
    Xh = normalized(graph, Xg, 2, layer.epsilon, N, real)
    sizes = X.shape[1:-1] if places > 1 else [-1] * places  # of steps there may be any number
    axes = graph.constant('channels', [0, X.shape[-1], *sizes])
    Xh = graph.node('Reshape', [Xh, axes], 'Xhc', 'channels')
    channels = [layer.d['d'], *[1] * places]
    names = [graph.constant(symbol, layer.p[symbol].reshape(channels)) for symbol in AFFINE]
    return X._replace(name=scaled(graph, Xh, *names))


def normalized(graph: Graph, X: str, axis: int, epsilon: float, N: str = '', real: str = '') -> str:
    """Add ``Xh = (X - mean) / sqrt(var + epsilon)`` along an axis, `N` numbers of which are real.

    They are where `real` is 1; the others have to be 0.
    """
    Xc = centered(graph, X, axis, N)
    Xc = graph.node('Mul', [Xc, real], 'Xc', '0 where steps pad') if real else Xc
    return divided(graph, Xc, axis, epsilon, N)


def centered(graph: Graph, X: str, axis: int, N: str = '') -> str:
    """Add ``Xc = X - mean`` along an axis."""
    mean = mean_along(graph, X, axis, 'mean', N)
    return graph.node('Sub', [X, mean], 'Xc', 'X - mean')


def divided(graph: Graph, X: str, axis: int, epsilon: float, N: str = '') -> str:
    """Add ``Xh = X / sqrt(mean(X^2) + epsilon)`` along an axis."""
    var = mean_along(graph, graph.node('Mul', [X, X], 'squares'), axis, 'var', N)
    var = graph.node('Add', [var, graph.constant('epsilon', epsilon)], 'var', '+ epsilon')
    return graph.node('Div', [X, graph.node('Sqrt', [var], 'sd')], 'Xh', 'divided by the root')


def mean_along(graph: Graph, X: str, axis: int, symbol: str, N: str) -> str:
    """Add the mean along an axis: of all numbers there, or of `N`, where the others are 0."""
    axes = graph.constant('axis', [axis])
    if not N:
        return graph.node('ReduceMean', [X, axes], symbol)
    total = graph.node('ReduceSum', [X, axes], 'total')
    return graph.node('Div', [total, N], symbol, 'of the real steps')


def scaled(graph: Graph, Xh: str, gamma: str, beta: str) -> str:
    """Add ``A = Xh * gamma + beta``."""
    A = graph.node('Mul', [Xh, gamma], 'scaled', 'Xh * gamma')
    return graph.node('Add', [A, beta], 'A', 'A = Xh * gamma + beta')
