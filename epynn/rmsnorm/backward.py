"""Backward pass of the RMSNorm layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import mean_channels
from epynn.kernels.steps import zero_masked


def rmsnorm_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`rmsnorm_forward`: without its part along ``Xh``, the gradient passes."""
    # (4) Scale each channel, at real steps
    dA = layer.bc['dA'] = zero_masked(layer.receive_gradient(dX), layer.mask)
    Xh, rms = layer.fc['Xh'], layer.fc['rms']
    dXh = layer.bc['dXh'] = dA * layer.p['gamma']

    # (3) Normalize
    # (2) The root of the mean square sends a gradient to each of the channels
    dX = dXh - Xh * mean_channels(dXh, Xh)
    dX /= rms

    # (1) Input
    layer.bc['dX'] = dX

    return dX
