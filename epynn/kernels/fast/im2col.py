"""Convolution by copies of blocks, one product a piece (im2col): for any window.

The blocks of a piece are copied side by side into a matrix, one block a row, and multiplied at
once. The gradient of the images is added back point by point (col2im).
"""

import math

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import unpad, view_blocks, view_taps
from epynn.kernels.fast.pieces import PASS, Piece, add_bias, add_shares, cut, share
from epynn.kernels.products import multiply_strips
from epynn.kernels.window import Window


def multiply(Xp: ndarray, W: ndarray, window: Window, Z: ndarray, b: ndarray | None) -> None:
    """Multiply blocks with filters ``(fh, fw, d, u)`` and add the bias, into `Z`."""
    u = W.shape[3]
    Xb, Wr = view_blocks(Xp, window), W.reshape(-1, u)
    row = None if b is None else np.tile(b, Z.shape[2])

    def work(pieces: list[Piece]) -> None:
        for piece in pieces:
            # (places, fh * fw * d) @ (fh * fw * d, u) -> (places, u)
            multiply_strips(_copy_blocks(Xb[piece]), Wr, Z[piece].reshape(-1, u))
            add_bias(Z[piece], row)

    share(work, _cut(Z.shape, len(Wr), Z.itemsize))


def weight_gradient(Xp: ndarray, dZ: ndarray, window: Window) -> ndarray:
    """Gradient of the filters: blocks, turned over, times gradients."""
    d, u = Xp.shape[3], dZ.shape[3]
    Xb, height = view_blocks(Xp, window), window.points * d

    def work(pieces: list[Piece]) -> ndarray:
        dW = np.zeros((height, u), dZ.dtype)
        for piece in pieces:
            dW += _copy_blocks(Xb[piece]).T @ dZ[piece].reshape(-1, u)
        return dW

    dW = add_shares(work, _cut(dZ.shape, height, dZ.itemsize, height * u * dZ.itemsize))
    return dW.reshape(*window.size, d, u)


def input_gradient(dZ: ndarray, W: ndarray, window: Window) -> ndarray:
    """Gradient of the images: each block times the filters, added where it was cut."""
    d, u = W.shape[2:]
    dX = np.zeros((len(dZ), *window.framed, d), dZ.dtype)
    # (fh, fw, d, u) -> (fh * fw, u, d): one product a point of the window
    WT = np.ascontiguousarray(W.reshape(window.points, d, u).swapaxes(1, 2))
    taps = view_taps(dX, window)

    def work(pieces: list[Piece]) -> None:
        for piece in pieces:
            part = dZ[piece].reshape(-1, u)
            given = np.empty((len(WT), len(part), d), dZ.dtype)
            multiply_strips(part, WT, given)  # (fh * fw, places, d)
            for tap, gradient in zip(taps, given, strict=True):
                tap[piece] += gradient.reshape(tap[piece].shape)

    parts = _cut(dZ.shape, window.points * d, dZ.itemsize)
    if len(parts) > len(dZ):  # blocks of neighbouring rows overlap: one after the other
        parts = [[piece for part in parts for piece in part]]
    share(work, parts)
    return unpad(dX, window)


def _cut(shape: tuple[int, ...], height: int, itemsize: int, kept: int = 0) -> list[list[Piece]]:
    """Cut the output ``(m, oh, ow, u)`` for blocks of so many numbers."""
    u = shape[3]
    work = math.prod(shape[:3]) * (height * u + PASS * (height + u))
    # 2: blocks are written and read
    return cut(shape[:3], 2 * max(height, u) * itemsize, work, kept=kept)


def _copy_blocks(Xb: ndarray) -> ndarray:
    """Copy blocks into a matrix: ``(m, oh, ow, fh, fw, d) -> (m * oh * ow, fh * fw * d)``."""
    *places, fh, fw, d = Xb.shape
    return Xb.reshape(math.prod(places), fh * fw * d)
