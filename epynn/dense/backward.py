"""Backward pass of the Dense layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.products import multiply


def dense_backward(layer: Layer, dX: ndarray) -> ndarray | None:
    """Reverse :func:`dense_forward`: ``(m, u) -> (m, n)``; None where nobody reads ``dX``."""
    # (3) Activation: dZ = dA * activate'(Z)
    dA = layer.receive_gradient(dX)
    dZ = layer.bc['dZ'] = layer.activation_gradient(dA)

    if not layer.input_gradient:
        return None

    # (2) Linear product: (m, u) @ (n, u)^T -> (m, n)
    dX = multiply(dZ, layer.p['W'].T)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
