"""Forward pass of the network."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.errors import EpynnError
from epynn.kernels.arrays import Array
from epynn.network.checks import numbered

if TYPE_CHECKING:
    from epynn.network.models import EpyNN

SAMPLES_AT_A_TIME = 256
"""Samples that pass through the network at once outside training, so that memory stays flat."""


def model_forward(model: 'EpyNN', X: Array, training: bool = False) -> Array:
    """Pass samples through all layers.

    Parameters
    ----------
    X : ndarray
        Samples ``(m, ...)``, encoded and scaled as those of the Embedding.
    training : bool, optional
        Whether layers such as Dropout do what they do in training.

    Returns
    -------
    A : ndarray
        Output of the last layer.
    """
    A = X
    for number, layer in enumerate(model.layers):
        layer.training = training
        try:
            A = layer.forward(A)
        except EpynnError as error:
            raise numbered(error, number) from None
    return A


def compute_outputs(model: 'EpyNN', X: Array) -> Array:
    """Return the outputs for any number of samples, outside training, some samples at a time."""
    step = SAMPLES_AT_A_TIME
    return np.concatenate([model.forward(X[i : i + step]) for i in range(0, len(X), step)])
