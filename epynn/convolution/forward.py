"""Forward pass of the Convolution layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import pad, view_blocks
from epynn.kernels.convolution import multiply_blocks

if TYPE_CHECKING:
    from epynn.convolution.models import Convolution


def convolution_forward(layer: 'Convolution', A: Array) -> Array:
    """Compute ``A = activate(sum(Xb * W) + b)``, the sum over each block ``Xb``.

    Parameters
    ----------
    A : ndarray
        Output of the layer before, ``(m, h, w, d)``.

    Returns
    -------
    A : ndarray
        Output ``(m, oh, ow, u)``.
    """
    d = layer.d

    # (1) Input, padded by zeros: (m, h, w, d) -> (m, h + 2 ph, w + 2 pw, d)
    X = layer.receive_input(A)
    Xp = pad(X, layer.pads)

    # (2) Blocks under the windows, a view: -> (m, oh, ow, fh, fw, d)
    Xb = view_blocks(Xp, (d['fh'], d['fw']), (d['sh'], d['sw']), (d['rh'], d['rw']))
    layer.fc['Xb'] = Xb[..., np.newaxis]

    # (3) Multiply the blocks by the filters and sum each block: -> (m, oh, ow, u)
    # (4) Add the bias of each filter, if there is one
    Z = layer.fc['Z'] = multiply_blocks(Xb, layer.p['W'], d['g'], layer.p.get('b'))

    # (5) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
