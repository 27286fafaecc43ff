"""Shapes of the Flatten layer."""

from math import prod
from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.flatten.models import Flatten


def flatten_compute_shapes(layer: 'Flatten', A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``: ``n`` features a sample."""
    layer.d['m'] = A.shape[0]
    layer.d['n'] = prod(A.shape[1:])
