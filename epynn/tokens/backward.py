"""Backward pass of the Tokens layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.tokens.models import Tokens


def tokens_backward(layer: 'Tokens', dX: ndarray) -> ndarray:
    """Reverse :func:`tokens_forward`: no gradient passes on to tokens, ``dX = 0 (m, s)``."""
    # (2) Look up: what comes back is for W alone
    dA = layer.receive_gradient(dX)

    # (1) Input: (m, s, u) -> (m, s)
    dX = layer.bc['dX'] = np.zeros_like(dA, shape=layer.fs['X'])

    return dX
