"""Forward pass of the Reshape layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.reshape.models import Reshape


def reshape_forward(layer: 'Reshape', A: ndarray) -> ndarray:
    """Give each sample the axes of ``layer.shape``: ``(m, ...) -> (m, *shape)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Other axes: (m, ...) -> (m, *shape)
    A = layer.fc['A'] = X.reshape(layer.fs['A'])

    return A
