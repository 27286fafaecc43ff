"""Shapes, parameters and gradients of the Convolution1D layer."""

import numpy as np

from epynn.commons.errors import LayerError
from epynn.commons.windows import Sliding, check_groups_of_depth, lay_step_window
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import bias_gradient, multiply_windows_weight_gradient


def convolution1d_compute_shapes(layer: Sliding, A: ndarray) -> None:
    """Read the dimensions off the signals ``(m, s, e)`` and derive the shapes."""
    layer.window = lay_step_window(layer, A, layer.padding, 'filter_size')
    check_groups_of_depth(layer, A)
    d = layer.d
    if layer.mask is not None:
        convolution1d_check_mask(layer, layer.mask)

    layer.ps['W'] = (d['f'], d['e'] // d['g'], d['u'])
    if layer.use_bias:
        layer.ps['b'] = (d['u'],)


def convolution1d_check_mask(layer: Sliding, mask: ndarray) -> None:
    """Refuse masked steps that windows would see otherwise than the padding of a shorter signal.

    Masked steps are set to 0, and so a signal of 5 steps that was padded to 9 answers as one of 5
    that the layer itself pads, provided that each step has its window, and that the 5 are
    neighbours.
    """
    d = layer.d
    if d['ss'] != 1 or d['os'] != d['s']:
        raise LayerError(
            layer.name, "strides=1 and padding='same' or 'causal', where there is a mask",
            f'strides={d["ss"]} and padding={layer.padding!r}, by which {d["s"]} steps are '
            f'{d["os"]}', 'Choose those, or give sequences of one length.',
        )  # fmt: skip
    begins = mask[:, 1:] & ~mask[:, :-1]
    if (mask[:, 0] + begins.sum(axis=1) > 1).any():
        raise LayerError(
            layer.name, 'a mask that leaves out steps at the ends of a sequence',
            'one with a gap between real steps', 'Fill the gaps, or close them up.',
        )  # fmt: skip


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
