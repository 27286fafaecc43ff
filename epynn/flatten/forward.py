"""Forward pass of the Flatten layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.flatten.models import Flatten


def flatten_forward(layer: 'Flatten', A: ndarray) -> ndarray:
    """Lay the axes of each sample in one row: ``(m, ...) -> (m, n)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) One row a sample: (m, ...) -> (m, n)
    A = layer.fc['A'] = X.reshape(layer.d['m'], layer.d['n'])

    return A
