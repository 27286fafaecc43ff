"""Backward pass of the GlobalPooling layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.globalpooling.parameters import globalpooling_places
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import zero_masked

if TYPE_CHECKING:
    from epynn.globalpooling.models import GlobalPooling


def globalpooling_backward(layer: 'GlobalPooling', dX: ndarray) -> ndarray:
    """Reverse :func:`globalpooling_forward`: the gradient goes to the places that made ``A``."""
    d = layer.d

    # (2) In equal parts, or to the winner of each channel: (m, d) -> (m, n, d)
    dA = layer.receive_gradient(dX)
    dXn = np.zeros_like(dA, shape=(d['m'], d['n'], d['d']))
    Xn, N = globalpooling_places(layer, layer.fc['X'])
    if layer.how == 'mean':
        dXn += (dA / N)[:, np.newaxis]
    else:
        winner = Xn.argmax(axis=1) if layer.how == 'max' else Xn.argmin(axis=1)
        np.put_along_axis(dXn, winner[:, np.newaxis], dA[:, np.newaxis], axis=1)

    # (1) Input: (m, n, d) -> (m, ..., d)
    dX = layer.bc['dX'] = zero_masked(dXn.reshape(layer.fs['X']), layer.mask)

    return dX
