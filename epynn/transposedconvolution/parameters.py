"""Shapes, parameters and gradients of the TransposedConvolution layer."""

import numpy as np

from epynn.commons.errors import ShapeError
from epynn.commons.windows import SAME, Sliding, check_groups_of_depth
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import bias_gradient, multiply_windows_weight_gradient
from epynn.kernels.window import Window, find_pads, span


def transposedconvolution_compute_shapes(layer: Sliding, A: ndarray) -> None:
    """Read the dimensions off the images ``(m, h, w, d)`` and derive the shapes."""
    d = layer.d
    d['m'], d['h'], d['w'], d['d'] = A.shape
    check_groups_of_depth(layer, A, 'units / g, depth')

    # The smallest output that a convolution with the same options takes back to (h, w), and more
    # by the output padding. With 'same' it is the largest.
    if layer.padding in SAME:
        d['oh'], d['ow'] = d['h'] * d['sh'], d['w'] * d['sw']
    else:
        (top, bottom), (left, right) = find_pads(layer.padding, (d['h'], d['w']), 1)
        rows, columns = span(d['fh'], d['rh']), span(d['fw'], d['rw'])
        d['oh'] = (d['h'] - 1) * d['sh'] + rows - top - bottom + d['qh']
        d['ow'] = (d['w'] - 1) * d['sw'] + columns - left - right + d['qw']
    if d['oh'] < 1 or d['ow'] < 1:
        raise ShapeError(
            f'{layer.name}.padding', f'padding that leaves some output of images {A.shape[1:3]}',
            f'{layer.padding}, an output of {(d["oh"], d["ow"])}', 'Choose less padding.',
        )  # fmt: skip
    size, window, strides = (d['oh'], d['ow']), (d['fh'], d['fw']), (d['sh'], d['sw'])
    dilation = d['rh'], d['rw']
    layer.window = Window.on(size, window, strides, layer.padding, dilation, d['g'])
    d['ph'], d['pw'] = layer.window.pads[0][0], layer.window.pads[1][0]

    layer.ps['W'] = (d['fh'], d['fw'], d['u'] // d['g'], d['d'])
    if layer.use_bias:
        layer.ps['b'] = (d['u'],)


def transposedconvolution_initialize_parameters(layer: Sliding) -> None:
    """Draw the filters; the bias starts at 0."""
    layer.p['W'] = layer.initialization(layer.ps['W'], rng=layer.np_rng)
    if layer.use_bias:
        layer.p['b'] = np.zeros(layer.ps['b'])


def transposedconvolution_compute_gradients(layer: Sliding) -> None:
    """Compute the gradients of the parameters, summed over samples and places."""
    X = layer.fc['X']
    dZp = layer.bc['dZp']

    # (2) Filters: (m, h, w, fh, fw, u) * (m, h, w, d) -> (fh, fw, u / g, d)
    layer.g['dW'] = multiply_windows_weight_gradient(dZp, X, layer.window)

    # (4) Bias: (m, oh, ow, u) -> (u,)
    if layer.use_bias:
        layer.g['db'] = bias_gradient(layer.bc['dZ'])
