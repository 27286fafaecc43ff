"""Forward pass of the RMSNorm layer."""

import numpy as np

from epynn.commons.normalization import Normalization
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import mean_channels


def rmsnorm_forward(layer: Normalization, A: ndarray) -> ndarray:
    """Compute ``A = gamma * X / sqrt(mean(X^2) + epsilon)``, of the shape of ``X``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Root of the mean square of the channels: (m, ..., d) -> (m, ..., 1)
    rms = layer.fc['rms'] = np.sqrt(mean_channels(X, X) + layer.epsilon)

    # (3) Normalize
    Xh = layer.fc['Xh'] = X / rms

    # (4) Scale each channel
    A = layer.fc['A'] = Xh * layer.p['gamma']

    return A
