"""Each layer as nodes of ONNX."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from epynn import layers as known
from epynn.commons.arguments import describe
from epynn.commons.errors import LayerError
from epynn.commons.maths import identity
from epynn.commons.models import Layer
from epynn.interchange.onnx.activations import write_activation
from epynn.interchange.onnx.attention import write_attention
from epynn.interchange.onnx.graph import Graph, Value
from epynn.interchange.onnx.normalization import (
    write_batchnorm,
    write_groupnorm,
    write_layernorm,
    write_rmsnorm,
)
from epynn.interchange.onnx.positions import write_positions, write_sinusoids
from epynn.interchange.onnx.recurrent import write_bidirectional, write_recurrent
from epynn.interchange.onnx.sliding import (
    write_convolution,
    write_global_pooling,
    write_pooling,
    write_transposed_convolution,
)


def write_layers(graph: Graph, layers: Sequence[Layer], X: Value, inside: str, start: int) -> Value:
    """Add layers in turn, numbered from `start`; those inside another one by its place, too."""
    outer = graph.place
    for number, layer in enumerate(layers, start):
        graph.place = f'{inside}{number}.{layer.name}'
        write = WRITERS.get(type(layer))
        if write is None:
            raise LayerError(
                f'export_onnx, {graph.place}', 'a layer of the library', describe(layer),
                'ONNX has no code of yours: build it of layers that are there.',
            )  # fmt: skip
        X = write(graph, layer, X)
    graph.place = outer
    return X


def write_nothing(graph: Graph, layer: Layer, X: Value) -> Value:
    """Pass on ``A = X``, a node that says so."""
    return X._replace(name=graph.node('Identity', [X.name], 'A', 'A = X'))


def write_dropout(graph: Graph, layer: Layer, X: Value) -> Value:
    """Add ``Dropout``, which passes all on outside training."""
    p = graph.constant('p', layer.drop_prob)
    return X._replace(name=graph.node('Dropout', [X.name, p], 'A', 'A = X outside training'))


def write_dense(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``Z = X W + b`` and the activation."""
    W, b = graph.parameter(layer, 'W'), graph.constant('b', layer.p['b'][0])
    Z = graph.node('Gemm', [X.name, W, b], 'Z', 'Z = X W + b')
    return write_activation(graph, layer.activate, Value(Z, layer.fs['A']))


def write_activation_layer(graph: Graph, layer: Any, X: Value) -> Value:
    """Add the activation, channels where they are."""
    if layer.activate.function is identity:
        return write_nothing(graph, layer, X)
    return write_activation(graph, layer.activate, X)


