"""Recurrent nodes, whose steps come before the samples, as a network has them: samples first.

Transposes stand before and behind the node, as in what exporters write, and bring both directions
side by side. What the network gives is laid out as the node would have it.
"""

import numpy as np
from conformance.recorded import attributes
from onnx import helper, numpy_helper

RECURRENT = {'RNN', 'GRU', 'LSTM'}


def has_steps_first(node):
    """Return whether a node reads sequences ``(s, m, e)``."""
    return node.op_type in RECURRENT and not attributes(node).get('layout')


def turn_around(node):
    """Have a node that reads backwards read forwards, the steps turned around; say which it was.

    A layer that reads backwards is one of two in a Bidirectional, and none by itself.
    """
    backwards = attributes(node).get('direction') == 'reverse'
    for setting in node.attribute:
        if setting.name == 'direction' and backwards:
            setting.s = b'forward'
    return backwards


def put_samples_first(file):
    """Have a graph take ``(m, s, e)`` and give ``(m, s, 2 u)``, or ``(m, 2 u)`` of last states."""
    graph = file.graph
    (node,), (X,), (Y,) = graph.node, graph.input, graph.output
    turn = helper.make_node('Transpose', ['samples'], [X.name], perm=[1, 0, 2])
    graph.node.insert(0, turn)
    X.name = 'samples'
    dims = [dim.dim_value for dim in X.type.tensor_type.shape.dim]
    for dim, size in zip(X.type.tensor_type.shape.dim, (dims[1], dims[0], dims[2]), strict=True):
        dim.dim_value = size
    every = Y.name == node.output[0]
    if attributes(node).get('direction') == 'bidirectional':
        perm, shape = ([0, 2, 1, 3], [0, 0, -1]) if every else ([1, 0, 2], [0, -1])
        graph.initializer.append(numpy_helper.from_array(np.array(shape), 'beside'))
        graph.node.append(helper.make_node('Transpose', [Y.name], ['ways'], perm=perm))
        graph.node.append(helper.make_node('Reshape', ['ways', 'beside'], ['joined']))
        last, perm = 'joined', [1, 0, 2]
    else:
        last, perm = Y.name, [2, 0, 1, 3] if every else [1, 0, 2]
    if every or last == Y.name:
        graph.node.append(helper.make_node('Transpose', [last], ['states'], perm=perm))
        last = 'states'
    Y.name = last
    del Y.type.tensor_type.shape.dim[:]


def as_of_node(A, shape):
    """Return what the network gives as the node would: ``(s, 2, m, u)`` or ``(2, m, u)``."""
    *steps, ways, m, u = shape
    A = A.reshape(m, *steps, ways, u)
    return np.moveaxis(A, 0, -2)
