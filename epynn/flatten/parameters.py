"""Shapes of the Flatten layer."""

from math import prod

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def flatten_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``: ``n`` features a sample."""
    layer.d['m'] = A.shape[0]
    layer.d['n'] = prod(A.shape[1:])
