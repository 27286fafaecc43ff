"""Backward pass of the GroupNorm layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import mean_groups
from epynn.kernels.steps import zero_masked


def groupnorm_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`groupnorm_forward`; the docstring of BatchNorm derives step (3)."""
    # (4) Scale and shift each channel
    dA = layer.receive_gradient(dX)
    g, Xh, sd = layer.d['g'], layer.fc['Xh'], layer.fc['sd']
    dXh = layer.bc['dXh'] = dA * layer.p['gamma']

    # (3) Normalize
    # (2) Mean and variance send a gradient to each number of the group
    dX = dXh - mean_groups(dXh, g, mask=layer.mask)
    dX -= Xh * mean_groups(dXh, g, Xh, layer.mask)
    dX /= sd

    # (1) Input
    dX = layer.bc['dX'] = zero_masked(dX, layer.mask)

    return dX
