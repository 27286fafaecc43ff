"""Backward pass of the Dropout layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.dropout.models import Dropout


def dropout_backward(layer: 'Dropout', dX: Array) -> Array:
    """Reverse :func:`dropout_forward`: the gradient passes where the input passed.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output ``(m, ...)``, from the layer after.

    Returns
    -------
    dX : ndarray
        Gradient with respect to the input ``(m, ...)``.
    """
    # (3) Keep, and scale up
    dA = layer.receive_gradient(dX)
    dX = dA * layer.fc['D'] * layer.scale if layer.o['dropped'] else dA

    # (1) Input
    layer.bc['dX'] = dX

    return dX
