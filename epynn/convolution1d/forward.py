"""Forward pass of the Convolution1D layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import cut_blocks, pad
from epynn.kernels.convolution import multiply_blocks

if TYPE_CHECKING:
    from epynn.convolution1d.models import Convolution1D


def convolution1d_forward(layer: 'Convolution1D', A: Array) -> Array:
    """Compute ``A = activate(sum(Xb * W) + b)``, the sum over each block ``Xb``.

    Parameters
    ----------
    A : ndarray
        Output of the layer before, ``(m, s, e)``.

    Returns
    -------
    A : ndarray
        Output ``(m, os, u)``.
    """
    d = layer.d

    # (1) Input, as images of height 1, padded by zeros: (m, s, e) -> (m, 1, s + 2 ps, e)
    X = layer.receive_input(A)
    Xp = pad(X[:, np.newaxis], layer.pads)

    # (2) Blocks under the windows, a view: -> (m, 1, os, 1, f, e)
    Xb = cut_blocks(Xp, (1, d['f']), strides=(1, d['ss']), dilation=(1, d['rs']))
    layer.fc['Xb'] = Xb[:, 0, :, 0, :, :, np.newaxis]

    # (3) Multiply the blocks by the filters and sum each block: -> (m, 1, os, u) -> (m, os, u)
    Z = multiply_blocks(Xb, layer.p['W'][np.newaxis], groups=d['g'])[:, 0]

    # (4) Add the bias of each filter
    if layer.use_bias:
        Z += layer.p['b']
    layer.fc['Z'] = Z

    # (5) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
