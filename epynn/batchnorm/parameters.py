"""Shapes, parameters and gradients of the BatchNorm layer."""

import numpy as np

from epynn.commons.models import Layer
from epynn.commons.normalization import (
    compute_channel_gradients,
    compute_channel_shapes,
    initialize_channels,
)
from epynn.kernels.arrays import ndarray


def batchnorm_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)`` and derive the shapes of the parameters."""
    compute_channel_shapes(layer, A)
    layer.ps['mean'] = layer.ps['var'] = (layer.d['d'],)


def batchnorm_initialize_parameters(layer: Layer) -> None:
    """Start by changing nothing: scale 1, shift 0, running mean 0, running variance 1."""
    initialize_channels(layer)
    layer.s['mean'] = np.zeros(layer.ps['beta'])
    layer.s['var'] = np.ones(layer.ps['gamma'])


def batchnorm_compute_gradients(layer: Layer) -> None:
    """Compute the gradients of the parameters, summed over samples and places."""
    # (4) Scale and shift each channel: (m, ..., d) -> (d,)
    compute_channel_gradients(layer)
