"""Forward pass of the Activation layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def activation_forward(layer: Layer, A: ndarray) -> ndarray:
    """Compute ``A = activate(X)``, both ``(m, ...)``."""
    # (1) Input
    Z = layer.fc['Z'] = layer.receive_input(A)

    # (2) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
