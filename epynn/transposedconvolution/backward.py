"""Backward pass of the TransposedConvolution layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import Array
from epynn.kernels.convolution import convolve

if TYPE_CHECKING:
    from epynn.transposedconvolution.models import TransposedConvolution


def transposedconvolution_backward(layer: 'TransposedConvolution', dX: Array) -> Array:
    """Reverse :func:`transposedconvolution_forward`: the forward pass of a convolution.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output ``(m, oh, ow, u)``, from the layer after.

    Returns
    -------
    dX : ndarray
        Gradient with respect to the input ``(m, h, w, d)``.
    """
    d = layer.d

    # (5) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    # (4) The bias is added: dZ passes as it is

    # (3) Pad, and cut the blocks that were added: (m, oh, ow, u) -> (m, h, w, fh, fw, u)
    # (2) Multiply the blocks by the filters and sum each block: -> (m, h, w, d)
    dX = convolve(dZ, layer.p['W'], (d['sh'], d['sw']), layer.pads)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
