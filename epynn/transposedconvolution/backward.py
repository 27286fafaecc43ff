"""Backward pass of the TransposedConvolution layer."""

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import pad
from epynn.kernels.convolution import multiply_windows


def transposedconvolution_backward(layer: Sliding, dX: ndarray) -> ndarray | None:
    """Reverse :func:`transposedconvolution_forward`; None where nobody reads ``dX``.

    The forward pass of a convolution: ``(m, oh, ow, u) -> (m, h, w, d)``.
    """
    # (5) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    # (4) The bias is added: dZ passes as it is

    # (3) Pad, and cut the blocks that were added: (m, oh, ow, u) -> (m, h, w, fh, fw, u)
    dZp = layer.bc['dZp'] = pad(dZ, layer.window.pads)
    if not layer.input_gradient:
        return None

    # (2) Multiply the blocks by the filters and sum each block: -> (m, h, w, d)
    dX = multiply_windows(dZp, layer.p['W'], layer.window)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
