"""Cases that a network computes: ``read_onnx`` reads it from the graph of the case.

Cases give weights as inputs of the graph. Here all inputs but the samples become constants, with
the recorded values, and each output is read as a graph of its own.
"""

from pathlib import Path

import numpy as np
import onnx
from conformance.recorded import require
from conformance.steps_first import (
    RECURRENT,
    as_of_node,
    has_steps_first,
    put_samples_first,
    turn_around,
)
from onnx import numpy_helper

from epynn import LayerNorm
from epynn.interchange.incoming import as_network
from epynn.interchange.read_onnx import read_layers


def predict(model, inputs, samples):
    """Return the outputs of a graph, whose input with that number are the samples.

    Samples without other axes are the numbers of a single one.
    """
    X = inputs[samples]
    require(isinstance(X, np.ndarray) and X.ndim, 'samples (m, ...)')
    single = X.ndim == 1
    constants = [each for i, each in enumerate(inputs) if i != samples]
    files = [with_constants(model, constants, samples, output) for output in model.graph.output]
    if single:
        for file in files:
            file.graph.input[0].type.tensor_type.shape.dim.insert(0, ONE_SAMPLE)
    found = [predict_output(file, X[None] if single else X) for file in files]
    ranks = [len(output.type.tensor_type.shape.dim) for output in model.graph.output]
    return [A[0] if single and rank == 1 else A for A, rank in zip(found, ranks, strict=True)]


ONE_SAMPLE = onnx.TensorShapeProto.Dimension(dim_value=1)


def with_constants(model, constants, samples, output):
    """Return a graph with one input, the samples, and one output."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    own = {tensor.name for tensor in graph.initializer}
    given = [each.name for each in graph.input if each.name not in own]
    X = given.pop(samples)
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(array), name)
        for name, array in zip(given, constants, strict=True)
    )
    keep(graph.input, X)
    keep(graph.output, output.name)
    return made


def keep(values, name):
    """Leave out all inputs or outputs of a graph but one."""
    for i in reversed(range(len(values))):
        if values[i].name != name:
            del values[i]


def predict_output(file, X):
    """Return the one output of a graph."""
    output = file.graph.output[0]
    shape = [dim.dim_value for dim in output.type.tensor_type.shape.dim]
    (node,) = [node for node in file.graph.node if output.name in node.output]
    place = list(node.output).index(output.name)
    if has_steps_first(node):
        order = -1 if turn_around(node) else 1
        put_samples_first(file)
        A = as_of_node(run_network(file, X[::order].swapaxes(0, 1)), shape)
        return A if place else A[::order]
    if not place or node.op_type in RECURRENT:
        return run_network(file, X)
    require((node.op_type, place) in BESIDE, f'output {place} of {node.op_type}')
    output.name = node.output[0]
    kind, number = BESIDE[node.op_type, place]
    return run_network(file, X, kind, number).reshape(shape)


def run_network(file, X, kind=None, number=None):
    """Return what the network of a graph predicts, its axes as in the graph.

    Or `number` of its layer of a kind, after a pass.
    """
    dtype = X.dtype if X.dtype in (np.float32, np.float64) else np.float32
    chain = read_layers(file, Path(), 'read_onnx', None, ())
    network = as_network(chain.layers, chain.first, 'read_onnx', 'case', dtype=dtype)
    if chain.first != X.shape[1:]:  # channels are first in the file
        X = np.moveaxis(X, 1, -1)
    if kind is not None:
        network.forward(X)
        (layer,) = [layer for layer in network.layers if isinstance(layer, kind)]
        return number(layer)
    A = network.predict(X).A
    return A if chain.natural else np.moveaxis(A, -1, 1)


BESIDE = {
    ('LayerNormalization', 1): (LayerNorm, lambda layer: layer.fc['mean']),
    ('LayerNormalization', 2): (LayerNorm, lambda layer: 1 / layer.fc['sd']),
}
"""What a node gives out besides, as the caches of its layer have it."""
