"""Backward pass of the Bidirectional layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.bidirectional.models import Bidirectional


def bidirectional_backward(layer: 'Bidirectional', dX: ndarray) -> ndarray:
    """Reverse :func:`bidirectional_forward`: the gradient goes back both ways, ``-> (m, s, e)``."""
    dA = layer.receive_gradient(dX)
    onward, back = layer.layers

    # (4) Merge: each layer gets the gradient of its units, or all of it
    if layer.merge == 'concatenate':
        dA0, dA1 = np.split(dA, [onward.d['u']], axis=-1)
    else:
        dA0 = dA1 = dA
    layer.bc['dA0'], layer.bc['dA1'] = dA0, dA1

    # (3) From the last step to the first, in the order in which the layer read them
    dA1 = dA1[:, ::-1] if layer.sequences else dA1
    dX1 = back.backward(dA1)[:, ::-1]

    # (2) From the first step to the last
    dX0 = onward.backward(dA0)

    # (1) Input, which went both ways
    dX = layer.bc['dX'] = dX0 + dX1

    return dX
