"""Backward pass of the Activation layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.activation.models import Activation


def activation_backward(layer: 'Activation', dX: ndarray) -> ndarray:
    """Reverse :func:`activation_forward`: ``dX = dA * activate'(X)``, all ``(m, ...)``."""
    # (2) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    # (1) Input
    dX = layer.bc['dX'] = dZ

    return dX
