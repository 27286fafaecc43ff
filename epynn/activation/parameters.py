"""Shapes of the Activation layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def activation_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``."""
    layer.d['m'] = A.shape[0]
