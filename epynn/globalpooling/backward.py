"""Backward pass of the GlobalPooling layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.globalpooling.models import GlobalPooling


def globalpooling_backward(layer: 'GlobalPooling', dX: ndarray) -> ndarray:
    """Reverse :func:`globalpooling_forward`: the gradient goes to the places that made ``A``."""
    d = layer.d

    # (2) In equal parts, or to the winner of each channel: (m, d) -> (m, n, d)
    dA = layer.receive_gradient(dX)[:, np.newaxis]
    dXn = np.zeros_like(dA, shape=(d['m'], d['n'], d['d']))
    if layer.how == 'mean':
        dXn += dA / float(d['n'])
    else:
        Xn = layer.fc['X'].reshape(dXn.shape)
        winner = Xn.argmax(axis=1) if layer.how == 'max' else Xn.argmin(axis=1)
        np.put_along_axis(dXn, winner[:, np.newaxis], dA, axis=1)

    # (1) Input: (m, n, d) -> (m, ..., d)
    dX = layer.bc['dX'] = dXn.reshape(layer.fs['X'])

    return dX