def write_prelu(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``PRelu``, channels where they are."""
    alpha = layer.p['alpha']
    if X.first and not layer.shared:
        alpha = alpha.reshape(-1, *[1] * (len(X.shape) - 2))
    doc = 'A = X above 0, alpha X below'
    A = graph.node('PRelu', [X.name, graph.constant('alpha', alpha)], 'A', doc)
    return X._replace(name=A)


def write_reshape(graph: Graph, layer: Layer, X: Value) -> Value:
    """Add ``Reshape``, which reads the numbers in the order of epynn, channels last."""
    X, shape = graph.channels_last(X), layer.fs['A']
    target: Sequence[int] = getattr(layer, 'shape', [-1])
    whole = [0, *target] if graph.any_steps and -1 in target else [-1, *shape[1:]]
    axes = graph.constant('axes', whole)
    return Value(graph.node('Reshape', [X.name, axes], 'A', 'the same numbers'), shape)


def write_tokens(graph: Graph, layer: Layer, X: Value) -> Value:
    """Add ``A = W[X]``; numbers that came as floats are made whole first."""
    T = graph.node('Cast', [X.name], 'T', 'whole numbers', to=7)  # TensorProto.INT64
    A = graph.node('Gather', [graph.parameter(layer, 'W'), T], 'A', 'A = W[X]', axis=0)
    return Value(A, layer.fs['A'])


def write_residual(graph: Graph, layer: Any, X: Value) -> Value:
    """Add both chains and their sum, channels first where both have them so."""
    place = graph.place
    F = write_layers(graph, layer.chain, X, f'{place}.', 0)
    S = write_layers(graph, layer.shortcut, X, f'{place}.', len(layer.chain))
    graph.place = place
    F, S = in_one_layout(graph, F, S)
    return F._replace(name=graph.node('Add', [F.name, S.name], 'A', 'A = F + S'))


def write_parallel(graph: Graph, layer: Any, X: Value) -> Value:
    """Add each branch, which may read a part of the channels, and join them."""
    place, ends = graph.place, []
    for branch, part, start in zip(layer.branches, layer.inputs, layer.ends, strict=False):
        Xk = X
        if part != slice(None):
            Xk, (low, high) = graph.channels_last(X), (part.start, part.stop)
            names = [
                graph.constant(f'{low}:{high} {key}', [value])
                for key, value in (('from', low), ('to', high), ('axis', len(X.shape) - 1))
            ]
            cut = graph.node('Slice', [Xk.name, *names], f'X{low}:{high}', 'a part of the input')
            Xk = Value(cut, (*X.shape[:-1], high - low))
        ends.append(write_layers(graph, branch, Xk, f'{place}.', start))
        graph.place = place
    ends = in_one_layout(graph, *ends)
    names, last = [end.name for end in ends], len(layer.fs['A']) - 1
    if layer.join == 'concatenate':
        axis = 1 if ends[0].first else last
        A = graph.node('Concat', names, 'A', 'branches side by side', axis=axis)
    elif layer.join == 'multiply':
        A = names[0]
        for name in names[1:]:
            A = graph.node('Mul', [A, name], 'A', 'A = A0 * A1 * ...')
    else:
        op = {'add': 'Sum', 'mean': 'Mean'}[layer.join]
        A = graph.node(op, names, 'A', f'{layer.join} of the branches')
    return Value(A, layer.fs['A'], ends[0].first)


def in_one_layout(graph: Graph, *values: Value) -> list[Value]:
    """Return arrays with the channels in one place: behind the samples if all have them there."""
    if all(value.first for value in values):
        return list(values)
    return [graph.channels_last(value) for value in values]


def write_transformer(graph: Graph, layer: Any, X: Value) -> Value:
    """Add the layers that the block is made of."""
    return write_layers(graph, layer.layers, X, f'{graph.place}.', 0)


def write_positional_encoding(graph: Graph, layer: Any, X: Value) -> Value:
    """Add ``A = X + E``, a row for each step: a constant, where their number is."""
    X = graph.channels_last(X)
    if layer.kind == 'sinusoidal':
        E = write_sinusoids(graph, X, layer.d['e'])
    elif graph.any_steps:
        E = graph.node('Gather', [graph.parameter(layer, 'W'), write_positions(graph, X)], 'E')
    else:
        E = graph.constant('E', layer.p['W'][: X.shape[1]])
    return X._replace(name=graph.node('Add', [X.name, E], 'A', 'A = X + E'))


def write_time_distributed(graph: Graph, layer: Any, X: Value) -> Value:
    """Add the layers inside, to which each step is a sample: ``(m, s, ...) -> (m * s, ...)``."""
    place, X = graph.place, graph.channels_last(X)
    rows = graph.constant('rows', [-1, *X.shape[2:]])
    Xr = Value(graph.node('Reshape', [X.name, rows], 'Xr', 'steps as samples'), X.shape[1:])
    Ar = write_layers(graph, layer.layers, Xr, f'{place}.', 0)
    Ar, graph.place = graph.channels_last(Ar), place
    shape = layer.fs['A']
    steps = graph.constant('steps', [-1, *shape[1:]])
    if graph.any_steps:
        ms = graph.node('Shape', [X.name], 'ms', 'samples, steps', end=2)
        steps = graph.node('Concat', [ms, graph.constant('each', shape[2:])], 'shape', axis=0)
    return Value(graph.node('Reshape', [Ar.name, steps], 'A', 'steps of each sample'), shape)


WRITERS: Mapping[type[Layer], Callable[[Graph, Any, Value], Value]] = MappingProxyType({
    known.Activation: write_activation_layer,
    known.Attention: write_attention,
    known.BatchNorm: write_batchnorm,
    known.Bidirectional: write_bidirectional,
    known.Convolution: write_convolution,
    known.Convolution1D: write_convolution,
    known.Dense: write_dense,
    known.Dropout: write_dropout,
    known.Embedding: write_nothing,
    known.Flatten: write_reshape,
    known.GRU: write_recurrent,
    known.GlobalPooling: write_global_pooling,
    known.GroupNorm: write_groupnorm,
    known.LSTM: write_recurrent,
    known.LayerNorm: write_layernorm,
    known.Parallel: write_parallel,
    known.Pooling: write_pooling,
    known.Pooling1D: write_pooling,
    known.PReLU: write_prelu,
    known.PositionalEncoding: write_positional_encoding,
    known.RMSNorm: write_rmsnorm,
    known.RNN: write_recurrent,
    known.Reshape: write_reshape,
    known.Residual: write_residual,
    known.Template: write_nothing,
    known.TimeDistributed: write_time_distributed,
    known.Tokens: write_tokens,
    known.Transformer: write_transformer,
    known.TransposedConvolution: write_transposed_convolution,
})  # fmt: skip
"""How each class of layers is written; those of the user's own have no operators."""
