"""Forward pass of the PReLU layer."""

import numpy as np

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def prelu_forward(layer: Layer, A: ndarray) -> ndarray:
    """Compute ``A = X`` above 0 and ``A = alpha X`` below, both ``(m, ..., d)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Above 0 as it is, below times the slope of all, or of the channel
    A = layer.fc['A'] = np.where(X > 0, X, layer.p['alpha'] * X)

    return A
