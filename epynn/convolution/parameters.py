"""Shapes, parameters and gradients of the Convolution layer."""

import numpy as np

from epynn.commons.windows import Sliding, check_groups_of_depth, lay_window
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import bias_gradient, multiply_windows_weight_gradient


def convolution_compute_shapes(layer: Sliding, A: ndarray) -> None:
    """Read the dimensions off the images ``(m, h, w, d)`` and derive the shapes."""
    layer.window = lay_window(layer, A, layer.padding, 'filter_size')
    check_groups_of_depth(layer, A)
    d = layer.d

    layer.ps['W'] = (d['fh'], d['fw'], d['d'] // d['g'], d['u'])
    if layer.use_bias:
        layer.ps['b'] = (d['u'],)


def convolution_initialize_parameters(layer: Sliding) -> None:
    """Draw the filters; the bias starts at 0."""
    layer.p['W'] = layer.initialization(layer.ps['W'], rng=layer.np_rng)
    if layer.use_bias:
        layer.p['b'] = np.zeros(layer.ps['b'])


def convolution_compute_gradients(layer: Sliding) -> None:
    """Compute the gradients of the parameters, summed over samples and places."""
    Xp = layer.fc['Xp']
    dZ = layer.bc['dZ']

    # (3) Filters: (m, oh, ow, fh, fw, d) * (m, oh, ow, u) -> (fh, fw, d / g, u)
    layer.g['dW'] = multiply_windows_weight_gradient(Xp, dZ, layer.window)

    # (4) Bias: (m, oh, ow, u) -> (u,)
    if layer.use_bias:
        layer.g['db'] = bias_gradient(dZ)
