"""Matrix products, shared out among threads: row pieces, or columns where there are more of them.

``Z = X W`` falls into pieces along the longer side of ``Z``, as many as its size is worth; each is
one product of BLAS.
"""

from itertools import pairwise

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.kernels.threads import count_shares, share

_ROWS = 16
"""Rows or columns of the result that a piece has at least: thinner ones are slow."""


def multiply(X: ndarray, W: ndarray) -> ndarray:
    """Multiply two matrices, in their common dtype: ``Z[m, u] = sum_n X[m, n] W[n, u]``."""
    (m, n), u = X.shape, W.shape[1]
    size = max(m, u)
    pieces = count_shares(m * n * u, size // _ROWS)
    if pieces == 1:
        with BlasOnOneThread():
            return X @ W
    Z = np.empty((m, u), dtype=np.result_type(X, W), like=X)

    def work(part: slice) -> None:
        if m >= u:
            np.matmul(X[part], W, out=Z[part])
        else:
            np.matmul(X, W[:, part], out=Z[:, part])

    bounds = [size * i // pieces for i in range(pieces + 1)]
    share(work, [slice(*ends) for ends in pairwise(bounds)])
    return Z
