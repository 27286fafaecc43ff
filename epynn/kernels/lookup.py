"""Looking rows up in a table, and the gradient of that."""

import numpy as np

from epynn.kernels.arrays import ndarray


def add_rows(T: ndarray, dA: ndarray, rows: int) -> ndarray:
    """Gradient of ``W (rows, u)`` in ``A = W[T]``: ``dW[v] = sum of dA[i] where T[i] = v``.

    ``T (...)`` are numbers of rows, ``dA (..., u)`` is what came back from their uses.

    One ``bincount`` over all elements of ``dW``; sums are in float64, in the order of the tokens.
    """
    u = dA.shape[-1]
    # (...) -> (..., u): element (v, j) of dW is number v * u + j
    elements = T[..., np.newaxis] * u + np.arange(u, like=T)
    sums = np.bincount(elements.ravel(), weights=dA.ravel(), minlength=rows * u)
    return sums.reshape(rows, u).astype(dA.dtype, copy=False)
