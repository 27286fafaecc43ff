"""The input and the output of a graph: which they are, and the shape of a sample."""

from typing import Any

from epynn.interchange.extras import onnx
from epynn.interchange.onnx.loading import refuse
from epynn.interchange.onnx.reading import ReadGraph

LONGEST = 2**31
FLOATS = {1: True, 11: False, 10: True}
"""Types of floats by their number in the protocol, and whether settings are as exact as they."""


def find_input(graph: ReadGraph, file: Any) -> tuple[str, tuple[int, ...]]:
    """Return the name of the one input that is read, and the shape of a sample of it."""
    given = [
        value for value in file.graph.input
        if value.name not in graph.initializers and graph.users[value.name]
    ]  # fmt: skip
    if len(given) != 1:
        names = ', '.join(value.name for value in given) or 'none'
        raise refuse(graph.where, 'one input', names, 'Export the part that one input goes into.')
    kind = given[0].type.tensor_type
    graph.float32 = FLOATS.get(kind.elem_type, True)
    dims: list[Any] = [
        dim.dim_value if dim.HasField('dim_value') else None for dim in kind.shape.dim
    ]
    sizes = dims[1:]
    if not given[0].type.HasField('tensor_type') or not sizes or len(sizes) > 7:
        raise refuse(graph.where, 'an input (m, ...)', f'{dims}', 'Say its shape in the export.')
    if not all(size is not None and 0 < size < LONGEST for size in sizes):
        raise refuse(
            graph.where, f'sizes of all axes of {given[0].name} but the first', f'{sizes}',
            'Export it with a sample of the shape that you have, and the first axis free alone.',
        )  # fmt: skip
    graph.samples = dims[0]
    return given[0].name, tuple(sizes)


def find_output(graph: ReadGraph, file: Any) -> str:
    """Return the name of the one output that numbers come out of."""
    kinds = onnx().TensorProto
    whole = (kinds.INT64, kinds.INT32, kinds.STRING, kinds.BOOL)
    outputs: list[str] = [
        value.name for value in file.graph.output
        if value.type.tensor_type.elem_type not in whole or len(file.graph.output) == 1
    ]  # fmt: skip
    if len(outputs) != 1:
        raise refuse(
            graph.where, 'one output of floats', ', '.join(outputs) or 'none',
            'Export with that output alone that the network is to have.',
        )  # fmt: skip
    return outputs[0]
