"""Forward pass of the Template layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def template_forward(layer: Layer, A: ndarray) -> ndarray:
    """Compute ``A = X``, both ``(m, ...)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Pass on
    A = layer.fc['A'] = X

    return A
