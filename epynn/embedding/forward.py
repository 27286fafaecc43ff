"""Forward pass of the Embedding layer."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding

WHOLE = MappingProxyType({'float32': 2**24, 'float64': 2**53})
"""Up to where each data type holds all whole numbers."""


def embedding_forward(layer: 'Embedding', A: ndarray) -> ndarray:
    """Pass the samples on: ``A = X``.

    Parameters
    ----------
    A : ndarray
        Samples ``(m, ...)``.

    Returns
    -------
    A : ndarray
        The same samples ``(m, ...)``, in the data type of the network. Whole numbers that it cannot
        hold stay integers, as they may be tokens; layers that take none turn them into it.
    """
    # (1) Samples
    X = layer.receive_input(A)

    # (2) Pass on, in the data type that the network was initialized with
    A = layer.fc['A'] = X if layer.dtype is None else cast_samples(X, layer.dtype)

    return A


def cast_samples(X: ndarray, dtype: np.dtype[Any]) -> ndarray:
    """Return samples in a data type; whole numbers beyond those that it counts, as integers."""
    if X.dtype.itemsize >= dtype.itemsize and X.dtype != dtype and X.size:
        largest = max(X.max().item(), -X.min().item())
        if X.dtype.kind in 'iu' and largest > WHOLE[dtype.name]:
            return X
        if WHOLE[dtype.name] < largest <= 2**53 and np.array_equal(np.floor(X), X):
            return X.astype(np.int64)
    return X.astype(dtype, copy=False)
