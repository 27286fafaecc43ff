"""Forward pass of the Pooling layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool_windows

if TYPE_CHECKING:
    from epynn.pooling.models import Pooling


def pooling_forward(layer: 'Pooling', A: ndarray) -> ndarray:
    """Compute ``A = pool(X)`` over each window: ``(m, h, w, d) -> (m, oh, ow, d)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) One number a window and depth, and which point it is: (m, h, w, d) -> (m, oh, ow, d)
    A, layer.o['winners'] = pool_windows(X, layer.window, layer.how, layer.training)
    layer.fc['A'] = A

    return A
