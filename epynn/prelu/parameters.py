"""Shapes, parameters and gradients of the PReLU layer."""

from typing import Any

import numpy as np

from epynn.commons.normalization import require_channels
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import sum_points


def prelu_compute_shapes(layer: Any, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)`` and derive the shape of the parameter."""
    require_channels(layer, A)
    layer.d['m'], layer.d['d'] = A.shape[0], A.shape[-1]

    layer.ps['alpha'] = (1,) if layer.shared else (layer.d['d'],)


def prelu_initialize_parameters(layer: Any) -> None:
    """Start with the same slope everywhere."""
    layer.p['alpha'] = np.full(layer.ps['alpha'], layer.slope)


def prelu_compute_gradients(layer: Any) -> None:
    """Compute the gradient of the slopes, summed over samples and places."""
    X, dA = layer.fc['X'], layer.bc['dA']

    # (2) Slopes: (m, ..., d) * (m, ..., d) -> (d,), and of one that all share -> (1,)
    dalpha = sum_points(dA, np.minimum(X, 0))
    layer.g['dalpha'] = np.sum(dalpha, keepdims=True) if layer.shared else dalpha
