"""Backward pass of the Activation layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.activation.models import Activation


def activation_backward(layer: 'Activation', dX: Array) -> Array:
    """Reverse :func:`activation_forward`: from the gradient of its output to that of its input.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output ``(m, ...)``, from the layer after.

    Returns
    -------
    dX : ndarray
        Gradient with respect to the input ``(m, ...)``.
    """
    # (2) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    # (1) Input
    dX = layer.bc['dX'] = dZ

    return dX
