"""Looking rows up in a table, and the gradient of that."""

import numpy as np

from epynn.kernels.arrays import Array


def add_rows(T: Array, dA: Array, rows: int) -> Array:
    """Gradient of ``W`` in ``A = W[T]``: every looked-up row gathers what came back from its uses.

    ``dW[v] = sum of dA[i] where T[i] = v``

    One ``bincount`` over the numbers of all elements of ``dW``. On 6400 tokens and 64 columns that
    is four times as fast as ``np.add.at`` and, with many rows, far faster than a product with
    one-hot rows. Sums are in float64, in the order of the tokens.

    Parameters
    ----------
    T : array of int of any shape (...)
        Numbers of rows.
    dA : array of shape (..., u)
        Gradient of the loss with respect to the rows that were looked up.
    rows : int
        Number of rows of ``W``.

    Returns
    -------
    array of shape (rows, u)
        ``dW``, of the dtype of ``dA``.
    """
    u = dA.shape[-1]
    # (...) -> (..., u): element (v, j) of dW is number v * u + j
    elements = T[..., np.newaxis] * u + np.arange(u)
    sums = np.bincount(elements.ravel(), weights=dA.ravel(), minlength=rows * u)
    return sums.reshape(rows, u).astype(dA.dtype, copy=False)
