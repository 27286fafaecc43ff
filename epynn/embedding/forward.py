"""Forward pass of the Embedding layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


def embedding_forward(layer: 'Embedding', A: Array) -> Array:
    """Pass the samples on: ``A = X``.

    Parameters
    ----------
    A : ndarray
        Samples ``(m, ...)``.

    Returns
    -------
    A : ndarray
        The same samples ``(m, ...)``, in the data type of the network.
    """
    # (1) Samples
    X = layer.receive_input(A)

    # (2) Pass on, in the data type that the network was initialized with
    A = layer.fc['A'] = X if layer.dtype is None else X.astype(layer.dtype, copy=False)

    return A
