"""Backward pass of the Pooling1D layer."""

import numpy as np

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool_windows_gradient


def pooling1d_backward(layer: Sliding, dX: ndarray) -> ndarray:
    """Reverse :func:`pooling1d_forward`: the gradient goes to the steps that made the output."""
    # (2) To the winner of each window, or in equal parts: (m, 1, os, e) -> (m, 1, s, e)
    dA = layer.receive_gradient(dX)[:, np.newaxis]
    X, winners = layer.fc['X'][:, np.newaxis], layer.o['winners']
    dX = pool_windows_gradient(dA, X, layer.window, layer.how, winners)

    # (1) Input: -> (m, s, e)
    dX = layer.bc['dX'] = dX[:, 0]

    return dX
