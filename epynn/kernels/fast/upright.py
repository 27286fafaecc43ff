"""Convolution of images of depth 1, by blocks that stand upright: a row for each tap.

What one point of the window (a tap) sees of such an image lies in long runs, which are quick to
copy. So blocks become matrices with a row for each tap and a column for each place; with a row of
ones below, which meets the bias, one product does it all.
"""

import math

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import unpad, view_blocks
from epynn.kernels.fast.pieces import PASS, Piece, cut, fits, share
from epynn.kernels.window import Window

_SMALL = 1 << 19
"""Multiply-adds up to which OpenBLAS keeps a product in one thread, as it is."""

_FEW = 32
"""Taps up to which nothing is quicker, however few the units."""


def suits(window: Window, d: int, u: int) -> bool:
    """Return whether blocks of images of depth `d` are best multiplied upright."""
    return d == 1 and window.points <= max(_FEW, u)


def suits_input_gradient(window: Window, d: int, u: int, itemsize: int) -> bool:
    """Return whether the gradient of images is best added up tap by tap."""
    few = window.points <= u and window.strides == window.dilation == (1, 1)
    return d == 1 and few and fits(_image_bytes(window, u, itemsize))


def multiply(Xp: Array, W: Array, window: Window, Z: Array, b: Array | None) -> None:
    """Multiply blocks with filters ``(fh, fw, 1, u)`` and add the bias, into `Z`."""
    u = W.shape[3]
    Wb = W.reshape(window.points, u)
    if b is not None:
        Wb = np.concatenate([Wb, b[np.newaxis]])  # (fh * fw + 1, u)
    Xb, rows = view_blocks(Xp, window), _choose_rows(window, u)

    def work(pieces: list[Piece]) -> None:
        for piece in pieces:
            X = _stand_up(Xb[piece], rows, ones=len(Wb) - window.points)
            np.matmul(X.swapaxes(1, 2), Wb, out=Z[piece].reshape(len(X), -1, u))

    share(work, _cut(Z, window, rows))


def weight_gradient(Xp: Array, dZ: Array, window: Window) -> Array:
    """Gradient of the filters, of shape (fh, fw, 1, u)."""
    u = dZ.shape[3]
    Xb, rows = view_blocks(Xp, window), _choose_rows(window, u)

    def work(pieces: list[Piece]) -> Array:
        dW = np.zeros((window.points, u), dZ.dtype)
        for piece in pieces:
            X = _stand_up(Xb[piece], rows)
            dW += (X @ dZ[piece].reshape(len(X), -1, u)).sum(axis=0)
        return dW

    dW, *more = share(work, _cut(dZ, window, rows))
    for other in more:
        dW += other
    return dW.reshape(*window.size, 1, u)


def input_gradient(dZ: Array, W: Array, window: Window) -> Array:
    """Gradient of images ``(m, h, w, 1)``, at stride 1.

    What each tap gives is laid out like the images, with zeros after the last window. Then all
    images are one run of numbers, and a tap adds to it from where it lies in the first window.
    """
    m, oh, ow, u = dZ.shape
    h, w = window.framed
    WT = np.ascontiguousarray(W.reshape(window.points, u).T)
    dX = np.empty((m, h, w, 1), dZ.dtype)
    rows = _choose_rows(window, u)
    starts = [a * w + c for a, c in np.ndindex(*window.size)]

    def work(pieces: list[Piece]) -> None:
        P = np.zeros((window.points, len(dZ[pieces[0]]), h, w), dZ.dtype)
        for n, _, _ in pieces:
            k = len(dZ[n])
            # (k, oh, ow, u) @ (u, fh * fw) -> (fh * fw, k, oh, ow)
            given = dZ[n].reshape(k * oh // rows, rows * ow, u) @ WT
            P[:, :k, :oh, :ow] = given.reshape(k, oh, ow, window.points).transpose(3, 0, 1, 2)
            run = dX[n].reshape(-1)
            run[:] = P[0, :k].reshape(-1)
            for tap, start in zip(P[1:, :k], starts[1:], strict=True):
                run[start:] += tap.reshape(-1)[:-start]

    if m:
        place_bytes = _image_bytes(window, u, dZ.itemsize) // (oh * ow)
        parts = cut((m, 1, oh * ow), place_bytes, dZ.size * (window.points + PASS))
        share(work, parts)
    return unpad(dX, window)


def _stand_up(Xb: Array, rows: int, ones: int = 0) -> Array:
    """Copy blocks into columns, with ones below: ``-> (matrices, fh * fw + ones, places)``.

    A matrix is so many rows of an image. Its product is small, and NumPy goes through all in one
    call.
    """
    m, oh, ow, fh, fw, _ = Xb.shape
    taps = fh * fw
    X = np.empty((taps + ones, m * oh // rows, rows * ow), Xb.dtype)
    X[:taps].reshape(fh, fw, m, oh, ow)[...] = Xb[..., 0].transpose(3, 4, 0, 1, 2)
    X[taps:] = 1
    return X.swapaxes(0, 1)


def _image_bytes(window: Window, u: int, itemsize: int) -> int:
    """Return the memory of one image with what the taps give to it."""
    return math.prod(window.framed) * (2 * window.points + u) * itemsize


def _choose_rows(window: Window, u: int) -> int:
    """Choose the rows of a matrix: a divisor of those of the output that makes a small product."""
    oh, ow = window.size_out
    most = _SMALL // (ow * (window.points + 1) * u)
    return max((rows for rows in range(1, min(oh, most) + 1) if oh % rows == 0), default=1)


def _cut(Z: Array, window: Window, rows: int) -> list[list[Piece]]:
    """Cut the output ``(m, oh, ow, u)`` into pieces of whole matrices."""
    u = Z.shape[3]
    work = Z[..., 0].size * window.points * (u + PASS)
    return cut(Z.shape[:3], (window.points + u) * Z.itemsize, work, rows)
