"""Strides as depth: a filter that moves by whole cells of an image moves by steps of one.

Images fall into cells of ``sh * sw`` points. With the points of a cell side by side in the depth,
a convolution with strides ``sh, sw`` is one with strides of 1, and filters fall into cells alike,
``qh = ceil(fh / sh)`` by ``qw``. Where the stride is the filter, what is left is one product.
"""

import numpy as np

from epynn.kernels.arrays import ndarray


def crop(X: ndarray, top: int, left: int, rows: int, columns: int) -> ndarray:
    """Cut a window out of images, 0 outside of them; C-ordered, and a view where that will do."""
    n, _, _, d = X.shape
    inside = X[:, max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)]
    if inside.shape == (n, rows, columns, d):
        return np.ascontiguousarray(inside)
    window = np.zeros((n, rows, columns, d), dtype=X.dtype, like=X)
    y, x = max(-top, 0), max(-left, 0)
    window[:, y : y + inside.shape[1], x : x + inside.shape[2]] = inside
    return window


def paste(X: ndarray, window: ndarray, top: int, left: int) -> None:
    """Write a window into images, as far as it lies inside: the reverse of :func:`crop`."""
    _, rows, columns, _ = window.shape
    inside = X[:, max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)]
    y, x = max(-top, 0), max(-left, 0)
    inside[...] = window[:, y : y + inside.shape[1], x : x + inside.shape[2]]


def to_cells(X: ndarray, strides: tuple[int, int]) -> ndarray:
    """Bring the points of each cell into the depth; C-ordered, as images are.

    ``(n, H * sh, W * sw, d) -> (n, H, W, sh * sw * d)``
    """
    n, h, w, d = X.shape
    sh, sw = strides
    if sh == sw == 1:
        return X
    # (n, H, sh, W, sw, d) -> (n, H, W, sh, sw, d)
    X = X.reshape(n, h // sh, sh, w // sw, sw, d).swapaxes(2, 3)
    return np.ascontiguousarray(X.reshape(n, h // sh, w // sw, sh * sw * d))


def from_cells(X: ndarray, strides: tuple[int, int]) -> ndarray:
    """Bring the points of each cell back to their place: the reverse of :func:`to_cells`."""
    n, h, w, d = X.shape
    sh, sw = strides
    X = X.reshape(n, h, w, sh, sw, d // (sh * sw)).swapaxes(2, 3)
    return X.reshape(n, h * sh, w * sw, d // (sh * sw))


def count_cells(window: tuple[int, int], strides: tuple[int, int]) -> tuple[int, int]:
    """Return ``(qh, qw)``, the cells that a filter reaches over."""
    return -(-window[0] // strides[0]), -(-window[1] // strides[1])


def filters_to_cells(W: ndarray, strides: tuple[int, int]) -> ndarray:
    """Cut filters into cells, 0 where they end before: ``-> (qh, qw, sh * sw * d, u)``."""
    fh, fw, d, u = W.shape
    sh, sw = strides
    qh, qw = count_cells((fh, fw), strides)
    framed = crop(W.reshape(1, fh, fw, d * u), 0, 0, qh * sh, qw * sw)
    return to_cells(framed, strides).reshape(qh, qw, sh * sw * d, u)


def filters_from_cells(W: ndarray, window: tuple[int, int], strides: tuple[int, int]) -> ndarray:
    """Join filters again: the reverse of :func:`filters_to_cells`."""
    qh, qw, depth, u = W.shape
    (fh, fw), (sh, sw) = window, strides
    joined = from_cells(W.reshape(1, qh, qw, depth * u), strides)
    return np.ascontiguousarray(joined[0, :fh, :fw]).reshape(fh, fw, depth // (sh * sw), u)
