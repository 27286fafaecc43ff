"""Backward pass of the PReLU layer."""

import numpy as np

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import zero_masked


def prelu_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`prelu_forward`: ``dX = dA`` above 0 and ``dX = alpha dA`` below."""
    # (2) Above 0 as it is, below times the slope; steps that pad send nothing back
    dA = layer.bc['dA'] = zero_masked(layer.receive_gradient(dX), layer.mask)
    dX = np.where(layer.fc['X'] > 0, dA, layer.p['alpha'] * dA)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
