"""Convolution of shallow images by blocks that stand upright: a row for each tap and depth.

What one point of the window (a tap) sees of one plane of an image lies in long runs, which are
quick to copy. So images are taken apart into planes, one a depth, and blocks become a matrix with a
row for each tap and depth and a column for each place; with a row of ones below, which meets the
bias, one product does it all. It pays up to a depth of four.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import view_taps
from epynn.kernels.fast.pieces import PASS, Piece, add_shares, cut, share
from epynn.kernels.products import multiply_strips
from epynn.kernels.window import Window

_DEEPEST = 4
"""Depth up to which runs of a plane are longer than those of the window's rows."""

_IMAGE_BYTES = 2 << 20
"""What the taps of one image may give."""

_TALL = 160
"""Rows of the matrix up to which copies cost less than they save."""


def suits(window: Window, d: int) -> bool:
    """Return whether blocks of images of depth `d` may be multiplied upright."""
    return window.groups == 1 and d <= _DEEPEST and window.points * d <= _TALL


def suits_input_gradient(window: Window, d: int, itemsize: int) -> bool:
    """Return whether what the taps of one image give may be laid side by side."""
    given = window.points * d * math.prod(window.size_out) * itemsize
    return suits(window, d) and given <= _IMAGE_BYTES


def pays(window: Window, d: int, u: int) -> bool:
    """Return whether that beats fewer multiplications: units enough, or windows that lie apart."""
    apart = all(s >= span for s, span in zip(window.strides, window.spans, strict=True))
    return apart or 4 * window.points * d <= 5 * max(u, 8)


def multiply(Xp: ndarray, W: ndarray, window: Window, Z: ndarray, b: ndarray | None) -> None:
    """Multiply blocks with filters ``(fh, fw, d, u)`` and add the bias, into `Z`."""
    u = W.shape[3]
    Wb = W.reshape(-1, u)
    height = len(Wb)
    if b is not None:
        Wb = np.concatenate([Wb, b[np.newaxis]])  # (fh * fw * d + 1, u)
    Xb = _stand_up(Xp, window)

    def work(pieces: list[Piece]) -> None:
        for n, i, j in pieces:
            seen = Xb[..., n, i, j]
            X = np.empty((len(Wb), seen[0, 0, 0].size), Z.dtype)
            X[:height].reshape(seen.shape)[...] = seen
            X[height:] = 1
            # (fh * fw * d + 1, places)^T @ (fh * fw * d + 1, u) -> (places, u)
            multiply_strips(X.T, Wb, Z[n, i, j].reshape(-1, u))

    share(work, _cut(Z.shape, height, Z.itemsize))


def weight_gradient(Xp: ndarray, dZ: ndarray, window: Window) -> ndarray:
    """Gradient of the filters, of shape (fh, fw, d, u)."""
    d, u = Xp.shape[3], dZ.shape[3]
    height = window.points * d
    Xb = _stand_up(Xp, window)

    def work(pieces: list[Piece]) -> ndarray:
        dW = np.zeros((height, u), dZ.dtype)
        for n, i, j in pieces:
            seen = Xb[..., n, i, j]
            X = np.empty((height, seen[0, 0, 0].size), dZ.dtype)
            X.reshape(seen.shape)[...] = seen
            dW += X @ dZ[n, i, j].reshape(-1, u)
        return dW

    dW = add_shares(work, _cut(dZ.shape, height, dZ.itemsize, height * u * dZ.itemsize))
    return dW.reshape(*window.size, d, u)


def input_gradient(dZ: ndarray, W: ndarray, window: Window) -> ndarray:
    """Gradient of the images: what each tap gives is added to its plane, where it was seen."""
    m, d, u = len(dZ), W.shape[2], W.shape[3]
    (top, _), (left, _), (h, w) = *window.pads, window.size_in
    W = np.ascontiguousarray(W.reshape(-1, u))
    dX = np.empty((m, h, w, d), dZ.dtype)

    def work(pieces: list[Piece]) -> None:
        for n, _, _ in pieces:
            samples = len(dZ[n])
            # The shorter rows come second: (fh * fw * d, u) @ (u, places), or all turned over
            part = dZ[n].reshape(-1, u)
            if len(W) > u:
                given = W @ part.T
            else:
                given = np.empty((len(part), len(W)), dZ.dtype).T
                multiply_strips(part, W.T, given.T)
            # (fh * fw * d, places) -> (fh * fw, d, samples, oh, ow)
            given = given.reshape(window.points, d, samples, *window.size_out)
            planes = _add_taps(given, window)
            inside = planes[:, :, top : top + h, left : left + w]
            dX[n] = inside.transpose(1, 2, 3, 0)

    _, oh, ow, _ = dZ.shape
    share(work, _cut((m, 1, oh * ow, u), window.points * d, dZ.itemsize, step=oh * ow))
    return dX


def _add_taps(given: ndarray, window: Window) -> ndarray:
    """Add up in planes what taps give: ``(fh * fw, d, m, oh, ow) -> (d, m, h + 2ph, w + 2pw)``.

    In steps of one, what a tap gives is laid out like the planes, with zeros after the last window.
    Then all of them are one run of numbers, and a tap adds to it from where it lies in the first
    window.
    """
    points, d, m, oh, ow = given.shape
    (height, width), (rh, rw) = window.framed, window.dilation
    if window.strides != (1, 1):
        planes = np.zeros((d * m, height, width, 1), given.dtype)
        for tap, gradient in zip(view_taps(planes, window), given, strict=True):
            tap += gradient.reshape(tap.shape)
        return planes.reshape(d, m, height, width)
    laid = np.zeros((points, d, m, height, width), given.dtype)
    laid[..., :oh, :ow] = given
    first, *others = laid.reshape(points, -1)
    for t, run in enumerate(others, 1):
        start = t // window.size[1] * rh * width + t % window.size[1] * rw
        first[start:] += run[: len(run) - start]
    total: ndarray = laid[0]
    return total


def _stand_up(Xp: ndarray, window: Window) -> ndarray:
    """View what each tap sees of each plane: ``(m, h, w, d) -> (fh, fw, d, m, oh, ow)``."""
    planes = np.ascontiguousarray(Xp.transpose(3, 0, 1, 2))
    plane, sample, row, column = planes.strides
    (sh, sw), (rh, rw) = window.strides, window.dilation
    shape = *window.size, *planes.shape[:2], *window.size_out
    steps = rh * row, rw * column, plane, sample, sh * row, sw * column
    return as_strided(planes, shape, steps, writeable=False)


def _cut(
    shape: tuple[int, ...], height: int, itemsize: int, kept: int = 0, step: int = 1
) -> list[list[Piece]]:
    """Cut the output ``(m, oh, ow, u)`` for so many rows of the matrix."""
    u = shape[3]
    work = math.prod(shape[:3]) * height * (u + PASS)
    return cut(shape[:3], 2 * (height + u) * itemsize, work, step, kept)
