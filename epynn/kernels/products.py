"""Matrix products, shared out among threads: pieces of rows, of columns, or of the sum.

``Z = X W`` falls into pieces along the longest side, as many as its size is worth.
"""

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.threads import add_up, count_shares, share

_THIN = 16
"""Rows, columns or summands of a piece, at least: thinner ones are slow."""

_SMALL = 1_000_000
"""Multiply-adds up to which BLAS multiplies as it is: to rearrange pays in larger products."""

_LONG = 3
"""How many times as long as the result a sum has to be for its pieces to be added up."""


def multiply_strips(X: ndarray, W: ndarray, Z: ndarray) -> None:
    """Multiply stacks of matrices ``Z[..., m, u] = sum_n X[..., m, n] W[..., n, u]``, into `Z`.

    In strips of rows that make small products, where these have rows enough. One call does all.
    """
    (m, n), u = X.shape[-2:], W.shape[-1]
    rows = _SMALL // max(n * u, 1)
    whole = m - m % rows if 2 * _THIN <= rows < m else 0
    if whole:
        # (..., m, n) -> (..., strips, rows, n)
        strips = X[..., :whole, :].reshape(*X.shape[:-2], -1, rows, n)
        out = Z[..., :whole, :].reshape(*Z.shape[:-2], -1, rows, u)
        np.matmul(strips, W[..., np.newaxis, :, :], out=out)
    np.matmul(X[..., whole:, :], W, out=Z[..., whole:, :])


def multiply(X: ndarray, W: ndarray, b: ndarray | None = None) -> ndarray:
    """Multiply two matrices, in their common dtype: ``Z[m, u] = sum_n X[m, n] W[n, u]``, plus b.

    A bias ``b (u,)`` or ``(1, u)`` is added while the piece it goes to is at hand.
    """
    (m, n), u = X.shape, W.shape[1]
    is_long = n >= _LONG * max(m, u)
    size = n if is_long else max(m, u)
    pieces = count_shares(m * n * u, size // _THIN)
    parts = [slice(size * i // pieces, size * (i + 1) // pieces) for i in range(pieces)]
    if is_long and pieces > 1:
        Z = add_up(share(lambda part: X[:, part] @ W[part], parts))
        return Z if b is None else np.add(Z, b, out=Z)
    Z = np.empty((m, u), dtype=np.result_type(X, W), like=X)
    if pieces > 1 and m >= u and not W.flags.c_contiguous:
        W = np.ascontiguousarray(W)  # once, in place of once a piece

    def work(part: slice) -> None:
        rows, columns = (part, slice(None)) if m >= u else (slice(None), part)
        if m >= u or pieces == 1:
            multiply_strips(X[rows], W, Z[rows])
        else:
            np.matmul(X, W[:, columns], out=Z[:, columns])
        if b is not None:
            Z[rows, columns] += b[..., columns]

    share(work, parts)
    return Z


def multiply_steps(X: ndarray, W: ndarray, b: ndarray | None = None) -> ndarray:
    """Multiply each step, and add a bias if there is one: ``(m, s, e) @ (e, u) -> (m, s, u)``."""
    m, s, e = X.shape
    return multiply(X.reshape(m * s, e), W, b).reshape(m, s, W.shape[1])
