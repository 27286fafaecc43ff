"""Forward pass of the Activation layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.activation.models import Activation


def activation_forward(layer: 'Activation', A: ndarray) -> ndarray:
    """Compute ``A = activate(X)``, both ``(m, ...)``."""
    # (1) Input
    Z = layer.fc['Z'] = layer.receive_input(A)

    # (2) Activation
    A = layer.fc['A'] = layer.activate(Z)

    return A
