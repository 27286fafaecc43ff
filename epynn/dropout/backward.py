"""Backward pass of the Dropout layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.dropout.models import Dropout


def dropout_backward(layer: 'Dropout', dX: ndarray) -> ndarray:
    """Reverse :func:`dropout_forward`: the gradient passes where the input passed."""
    # (3) Keep, and scale up
    # (2) Mask: that of the forward pass; outside training there was none
    dA = layer.receive_gradient(dX)
    dX = dA * layer.fc['D'] * layer.scale if layer.o['dropped'] else dA

    # (1) Input
    layer.bc['dX'] = dX

    return dX
