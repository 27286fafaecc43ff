"""Forward pass of the Reshape layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def reshape_forward(layer: Layer, A: ndarray) -> ndarray:
    """Give each sample the axes of ``layer.shape``: ``(m, ...) -> (m, *shape)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Other axes: (m, ...) -> (m, *shape)
    A = layer.fc['A'] = X.reshape(layer.fs['A'])

    return A
