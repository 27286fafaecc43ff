"""Shapes, parameters and gradients of the RMSNorm layer."""

import numpy as np

from epynn.commons.models import Layer
from epynn.commons.normalization import compute_channel_shapes, require_several
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import sum_points


def rmsnorm_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)`` and derive the shape of the parameter."""
    compute_channel_shapes(layer, A)
    del layer.ps['beta']
    require_several(
        layer, layer.d['d'], 'along the last axis', 'Leave the layer out: of one number it leaves '
        'the sign.',
    )  # fmt: skip


def rmsnorm_initialize_parameters(layer: Layer) -> None:
    """Start by changing nothing: scale 1."""
    layer.p['gamma'] = np.ones(layer.ps['gamma'])


def rmsnorm_compute_gradients(layer: Layer) -> None:
    """Compute the gradient of the scale, summed over samples and places."""
    # (4) Scale each channel: (m, ..., d) * (m, ..., d) -> (d,)
    layer.g['dgamma'] = sum_points(layer.bc['dA'], layer.fc['Xh'])
