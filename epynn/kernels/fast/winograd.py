"""Convolution along rows with fewer multiplications (Winograd 1980; Toom and Cook before him).

For one column of an image, ``r`` outputs of a filter of ``f`` rows are the coefficients of a
product of polynomials. That product is known from its values at ``t = r + f - 1`` points:

``Z = A^T [(G W) * (B^T X)]``

with ``t`` multiplications instead of ``r f``. ``X`` are ``t`` consecutive rows of the image, ``W``
the filter, and ``*`` multiplies point by point: here, each point is a convolution of a row with the
``fw`` columns of the filter, over all depths, which is a matrix product.

The form is exact on paper. In floating point it costs digits, more with each point, so that there
are eight points at most: see docs/engine.md.
"""

import math
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import as_strided

from epynn.kernels.arrays import ndarray
from epynn.kernels.products import multiply_strips

_POINTS = tuple(Fraction(p) for p in ('0', '1', '-1', '2', '-2', '1/2', '-1/2'))
"""Points at which polynomials are compared, the simplest first; the last one is infinity."""

_MOST_POINTS = len(_POINTS) + 1


def choose_rows(oh: int, f: int) -> int:
    """Choose the rows ``r`` of a tile so that ``oh`` rows take the fewest multiplications.

    0 if that would save less than a sixth against ``oh * f``.
    """
    if f >= _MOST_POINTS:
        return 0
    r = min(range(1, _MOST_POINTS - f + 2), key=lambda r: -(-oh // r) * (r + f - 1))
    return r if -(-oh // r) * (r + f - 1) * 6 <= oh * f * 5 else 0


@cache
def matrices(r: int, f: int, dtype: str) -> tuple[ndarray, ndarray, ndarray]:
    """Derive ``A^T (r, t)``, ``G (t, f)`` and ``B^T (t, t)`` from the points, exactly.

    The result depends on nothing but the arguments, and is read-only: it is remembered.
    """
    t = r + f - 1
    points = _POINTS[: t - 1]
    others = [[y for y in points if y != x] for x in points]
    # A value at x is a sum of powers of x; at infinity, it is the highest coefficient.
    AT = [[x**i for x in points] + [Fraction(i == r - 1)] for i in range(r)]
    # Lagrange: the polynomial that is 0 at all other points, over its value at x.
    at_x = [math.prod(x - y for y in ys) for x, ys in zip(points, others, strict=True)]
    G = [[x**i / value for i in range(f)] for x, value in zip(points, at_x, strict=True)]
    BT = [[*_expand(ys), Fraction(0)] for ys in others]
    G += [[Fraction(i == f - 1) for i in range(f)]]
    BT += [_expand(list(points))]
    result = []
    for exact in AT, G, BT:
        matrix = np.array([[float(x) for x in row] for row in exact]).astype(dtype)
        matrix.setflags(write=False)
        result.append(matrix)
    return result[0], result[1], result[2]


def transform_filters(W: ndarray, r: int) -> ndarray:
    """Return ``G W``, one matrix a point: ``(fh, fw, d, u) -> (t, fw * d, u)``."""
    fh, fw, d, u = W.shape
    _, G, _ = matrices(r, fh, W.dtype.str)
    return (G @ W.reshape(fh, fw * d * u)).reshape(len(G), fw * d, u)


def filters_gradient(dU: ndarray, fh: int) -> ndarray:
    """Return ``dW = G^T dU``: ``(t, fw, d, u) -> (fh, fw, d, u)``."""
    t = len(dU)
    _, G, _ = matrices(t - fh + 1, fh, dU.dtype.str)
    return (G.T @ dU.reshape(t, -1)).reshape(fh, *dU.shape[1:])


def convolve_rows(X: ndarray, U: ndarray, fh: int, Z: ndarray) -> None:
    """Convolve images with filters from :func:`transform_filters`, at stride 1, into ``Z``.

    Images ``(n, oh + fh - 1, ow + fw - 1, d)`` are C-ordered, rows of ``Z (n, oh, ow, u)`` are
    contiguous.
    """
    n, oh, ow, u = Z.shape
    w, d = X.shape[2:]
    fw = w - ow + 1
    t = len(U)
    r = t - fh + 1
    AT, _, _ = matrices(r, fh, X.dtype.str)
    tiles = -(-oh // r)
    # All rows of a point lie in one run. Windows that begin at neighbouring columns overlap, but
    # those of each fw-th column are side by side, fw matrices as they are:
    # (t, columns, d) -> (t, fw, windows, fw * d)
    columns = n * tiles * w
    windows = -(-columns // fw)
    V = _transform_images(X, r, fh, windows * fw + fw - 1)
    point, column, depth = V.strides
    steps = point, column, fw * column, depth
    Vw: ndarray = np.ndarray((t, fw, windows, fw * d), V.dtype, V, strides=steps)
    # Windows across the end of a row are multiplied too, and not read.
    Y = np.empty((t, windows, fw, u), dtype=Z.dtype, like=X)
    multiply_strips(Vw, U[:, np.newaxis], Y.swapaxes(1, 2))
    # (t, windows, fw, u) -> (n, tiles, t, ow * u)
    Y = Y.reshape(t, windows * fw, u)[:, :columns].reshape(t, n, tiles, w * u)[..., : ow * u]
    Y = Y.transpose(1, 2, 0, 3)
    Z = Z.reshape(n, oh, ow * u)
    whole = oh // r
    np.matmul(AT, Y[:, :whole], out=Z[:, : whole * r].reshape(n, whole, r, ow * u))
    if whole < tiles:
        np.matmul(AT[: oh - whole * r], Y[:, whole], out=Z[:, whole * r :])


def add_weight_gradient(X: ndarray, dZ: ndarray, fh: int, dU: ndarray) -> None:
    """Add the gradient of transformed filters, ``(A dZ)^T (B^T X)``, to ``dU (t, fw, d, u)``.

    Images ``(n, oh + fh - 1, ow + fw - 1, d)`` and ``dZ (n, oh, ow, u)`` are C-ordered.
    """
    n, oh, ow, u = dZ.shape
    w, d = X.shape[2:]
    t, fw = dU.shape[:2]
    r = t - fh + 1
    AT, _, _ = matrices(r, fh, X.dtype.str)
    tiles = -(-oh // r)
    columns = n * tiles * w
    V = _transform_images(X, r, fh, columns + fw - 1)
    Y = np.empty((t, n, tiles, w, u), dtype=dU.dtype, like=X)
    Y[:, :, :, ow:] = 0  # windows across the end of a row
    inside = Y[:, :, :, :ow].reshape(t, n, tiles, ow * u)
    _transform(np.ascontiguousarray(AT.T), dZ.reshape(n, oh, ow * u), r, inside)
    point, column, depth = V.strides
    steps = point, column, column, depth
    Vc: ndarray = np.ndarray((t, fw, columns, d), V.dtype, V, strides=steps)
    for point, V, dY in zip(dU, Vc, Y.reshape(t, 1, columns, u), strict=True):
        point += V.swapaxes(1, 2) @ dY  # (fw, d, columns) @ (1, columns, u) -> (fw, d, u)


def _transform_images(X: ndarray, r: int, fh: int, columns: int) -> ndarray:
    """Return ``B^T X``, all rows of a point in one run: ``(t, columns, d)``, the last ones 0."""
    n, h, w, d = X.shape
    _, _, BT = matrices(r, fh, X.dtype.str)
    t = len(BT)
    tiles = -(-(h - fh + 1) // r)
    V = np.empty((t, columns, d), dtype=X.dtype, like=X)
    V[:, n * tiles * w :] = 0
    _transform(BT, X.reshape(n, h, w * d), r, V[:, : n * tiles * w].reshape(t, n, tiles, w * d))
    return V


def _transform(M: ndarray, X: ndarray, r: int, out: ndarray) -> None:
    """Multiply the rows of each tile: ``out[:, n, i] = M X[n, i*r : i*r + k]``, 0 below the image.

    ``M (t, k)`` and ``X (n, h, e)`` give ``out (t, n, tiles, e)``.
    """
    h, tiles = X.shape[1], out.shape[2]
    k = M.shape[1]
    out = out.transpose(1, 2, 0, 3)
    whole = min(tiles, (h - k) // r + 1) if h >= k else 0
    if whole:
        # (n, h, e) -> (n, whole, k, e): tiles of k rows, r rows apart
        sample, row, element = X.strides
        Xt = as_strided(X, (len(X), whole, k, X.shape[2]), (sample, r * row, row, element))
        np.matmul(M, Xt, out=out[:, :whole])
    for i in range(whole, tiles):
        np.matmul(M[:, : h - i * r], X[:, i * r :], out=out[:, i])


def _expand(roots: list[Fraction]) -> list[Fraction]:
    """Coefficients of ``(x - y1)(x - y2)...``, the lowest power first."""
    coefficients = [Fraction(1)]
    for y in roots:
        shifted, scaled = [Fraction(0), *coefficients], [*coefficients, Fraction(0)]
        coefficients = [a - y * b for a, b in zip(shifted, scaled, strict=True)]
    return coefficients
