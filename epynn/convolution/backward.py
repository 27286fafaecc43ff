"""Backward pass of the Convolution layer."""

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import multiply_windows_input_gradient


def convolution_backward(layer: Sliding, dX: ndarray) -> ndarray | None:
    """Reverse :func:`convolution_forward`; None where nobody reads ``dX``.

    ``(m, oh, ow, u) -> (m, h, w, d)``
    """
    # (5) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    if not layer.input_gradient:
        return None

    # (4) The bias is added: dZ passes as it is

    # (3) Multiply by the filters: dXb = sum(dZ * W) over u
    # (2) Add each block where it was cut: -> (m, h + 2 ph, w + 2 pw, d)
    # (1) Leave out the padding: -> (m, h, w, d)
    dX = layer.bc['dX'] = multiply_windows_input_gradient(dZ, layer.p['W'], layer.window)

    return dX
