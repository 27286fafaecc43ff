"""Forward pass of the TransposedConvolution layer."""

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.convolution import multiply_windows_input_gradient


def transposedconvolution_forward(layer: Sliding, A: ndarray) -> ndarray:
    """Compute ``A = activate(Z + b)``, where each point of the input leaves a filter on ``Z``.

    The backward pass of a convolution: ``(m, h, w, d) -> (m, oh, ow, u)``.
    """
    # (1) Input
    X = layer.receive_input(A)

    # (2) Multiply by the filters, a block a point: (m, h, w, d) -> (m, h, w, fh, fw, u)
    # (3) Add the blocks, (sh, sw) apart, and leave out the padding: -> (m, oh, ow, u)
    Z = multiply_windows_input_gradient(X, layer.p['W'], layer.window)

    # (4) Add the bias of each filter
    if layer.use_bias:
        Z += layer.p['b']
    layer.fc['Z'] = Z

    # (5) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
