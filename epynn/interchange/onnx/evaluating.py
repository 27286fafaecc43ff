"""The evaluator of the package onnx, with operators that are right where its own are not."""

import math
from itertools import product
from typing import Any

import numpy as np

from epynn.interchange.extras import onnx_reference
from epynn.kernels.arrays import ndarray


def evaluate(file: Any, **arrays: ndarray) -> ndarray:
    """Return the first output of a model of ONNX for inputs by name.

    The evaluator computes the error function in float32, and fails, or has a place too many, where
    the windows of a maximum reach over the ends.
    """
    reference = onnx_reference()
    base: Any = reference.op_run.OpRun

    class Erf(base):  # type: ignore[misc]
        def _run(self, x: ndarray, **settings: Any) -> tuple[ndarray]:
            return (np.vectorize(math.erf, otypes=[x.dtype])(x),)

    class MaxPool(base):  # type: ignore[misc]
        def _run(self, x: ndarray, **settings: Any) -> tuple[ndarray]:
            return (pool_max(x, **settings),)

    file = reference.ReferenceEvaluator(file, new_ops=[Erf, MaxPool])
    outputs: list[ndarray] = file.run(None, arrays)
    return outputs[0]


def pool_max(
    X: ndarray,
    kernel_shape: list[int],
    strides: list[int],
    dilations: list[int],
    pads: list[int],
    ceil_mode: int = 0,
    **others: Any,
) -> ndarray:
    """Return the largest number under each window, ``(m, d, h, w) -> (m, d, oh, ow)``."""
    axes = len(kernel_shape)
    places, padding = [], [(0, 0), (0, 0)]
    for n, f, stride, r, before, after in zip(
        X.shape[2:], kernel_shape, strides, dilations, pads[:axes], pads[axes:], strict=True
    ):
        free = n + before + after - (f - 1) * r - 1  # how far the first window can move
        count = (-(-free // stride) if ceil_mode else free // stride) + 1
        while (count - 1) * stride >= n + before:  # a window that begins beyond the end
            count -= 1
        places.append(count)
        padding.append((before, after + max((count - 1) * stride - free, 0)))
    Xp = np.pad(X, padding, constant_values=-np.inf)
    parts = []
    for point in product(*map(range, kernel_shape)):
        along = zip(point, dilations, places, strides, strict=True)
        under = (slice(i * r, i * r + (count - 1) * by + 1, by) for i, r, count, by in along)
        parts.append(Xp[(slice(None), slice(None), *under)])
    largest: ndarray = np.max(parts, axis=0)
    return largest
