"""Backward pass of the Tokens layer."""

import numpy as np

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def tokens_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`tokens_forward`: no gradient passes on to tokens, ``dX = 0 (m, s)``."""
    # (2) Look up: what comes back is for W alone
    dA = layer.receive_gradient(dX)

    # (1) Input: (m, s, u) -> (m, s)
    dX = layer.bc['dX'] = np.zeros_like(dA, shape=layer.fs['X'])

    return dX
