"""Backward pass of the Pooling layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool_windows_gradient

if TYPE_CHECKING:
    from epynn.pooling.models import Pooling


def pooling_backward(layer: 'Pooling', dX: ndarray) -> ndarray:
    """Reverse :func:`pooling_forward`: the gradient goes to the points that made the output."""
    # (2) To the winner of each window, or in equal parts: (m, oh, ow, d) -> (m, h, w, d)
    dA = layer.receive_gradient(dX)
    X, winners = layer.fc['X'], layer.o['winners']
    dX = pool_windows_gradient(dA, X, layer.window, layer.how, winners)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
