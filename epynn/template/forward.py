"""Forward pass of the Template layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.template.models import Template


def template_forward(layer: 'Template', A: ndarray) -> ndarray:
    """Compute ``A = X``, both ``(m, ...)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Pass on
    A = layer.fc['A'] = X

    return A
