"""Forward pass of the Pooling1D layer."""

import numpy as np

from epynn.commons.windows import Sliding
from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool_windows


def pooling1d_forward(layer: Sliding, A: ndarray) -> ndarray:
    """Compute ``A = pool(X)`` over each window: ``(m, s, e) -> (m, os, e)``."""
    # (1) Input, as images of height 1: (m, s, e) -> (m, 1, s, e)
    X = layer.receive_input(A)[:, np.newaxis]

    # (2) One number a window and element, and which step it is: -> (m, 1, os, e) -> (m, os, e)
    A, layer.o['winners'] = pool_windows(X, layer.window, layer.how, layer.training)
    A = layer.fc['A'] = A[:, 0]

    return A
