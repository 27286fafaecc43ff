"""Forward pass of the Convolution1D layer."""

import numpy as np

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import pad, view_blocks
from epynn.kernels.convolution import multiply_windows
from epynn.kernels.steps import zero_masked


def convolution1d_forward(layer: Sliding, A: ndarray) -> ndarray:
    """Compute ``A = activate(sum(Xb * W) + b)``, the sum over each block ``Xb``.

    ``(m, s, e) -> (m, os, u)``
    """
    # (1) Input, as images of height 1, padded by zeros: (m, s, e) -> (m, 1, s + 2 ps, e)
    # Masked steps are 0, as is what pads: a sequence ends the same way wherever it is cut off
    X = zero_masked(layer.receive_input(A), layer.mask)
    Xp = pad(X[:, np.newaxis], layer.window.pads)
    layer.fc['Xp'] = Xp[:, 0]

    # (2) Blocks under the windows, a view: -> (m, 1, os, 1, f, e) -> (m, os, f, e, 1)
    layer.fc['Xb'] = view_blocks(Xp, layer.window)[:, 0, :, 0, :, :, np.newaxis]

    # (3) Multiply the blocks by the filters and sum each block: -> (m, 1, os, u)
    # (4) Add the bias of each filter, if there is one
    W = layer.p['W'][np.newaxis]
    Z = multiply_windows(Xp, W, layer.window, layer.p.get('b'))
    Z = layer.fc['Z'] = Z[:, 0]

    # (5) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
