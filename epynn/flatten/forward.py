"""Forward pass of the Flatten layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def flatten_forward(layer: Layer, A: ndarray) -> ndarray:
    """Lay the axes of each sample in one row: ``(m, ...) -> (m, n)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) One row a sample: (m, ...) -> (m, n)
    A = layer.fc['A'] = X.reshape(layer.d['m'], layer.d['n'])

    return A
