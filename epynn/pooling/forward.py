"""Forward pass of the Pooling layer."""

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool_windows


def pooling_forward(layer: Sliding, A: ndarray) -> ndarray:
    """Compute ``A = pool(X)`` over each window: ``(m, h, w, d) -> (m, oh, ow, d)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) One number a window and depth, and which point it is: (m, h, w, d) -> (m, oh, ow, d)
    A, layer.o['winners'] = pool_windows(X, layer.window, layer.how, layer.training)
    layer.fc['A'] = A

    return A
