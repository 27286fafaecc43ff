"""Shapes of the Template layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def template_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``."""
    layer.d['m'] = A.shape[0]
