"""Backward pass of the Template layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def template_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`template_forward`: ``dX = dA``, both ``(m, ...)``."""
    # (2) Pass on
    dA = layer.receive_gradient(dX)
    dX = dA

    # (1) Input
    layer.bc['dX'] = dX

    return dX
