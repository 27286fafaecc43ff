"""Matrix products, shared out among threads: pieces of rows, of columns, or of the sum.

``Z = X W`` falls into pieces along the longest side, as many as its size is worth; each is one
product of BLAS. What is common to all pieces is read once for each: that is the smaller part.
"""

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.kernels.threads import add_up, count_shares, share

_THIN = 16
"""Rows, columns or summands of a piece, at least: thinner ones are slow."""

_LONG = 3
"""How many times as long as the result a sum has to be for its pieces to be added up."""


def multiply(X: ndarray, W: ndarray) -> ndarray:
    """Multiply two matrices, in their common dtype: ``Z[m, u] = sum_n X[m, n] W[n, u]``."""
    (m, n), u = X.shape, W.shape[1]
    is_long = n >= _LONG * max(m, u)
    size = n if is_long else max(m, u)
    pieces = count_shares(m * n * u, size // _THIN)
    if pieces == 1:
        with BlasOnOneThread():
            return X @ W
    parts = [slice(size * i // pieces, size * (i + 1) // pieces) for i in range(pieces)]
    if is_long:
        return add_up(share(lambda part: X[:, part] @ W[part], parts))
    Z = np.empty((m, u), dtype=np.result_type(X, W), like=X)

    def work(part: slice) -> None:
        if m >= u:
            np.matmul(X[part], W, out=Z[part])
        else:
            np.matmul(X, W[:, part], out=Z[:, part])

    share(work, parts)
    return Z
