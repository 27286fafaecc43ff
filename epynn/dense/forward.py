"""Forward pass of the Dense layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.products import multiply


def dense_forward(layer: Layer, A: ndarray) -> ndarray:
    """Compute ``A = activate(X W + b)``: ``(m, n) -> (m, u)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Linear product Z = X W + b: (m, n) @ (n, u) + (1, u) -> (m, u)
    Z = layer.fc['Z'] = multiply(X, layer.p['W'], layer.p['b'])

    # (3) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
