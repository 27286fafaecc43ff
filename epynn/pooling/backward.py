"""Backward pass of the Pooling layer."""

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool_windows_gradient


def pooling_backward(layer: Sliding, dX: ndarray) -> ndarray:
    """Reverse :func:`pooling_forward`: the gradient goes to the points that made the output."""
    # (2) To the winner of each window, or in equal parts: (m, oh, ow, d) -> (m, h, w, d)
    dA = layer.receive_gradient(dX)
    X, winners = layer.fc['X'], layer.o['winners']
    dX = pool_windows_gradient(dA, X, layer.window, layer.how, winners)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
