"""Shapes, parameters and gradients of the Convolution1D layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.windows import check_groups_of_depth, compute_step_window_shapes
from epynn.kernels.arrays import Array
from epynn.kernels.convolution import multiply_blocks_weight_gradient
from epynn.kernels.normalization import sum_points

if TYPE_CHECKING:
    from epynn.convolution1d.models import Convolution1D


def convolution1d_compute_shapes(layer: 'Convolution1D', A: Array) -> None:
    """Read the dimensions off the signals ``(m, s, e)`` and derive the shapes."""
    layer.pads = compute_step_window_shapes(layer, A, layer.padding, 'filter_size')
    check_groups_of_depth(layer, A)
    d = layer.d

    layer.fs['W'] = (d['f'], d['e'] // d['g'], d['u'])
    if layer.use_bias:
        layer.fs['b'] = (d['u'],)


def convolution1d_initialize_parameters(layer: 'Convolution1D') -> None:
    """Draw the filters; the bias starts at 0."""
    layer.p['W'] = layer.initialization(layer.fs['W'], rng=layer.np_rng)
    if layer.use_bias:
        layer.p['b'] = np.zeros(layer.fs['b'])


def convolution1d_compute_gradients(layer: 'Convolution1D') -> None:
    """Compute the gradients of the parameters, summed over samples and steps."""
    Xb = layer.fc['Xb'][:, np.newaxis, :, np.newaxis, ..., 0]
    dZ = layer.bc['dZ']

    # (m, 1, os, 1, f, e) * (m, 1, os, u) -> (1, f, e / g, u) -> (f, e / g, u)
    layer.g['dW'] = multiply_blocks_weight_gradient(Xb, dZ[:, np.newaxis], layer.d['g'])[0]

    # (m, os, u) -> (u,)
    if layer.use_bias:
        layer.g['db'] = sum_points(dZ)
