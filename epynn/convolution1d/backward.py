"""Backward pass of the Convolution1D layer."""

import numpy as np

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import multiply_windows_input_gradient
from epynn.kernels.steps import zero_masked


def convolution1d_backward(layer: Sliding, dX: ndarray) -> ndarray | None:
    """Reverse :func:`convolution1d_forward`; None where nobody reads ``dX``.

    ``(m, os, u) -> (m, s, e)``
    """
    # (5) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    if not layer.input_gradient:
        return None

    # (4) The bias is added: dZ passes as it is

    # (3) Multiply by the filters: dXb = sum(dZ * W) over u
    # (2) Add each block where it was cut: -> (m, 1, s + 2 ps, e)
    # (1) Leave out the padding, and the height of 1: -> (m, s, e)
    W = layer.p['W'][np.newaxis]
    dX = multiply_windows_input_gradient(dZ[:, np.newaxis], W, layer.window)
    dX = layer.bc['dX'] = zero_masked(dX[:, 0], layer.mask)

    return dX
