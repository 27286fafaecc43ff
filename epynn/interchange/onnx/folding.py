"""Constants that a graph computes from constants: shapes, mostly, and weights that are turned."""

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.interchange.extras import onnx
from epynn.interchange.onnx.arithmetic import ELEMENTWISE
from epynn.interchange.onnx.loading import Tensors
from epynn.interchange.onnx.node import Node
from epynn.kernels.arrays import ndarray


def fold_node(node: Node, inputs: list[ndarray | None], spend: Callable[[int], None]) -> ndarray:
    """Return what a node computes from constants; what it takes is spent first.

    The operator has to be one of those below.
    """
    given = [each for each in inputs if each is not None]
    with np.errstate(all='ignore'):
        if node.op in ELEMENTWISE:
            if node.op not in ('Identity', 'Cast'):
                spend(prod(np.broadcast_shapes(*(each.shape for each in given))))
            return np.asarray(ELEMENTWISE[node.op](node, *inputs))
        if node.op in SIZES:
            spend(SIZES[node.op](*given))
        return np.asarray(FOLDS[node.op](node, *inputs))


def can_fold(node: Node) -> bool:
    """Return whether the operator is one of those that constants may go through."""
    return len(node.outputs) == 1 and (node.op in ELEMENTWISE or node.op in FOLDS)


def largest(*inputs: ndarray) -> int:
    """Return the numbers of all inputs together."""
    return sum(each.size for each in inputs)


def as_shape(array: Any) -> list[int]:
    """Return a shape that a constant tells."""
    if array.size > 32 or array.dtype.kind not in 'iu':
        raise ValueError(f'a shape of {array.size} numbers of {array.dtype}')
    return [int(n) for n in array.ravel()]


def read_constant(node: Node, tensors: Tensors) -> ndarray:
    """Return the value of a node ``Constant``."""
    for name, kind, field in (
        ('value_float', 1, 'f'), ('value_int', 2, 'i'),
        ('value_floats', 6, 'floats'), ('value_ints', 7, 'ints'),
    ):  # fmt: skip
        if name in node.settings:
            value: Any = getattr(node.setting(name, kind, None), field)
            dtype = np.float32 if 'float' in name else np.int64
            return np.array(value if kind < 3 else list(value), dtype)
    if 'value' not in node.settings:
        raise node.refuse('a constant of numbers', f'{sorted(node.settings)}', 'Leave it out.')
    return tensors.read(node.setting('value', 4, None).t)


def axes_of(node: Node, rank: int, given: ndarray | None) -> tuple[int, ...] | None:
    """Return the axes that a node is about, from 0 on: an input, in older files a setting."""
    if given is not None and (given.size > 32 or given.dtype.kind not in 'iu'):
        raise node.refuse('axes in whole numbers', f'{given.size} of {given.dtype}', 'Find a copy.')
    axes = node.wholes('axes') if given is None else tuple(as_shape(given))
    if axes is None:
        return None
    if any(not -rank <= axis < rank for axis in axes):
        raise node.refuse(f'axes below {rank}', f'{axes}', 'Find a copy.')
    return tuple(axis % rank for axis in axes)


def fold_squeeze(node: Node, x: ndarray, axes: ndarray | None = None) -> ndarray:
    """Leave out axes of size 1."""
    return np.squeeze(x, axes_of(node, x.ndim, axes))


def fold_unsqueeze(node: Node, x: ndarray, axes: ndarray | None = None) -> ndarray:
    """Put in axes of size 1."""
    count = len((node.wholes('axes') or ()) if axes is None else as_shape(axes))
    return np.expand_dims(x, axes_of(node, x.ndim + count, axes) or ())


def fold_slice(node: Node, x: ndarray, *bounds: ndarray | None) -> ndarray:
    """Cut out parts of axes."""
    told = dict(zip(('starts', 'ends', 'axes', 'steps'), bounds, strict=False))
    starts, ends, axes, steps = (
        list(node.wholes(name) or ()) if told.get(name) is None else as_shape(told[name])
        for name in ('starts', 'ends', 'axes', 'steps')
    )
    axes, steps = axes or list(range(len(starts))), steps or [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        parts = [slice(None)] * x.ndim
        # From the end to the first one there is no number for "before the first"
        parts[axis] = slice(start, None if step < 0 and end < -x.shape[axis] else end, step)
        x = x[tuple(parts)]
    return x


def fold_reshape(node: Node, x: ndarray, shape: ndarray) -> ndarray:
    """Give an array other axes."""
    wanted = as_shape(shape)
    if not node.whole('allowzero', 0):
        wanted = [n or x.shape[i] for i, n in enumerate(wanted)]
    return x.reshape(wanted)


def fold_shape(node: Node, x: ndarray) -> ndarray:
    """Return the shape of an array."""
    end = node.whole('end', x.ndim)
    return np.array(x.shape[node.whole('start', 0) : end], np.int64)


def fold_filled(node: Node, shape: ndarray) -> ndarray:
    """Return an array that is filled with one number."""
    value = node.setting('value', 4, None)
    number = np.zeros(1, np.float32)
    if value is not None:
        number = onnx().numpy_helper.to_array(value.t) if len(value.t.dims) < 2 else number
    return np.full(as_shape(shape), number.ravel()[0])


def fold_reduced(reduce: Callable[..., Any]) -> Callable[..., ndarray]:
    """Return a reduction over axes."""

    def fold(node: Node, x: ndarray, axes: ndarray | None = None) -> ndarray:
        keep = bool(node.whole('keepdims', 1))
        return np.asarray(reduce(x, axis=axes_of(node, x.ndim, axes), keepdims=keep))

    return fold


FOLDS: Mapping[str, Callable[..., ndarray]] = MappingProxyType({
    'Concat': lambda node, *parts: np.concatenate(parts, node.whole('axis', 0)),
    'ConstantOfShape': fold_filled,
    'Expand': lambda node, x, shape: np.broadcast_to(
        x, np.broadcast_shapes(x.shape, tuple(as_shape(shape)))
    ),
    'Flatten': lambda node, x: x.reshape(prod(x.shape[: node.whole('axis', 1)]), -1),
    'Gather': lambda node, x, i: np.take(x, i.astype(np.int64), node.whole('axis', 0)),
    'ReduceProd': fold_reduced(np.prod), 'ReduceSum': fold_reduced(np.sum),
    'Range': lambda node, *bounds: np.arange(*(each.item() for each in bounds)),
    'Reshape': fold_reshape, 'Shape': fold_shape, 'Slice': fold_slice,
    'Squeeze': fold_squeeze,
    'Transpose': lambda node, x: np.transpose(x, node.wholes('perm')),
    'Unsqueeze': fold_unsqueeze,
})  # fmt: skip
"""Operators that move numbers, and sums of them."""
SIZES: Mapping[str, Callable[..., int]] = MappingProxyType({
    'Concat': largest, 'ConstantOfShape': lambda shape: prod(as_shape(shape)),
    'Expand': lambda x, shape: prod(np.broadcast_shapes(x.shape, tuple(as_shape(shape)))),
    'Gather': lambda x, i: x.size if i.size == 1 else x.size * i.size,
    'ReduceProd': largest, 'ReduceSum': largest,
    'Range': lambda *bounds: int(abs(np.subtract(*bounds[1::-1]) / bounds[2])) + 1,
})  # fmt: skip
"""How many numbers come out of those that make new ones; the others only look at those there."""
