"""Backward pass of the Pooling1D layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.pooling import pool_gradient

if TYPE_CHECKING:
    from epynn.pooling1d.models import Pooling1D


def pooling1d_backward(layer: 'Pooling1D', dX: Array) -> Array:
    """Reverse :func:`pooling1d_forward`: send the gradient to the points that made the output.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output ``(m, os, e)``, from the layer after.

    Returns
    -------
    dX : ndarray
        Gradient with respect to the input ``(m, s, e)``.
    """
    d = layer.d

    # (2) To the winner of each window, or in equal parts: (m, 1, os, e) -> (m, 1, s, e)
    dA = layer.receive_gradient(dX)
    X, A = layer.fc['X'], layer.fc['A']
    dX = pool_gradient(
        dA[:, np.newaxis], X[:, np.newaxis], A[:, np.newaxis],
        (1, d['f']), (1, d['ss']), layer.pads, layer.how, layer.o['winners'],
    )  # fmt: skip

    # (1) Input: -> (m, s, e)
    dX = layer.bc['dX'] = dX[:, 0]

    return dX
