"""Convolution as one matrix product, for images with little to multiply.

The rows of blocks are copied side by side, ``fh`` runs of ``fw * d`` numbers a block, and meet the
filters in one product. Where depth and units are few, that product is too thin to be quick; then a
*band* of neighbouring columns is computed at once. It sees ``columns + fw - 1`` columns of the
image, so that less is copied, and the filters are repeated, a column further each time, with zeros
around: more multiplications, in less time.
"""

import numpy as np

from epynn.kernels import strips
from epynn.kernels.arrays import Array

_THIN = 64
"""Depth times units up to which bands are wider than one column."""


def choose_columns(ow: int, d: int, u: int) -> int:
    """Choose the columns of a band: a divisor of the columns of the output."""
    if d * u > _THIN:
        return 1
    return next(columns for columns in (4, 2, 1) if ow % columns == 0)


def widen_filters(W: Array, columns: int) -> Array:
    """Repeat filters for each column of a band.

    ``(fh, fw, d, u) -> (fh * (columns + fw - 1) * d, columns * u)``
    """
    fh, fw, d, u = W.shape
    if columns == 1:
        return W.reshape(fh * fw * d, u)
    wide = np.zeros((fh, columns + fw - 1, d, columns, u), dtype=W.dtype, like=W)
    for j in range(columns):
        wide[:, j : j + fw, :, j] = W
    return wide.reshape(fh * (columns + fw - 1) * d, columns * u)


def narrow_gradient(dU: Array, shape: tuple[int, ...], columns: int) -> Array:
    """Sum the gradients of repeated filters: the adjoint of :func:`widen_filters`."""
    fh, fw, d, u = shape
    wide = dU.reshape(fh, columns + fw - 1, d, columns, u)
    dW: Array = wide[:, :fw, :, 0].copy()
    for j in range(1, columns):
        dW += wide[:, j : j + fw, :, j]
    return dW


def convolve_bands(X: Array, U: Array, columns: int, Z: Array) -> None:
    """Convolve images with widened filters, at stride 1.

    Parameters
    ----------
    X : array of shape (n, oh + fh - 1, ow + fw - 1, d)
        Images, C-ordered.
    U : array of shape (fh * (columns + fw - 1) * d, columns * u)
        Filters from :func:`widen_filters`.
    columns : int
        Columns of a band.
    Z : array of shape (n, oh, ow, u)
        Written in place; its rows are contiguous.
    """
    Xb = _copy_bands(X, Z.shape, columns)
    out = Z.reshape(1, 1, len(Xb), U.shape[1])
    strips.multiply(Xb[np.newaxis, np.newaxis], U[np.newaxis], out)


def add_bands_gradient(X: Array, dZ: Array, columns: int, dU: Array) -> None:
    """Add the gradient of widened filters.

    Parameters
    ----------
    X, dZ : arrays of shape (n, oh + fh - 1, ow + fw - 1, d), (n, oh, ow, u)
        Images, and the gradient of the output, C-ordered.
    columns : int
        Columns of a band.
    dU : array of shape (fh * (columns + fw - 1) * d, columns * u)
        Added to, in place.
    """
    Xb = _copy_bands(X, dZ.shape, columns)
    strips.add_transposed_product(Xb, dZ.reshape(len(Xb), dU.shape[1]), dU)


def _copy_bands(X: Array, positions: tuple[int, ...], columns: int) -> Array:
    """Copy what each band sees into a row: ``-> (n * oh * bands, fh * (columns + fw - 1) * d)``."""
    n, oh, ow = positions[:3]
    h, w, d = X.shape[1:]
    shape = n, oh, ow // columns, h - oh + 1, (columns + w - ow) * d
    row = w * d * X.itemsize
    steps = h * row, row, columns * d * X.itemsize, row, X.itemsize
    bands = np.ndarray(shape, X.dtype, buffer=X, strides=steps)
    return bands.reshape(n * oh * shape[2], shape[3] * shape[4])
