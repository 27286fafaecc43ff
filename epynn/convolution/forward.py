"""Forward pass of the Convolution layer."""

import numpy as np

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import pad, view_blocks
from epynn.kernels.convolution import multiply_windows


def convolution_forward(layer: Sliding, A: ndarray) -> ndarray:
    """Compute ``A = activate(sum(Xb * W) + b)``, the sum over each block ``Xb``.

    ``(m, h, w, d) -> (m, oh, ow, u)``
    """
    # (1) Input, padded by zeros: (m, h, w, d) -> (m, h + 2 ph, w + 2 pw, d)
    X = layer.receive_input(A)
    Xp = layer.fc['Xp'] = pad(X, layer.window.pads)

    # (2) Blocks under the windows, a view: -> (m, oh, ow, fh, fw, d, 1)
    layer.fc['Xb'] = view_blocks(Xp, layer.window)[..., np.newaxis]

    # (3) Multiply the blocks by the filters and sum each block: -> (m, oh, ow, u)
    # (4) Add the bias of each filter, if there is one
    Z = layer.fc['Z'] = multiply_windows(Xp, layer.p['W'], layer.window, layer.p.get('b'))

    # (5) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
