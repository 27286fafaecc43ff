"""Backward pass of the BatchNorm layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import zero_masked

if TYPE_CHECKING:
    from epynn.batchnorm.models import BatchNorm


def batchnorm_backward(layer: 'BatchNorm', dX: ndarray) -> ndarray:
    """Reverse :func:`batchnorm_forward`; the docstring of the class derives step (3)."""
    # (4) Scale and shift each channel
    dA = layer.receive_gradient(dX)
    Xh, sd = layer.fc['Xh'], layer.fc['sd']
    dXh = layer.bc['dXh'] = dA * layer.p['gamma']

    # (3) Normalize
    # (2) Mean and variance: of the batch, they send a gradient to each point of it
    if layer.o['of_batch']:
        dX = dXh - layer.mean_points(dXh, mask=layer.mask)
        dX -= Xh * layer.mean_points(dXh, Xh, layer.mask)
        dX /= sd
    else:
        dX = dXh / sd

    # (1) Input
    dX = layer.bc['dX'] = zero_masked(dX, layer.mask)

    return dX
