"""Shapes, parameters and gradients of the Convolution1D layer."""

import numpy as np

from epynn.commons.windows import Sliding, check_groups_of_depth, lay_step_window
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import bias_gradient, multiply_windows_weight_gradient


def convolution1d_compute_shapes(layer: Sliding, A: ndarray) -> None:
    """Read the dimensions off the signals ``(m, s, e)`` and derive the shapes."""
    layer.window = lay_step_window(layer, A, layer.padding, 'filter_size')
    check_groups_of_depth(layer, A)
    d = layer.d

    layer.ps['W'] = (d['f'], d['e'] // d['g'], d['u'])
    if layer.use_bias:
        layer.ps['b'] = (d['u'],)


def convolution1d_initialize_parameters(layer: Sliding) -> None:
    """Draw the filters; the bias starts at 0."""
    layer.p['W'] = layer.initialization(layer.ps['W'], rng=layer.np_rng)
    if layer.use_bias:
        layer.p['b'] = np.zeros(layer.ps['b'])


def convolution1d_compute_gradients(layer: Sliding) -> None:
    """Compute the gradients of the parameters, summed over samples and steps."""
    Xp = layer.fc['Xp'][:, np.newaxis]
    dZ = layer.bc['dZ'][:, np.newaxis]

    # (3) Filters: (m, 1, os, 1, f, e) * (m, 1, os, u) -> (1, f, e / g, u) -> (f, e / g, u)
    layer.g['dW'] = multiply_windows_weight_gradient(Xp, dZ, layer.window)[0]

    # (4) Bias: (m, 1, os, u) -> (u,)
    if layer.use_bias:
        layer.g['db'] = bias_gradient(dZ)
