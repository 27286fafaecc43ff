"""Layers of windows as nodes of ONNX: convolutions and poolings, of images and of signals."""

import math
from typing import Any

from epynn.commons.windows import Sliding
from epynn.globalpooling.parameters import FILLERS
from epynn.interchange.onnx.activations import write_activation
from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.lengths import fill_masked, lengths_along
from epynn.kernels.window import Window


def write_convolution(graph: Graph, layer: Sliding, X: Value) -> Value:
    """Add ``Conv``, of images ``(m, d, h, w)`` or signals ``(m, e, s)``, and the activation."""
    X = X if layer.mask is None else fill_masked(graph, X, 0.0)
    X, axes = graph.channels_first(X), spatial_axes(X)
    # (fh, fw, d / g, u) -> (u, d / g, fh, fw)
    W = graph.parameter(layer, 'W', axes + 1, axes, *range(axes))
    b = [graph.parameter(layer, 'b')] if 'b' in layer.p else []
    Z = graph.node(
        'Conv', [X.name, W, *b], 'Z', 'Z = sum(Xb * W) + b',
        group=layer.window.groups, **lie(layer.window, axes),
    )  # fmt: skip
    return write_activation(graph, layer.activate, Value(Z, layer.fs['A'], first=True))


def write_transposed_convolution(graph: Graph, layer: Sliding, X: Value) -> Value:
    """Add ``ConvTranspose``, and the activation."""
    X, d, window = graph.channels_first(X), layer.d, layer.window
    # (fh, fw, u / g, d) -> (d, u / g, fh, fw)
    W = graph.parameter(layer, 'W', 3, 2, 0, 1)
    b = [graph.parameter(layer, 'b')] if layer.use_bias else []
    smallest = (
        (n - 1) * stride + points - sum(pads)
        for n, stride, points, pads in zip(
            (d['h'], d['w']), window.strides, window.spans, window.pads, strict=True
        )
    )
    more = [out - least for out, least in zip((d['oh'], d['ow']), smallest, strict=True)]
    Z = graph.node(
        'ConvTranspose', [X.name, W, *b], 'Z', 'the adjoint of a convolution, + b',
        output_padding=more, group=window.groups, **lie(window, 2),
    )  # fmt: skip
    return write_activation(graph, layer.activate, Value(Z, layer.fs['A'], first=True))


def write_pooling(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``MaxPool`` or ``AveragePool``; a minimum is the maximum of the opposite numbers."""
    X = graph.channels_first(X)
    settings = lie(layer.window, spatial_axes(X))
    settings['ceil_mode'] = int(layer.ceil_mode)
    if layer.how == 'mean':
        settings['count_include_pad'] = int(layer.count_padding)
        A = graph.node('AveragePool', [X.name], 'A', 'mean', **settings)
    elif layer.how == 'max':
        A = graph.node('MaxPool', [X.name], 'A', 'max', **settings)
    else:
        opposite = graph.node('Neg', [X.name], '-X')
        A = graph.node('MaxPool', [opposite], '-A', 'min(X) = -max(-X)', **settings)
        A = graph.node('Neg', [A], 'A')
    return Value(A, layer.fs['A'], first=True)


def write_global_pooling(graph: Graph, layer: Any, X: Value) -> Value:
    """Add a reduction over all places: ``(m, ..., d) -> (m, d)``."""
    start = 2 if X.first else 1
    places = graph.constant('places', range(start, start + spatial_axes(X)))
    if layer.mask is not None:
        X = fill_masked(graph, X, FILLERS[layer.how])
        if layer.how == 'mean':
            total = graph.node('ReduceSum', [X.name, places], 'total', keepdims=0)
            N = lengths_along(graph, [1], math.prod(X.shape[2:-1]))
            return Value(graph.node('Div', [total, N], 'A', 'mean of real steps'), layer.fs['A'])
    op = {'mean': 'ReduceMean', 'max': 'ReduceMax', 'min': 'ReduceMin'}[layer.how]
    A = graph.node(op, [X.name, places], 'A', f'{layer.how} over all places', keepdims=0)
    return Value(A, layer.fs['A'])


def spatial_axes(X: Value) -> int:
    """Return the number of axes between samples and channels."""
    return len(X.shape) - 2


def lie(window: Window, axes: int) -> dict[str, Any]:
    """Return how a window lies, in ONNX's words; signals have the width alone."""
    pads = [
        (before, after - hang)
        for (before, after), hang in zip(window.pads, window.hang, strict=True)
    ][-axes:]
    return {
        'kernel_shape': window.size[-axes:],
        'strides': window.strides[-axes:],
        'dilations': window.dilation[-axes:],
        'pads': [before for before, _ in pads] + [after for _, after in pads],
    }
