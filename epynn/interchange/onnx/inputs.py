"""The input and the output of a graph: which they are, and the shape of a sample."""

import re
from math import prod
from typing import Any

from epynn.commons.errors import ArgumentError
from epynn.interchange.extras import onnx
from epynn.interchange.onnx.loading import refuse
from epynn.interchange.onnx.reading import ReadGraph

OPEN = 32
"""The size of an axis that a file leaves open, and the user, too: layers seldom depend on it."""
LONGEST, LARGEST = 2**22, 2**28
"""Numbers along an axis of a sample, and of all of it."""


def find_input(
    graph: ReadGraph, file: Any, shape: tuple[int, ...] | None, samples: tuple[int, ...]
) -> tuple[str, tuple[int, ...]]:
    """Return the name of the one input that is read, and the shape of a sample of it.

    `shape` are the sizes of the axes that the file leaves open, and of the others; `samples` those
    of data, if there are any.
    """
    given = [
        value for value in file.graph.input
        if value.name not in graph.initializers and graph.users[value.name]
    ]  # fmt: skip
    if len(given) != 1:
        names = ', '.join(value.name[:40] for value in given[:9]) or 'none'
        raise refuse(graph.where, 'one input', names, 'Export the part that one input goes into.')
    kind = given[0].type.tensor_type
    graph.float32 = kind.elem_type != onnx().TensorProto.DOUBLE
    dims: list[Any] = [
        dim.dim_value if dim.HasField('dim_value') else None for dim in kind.shape.dim
    ]
    told = [size is None or 0 < size < LONGEST for size in dims[1:]]
    if not all(told) or not 0 < len(told) < 8:
        raise refuse(graph.where, 'an input (m, ...)', f'{dims}', 'Say its shape in the export.')
    graph.samples = dims[0]
    sizes = dims[1:]
    fits = shape is None or (
        len(shape) == len(sizes)
        and all(told in (None, size) for told, size in zip(sizes, shape, strict=True))
    )
    if not fits:
        raise ArgumentError(
            'read_onnx(shape)', f'a sample {tuple(size or "any" for size in sizes)}, as the file '
            'says', f'{shape}', 'Leave it out, or give sizes to the axes that are open alone.',
        )  # fmt: skip
    if shape is not None:
        return given[0].name, shape
    known = samples, noted_sample(file), (OPEN,) * len(sizes)
    open_sizes = next(each for each in known if len(each) == len(sizes))
    found = tuple(a or b for a, b in zip(sizes, open_sizes, strict=True))
    if prod(found) > LARGEST:
        words = f'{prod(found)}'
        raise refuse(graph.where, f'samples of at most {LARGEST} numbers', words, 'Pass shape=.')
    return given[0].name, found


def noted_sample(file: Any) -> tuple[int, ...]:
    """Return the shape of a sample that a file of our own notes, where it leaves axes open."""
    for entry in file.metadata_props:
        if entry.key == 'epynn.sample':
            return tuple(map(int, re.findall(r'\b[1-9]\d{0,8}\b', entry.value[:100])))
    return ()


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
            graph.where, 'one output of floats', ', '.join(outputs[:9]) or 'none',
            'Export with that output alone that the network is to have.',
        )  # fmt: skip
    return outputs[0]
