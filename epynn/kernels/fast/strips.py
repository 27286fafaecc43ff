"""Matrix products in thin strips: faster for BLAS, and at home in one thread.

A product of less than about 5e5 multiply-adds, OpenBLAS neither rearranges beforehand nor shares
out among its threads. So cut, a product runs a quarter faster on one core than in one piece, and
several threads may multiply at the same time without a word to BLAS about its own threads. Other
libraries give the same numbers, if not the same speed.
"""

import numpy as np

from epynn.kernels.arrays import Array

_SMALL = (1 << 19) - 1
"""Multiply-adds up to which OpenBLAS keeps a product in one thread."""

_SUMMED = 504
"""Rows that one product sums over, in :func:`add_transposed_product`."""

_PRODUCT_BYTES = 1 << 19
"""What products may take that wait to be added up."""


def multiply(X: Array, W: Array, out: Array) -> None:
    """Multiply stacks of matrices: ``out[t, q] = X[t, q] W[t]``.

    Parameters
    ----------
    X : array of shape (t, q, k, n)
        The ``q`` matrices that meet the same ``W`` may overlap: a strip of each is multiplied
        before the next strips are touched.
    W : array of shape (t, n, u)
        Factors.
    out : array of shape (t, q, k, u)
        Written in place.
    """
    t, q, k, n = X.shape
    u = W.shape[2]
    part = _divisor(u, _SMALL // (16 * n))
    strip = 1 << min(max(_SMALL // (n * part), 16).bit_length() - 1, 8)
    # (t, n, u) -> (t, 1, 1, parts, n, part)
    Wp = W.reshape(t, 1, 1, n, u // part, part).swapaxes(3, 4)
    whole = k - k % strip
    for rows, height in ((slice(0, whole), strip), (slice(whole, k), k - whole)):
        if rows.start < rows.stop:
            # (t, q, k, n) -> (t, strips, q, 1, height, n)
            Xs = X[:, :, rows].reshape(t, q, -1, 1, height, n).swapaxes(1, 2)
            # (t, q, k, u) -> (t, strips, q, parts, height, part)
            Zs = out[:, :, rows].reshape(t, q, -1, height, u // part, part).swapaxes(1, 2)
            np.matmul(Xs, Wp, out=Zs.swapaxes(3, 4))


def add_transposed_product(X: Array, Y: Array, out: Array) -> None:
    """Add the products of transposed matrices: ``out += X^T Y``.

    Parameters
    ----------
    X, Y : arrays of shape (..., k, d), (..., k, u)
        Stacks of matrices with many rows, or one for all along any axis.
    out : array of shape (..., d, u)
        Added to, in place.
    """
    k, d, u = *X.shape[-2:], Y.shape[-1]
    part_d = _divisor(d, 32)
    part_u = _divisor(u, _SMALL // (_SUMMED * part_d))
    parts_d, parts_u = (d // part_d, 1, part_d), (1, u // part_u, part_u)
    # (..., d, u) -> (..., d parts, u parts, part, part)
    sums = out.reshape(*out.shape[:-2], d // part_d, part_d, u // part_u, part_u)
    sums = sums.swapaxes(-2, -3)
    whole, most = k // _SUMMED, max(1, _PRODUCT_BYTES // out.nbytes)
    runs = [(i * _SUMMED, min(most, whole - i), _SUMMED) for i in range(0, whole, most)]
    if k > whole * _SUMMED:
        runs.append((whole * _SUMMED, 1, k - whole * _SUMMED))
    for start, count, height in runs:
        rows = slice(start, start + count * height)
        Xp = _cut_runs(X[..., rows, :], (count, height), parts_d).swapaxes(-1, -2)
        Yp = _cut_runs(Y[..., rows, :], (count, height), parts_u)
        sums += np.matmul(Xp, Yp).sum(axis=0) if count > 1 else np.matmul(Xp[0], Yp[0])


def _cut_runs(X: Array, runs: tuple[int, int], parts: tuple[int, ...]) -> Array:
    """Cut rows into runs and columns into parts, ``-> (runs, ..., p, q, run, part)``.

    `runs` are their number and height, `parts` are ``(p, q, part)``.
    """
    k = X.ndim - 2
    return X.reshape(*X.shape[:-2], *runs, *parts).transpose(
        k, *range(k), k + 2, k + 3, k + 1, k + 4
    )


def _divisor(n: int, most: int) -> int:
    """Return the largest divisor of ``n`` from 8 to ``most``, or ``n`` where there is none."""
    return next((k for k in range(min(n, most), 7, -1) if n % k == 0), n)
