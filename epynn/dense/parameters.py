"""Shapes, parameters and gradients of the Dense layer."""

import numpy as np

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import sum_points
from epynn.kernels.products import multiply


def dense_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, n)`` and derive the shapes of the parameters."""
    layer.d['m'], layer.d['n'] = A.shape

    layer.ps['W'] = (layer.d['n'], layer.d['u'])
    layer.ps['b'] = (1, layer.d['u'])


def dense_initialize_parameters(layer: Layer) -> None:
    """Draw the weights; the bias starts at 0."""
    layer.p['W'] = layer.initialization(layer.ps['W'], rng=layer.np_rng)
    layer.p['b'] = np.zeros(layer.ps['b'])


def dense_compute_gradients(layer: Layer) -> None:
    """Compute the gradients of the parameters, summed over the samples."""
    X = layer.fc['X']
    dZ = layer.bc['dZ']

    # (2) Linear product: (m, n)^T @ (m, u) -> (n, u)
    layer.g['dW'] = multiply(X.T, dZ)

    # (2) Bias, added to each sample: (m, u) -> (1, u)
    layer.g['db'] = sum_points(dZ)[np.newaxis]
