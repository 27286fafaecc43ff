"""Shapes of the Activation layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.activation.models import Activation


def activation_compute_shapes(layer: 'Activation', A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``."""
    layer.d['m'] = A.shape[0]
