"""Backward pass of the Activation layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def activation_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`activation_forward`: ``dX = dA * activate'(X)``, all ``(m, ...)``."""
    # (2) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    # (1) Input
    dX = layer.bc['dX'] = dZ

    return dX
