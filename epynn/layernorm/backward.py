"""Backward pass of the LayerNorm layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import mean_channels


def layernorm_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`layernorm_forward`; the docstring of BatchNorm derives step (3)."""
    # (4) Scale and shift each channel
    dA = layer.receive_gradient(dX)
    Xh, sd = layer.fc['Xh'], layer.fc['sd']
    dXh = layer.bc['dXh'] = dA * layer.p['gamma']

    # (3) Normalize
    # (2) Mean and variance send a gradient to each of the channels
    dX = dXh - mean_channels(dXh)
    dX -= Xh * mean_channels(dXh, Xh)
    dX /= sd

    # (1) Input
    layer.bc['dX'] = dX

    return dX
