"""Backward pass of the BatchNorm layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import mean_points
from epynn.kernels.steps import zero_masked


def batchnorm_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`batchnorm_forward`; the docstring of the class derives step (3)."""
    # (4) Scale and shift each channel
    dA = layer.receive_gradient(dX)
    Xh, sd = layer.fc['Xh'], layer.fc['sd']
    dXh = layer.bc['dXh'] = dA * layer.p['gamma']

    # (3) Normalize
    # (2) Mean and variance: of the batch, they send a gradient to each point of it
    if layer.o['of_batch']:
        dX = dXh - mean_points(dXh, mask=layer.mask)
        dX -= Xh * mean_points(dXh, Xh, layer.mask)
        dX /= sd
    else:
        dX = dXh / sd

    # (1) Input
    dX = layer.bc['dX'] = zero_masked(dX, layer.mask)

    return dX
