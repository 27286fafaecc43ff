"""Backward pass of the Dense layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray
from epynn.kernels.products import multiply

if TYPE_CHECKING:
    from epynn.dense.models import Dense


def dense_backward(layer: 'Dense', dX: ndarray) -> ndarray | None:
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
