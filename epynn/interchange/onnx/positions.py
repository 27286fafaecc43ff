"""Positions of steps as nodes of ONNX: constants where the number of steps is one."""

import numpy as np

from epynn.commons.positions import position_angles, sinusoids
from epynn.interchange.extras import onnx
from epynn.interchange.onnx.graph import Graph, Value
from epynn.kernels.arrays import ndarray


def write_positions(graph: Graph, X: Value) -> str:
    """Add the positions of steps, ``(s,)``."""
    if not graph.any_steps:
        return graph.constant('t', np.arange(X.shape[1]))
    shape = graph.node('Shape', [X.name], 'shape', '(m, s, ...)')
    s = graph.node('Gather', [shape, graph.constant('second', 1)], 's', 'number of steps')
    ends = graph.constant('zero', 0), s, graph.constant('one', 1)
    return graph.node('Range', list(ends), 't', 'positions of steps')


def write_sinusoids(graph: Graph, X: Value, e: int) -> str:
    """Add sine and cosine, in turn, of the angles of each position: ``(s, e)``."""
    if not graph.any_steps:
        return graph.constant('E', sinusoids(np.arange(X.shape[1]), e))
    angles = write_angles(graph, X, e)
    sin, cos = (graph.node(op, [angles], op.lower()) for op in ('Sin', 'Cos'))
    even = graph.constant('even', np.arange(e) % 2 == 0)
    return in_dtype(graph, graph.node('Where', [even, sin, cos], 'E', 'sine and cosine in turn'))


def write_turns(graph: Graph, X: Value, k: int) -> tuple[str, str]:
    """Add cosine and sine of the angles of each position, ``(s, k)``; the sine for partners."""
    signs = np.tile([-1.0, 1.0], k // 2)
    if not graph.any_steps:
        angles = np.arange(X.shape[1])[:, np.newaxis] * rates(k)
        return graph.constant('cos', np.cos(angles)), graph.constant('sin', np.sin(angles) * signs)
    turned = write_angles(graph, X, k)
    cos, sin = (in_dtype(graph, graph.node(op, [turned], op.lower())) for op in ('Cos', 'Sin'))
    return cos, graph.node('Mul', [sin, graph.constant('signs', signs)], 'sin', '-sin, sin')


def write_angles(graph: Graph, X: Value, n: int) -> str:
    """Add the angle of each position for each of `n` numbers, ``(s, n)``, in float64."""
    t = graph.node('Cast', [write_positions(graph, X)], 't', 'in float64', to=in_float64())
    t = graph.node('Unsqueeze', [t, graph.constant('column', [1])], 't', '(s, 1)')
    return graph.node('Mul', [t, graph.constant('rates', rates(n), np.float64)], 'angles')


def rates(n: int) -> ndarray:
    """Return the angle of a step for each of `n` numbers; the two of a pair have the same."""
    return np.repeat(position_angles(np.ones(1), n)[0], 2)[:n]


def in_dtype(graph: Graph, array: str) -> str:
    """Return an array of float64 in the data type of the graph."""
    if graph.kind == in_float64():
        return array
    return graph.node('Cast', [array], 'rounded', 'as all others', to=graph.kind)


def in_float64() -> int:
    """Return the number of float64 in ONNX."""
    return int(onnx().TensorProto.DOUBLE)
