"""Forward pass of the LayerNorm layer."""

import numpy as np

from epynn.commons.normalization import Normalization
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import center, mean_channels
from epynn.kernels.steps import zero_masked


def layernorm_forward(layer: Normalization, A: ndarray) -> ndarray:
    """Compute ``A = gamma * (X - mean) / sqrt(var + epsilon) + beta``, of the shape of ``X``."""
    # (1) Input, 0 at masked steps
    X = zero_masked(layer.receive_input(A), layer.mask)

    # (2) Mean and variance of the channels: (m, ..., d) -> (m, ..., 1)
    mean, Xc, var = center(X, mean_channels)
    layer.fc['mean'], layer.fc['var'] = mean, var

    # (3) Normalize
    sd = layer.fc['sd'] = np.sqrt(var + layer.epsilon)
    Xh = layer.fc['Xh'] = np.divide(Xc, sd, out=Xc)

    # (4) Scale and shift each channel
    A = layer.fc['A'] = Xh * layer.p['gamma']
    A += layer.p['beta']

    return A
