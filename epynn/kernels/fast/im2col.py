"""Convolution by copies of blocks, one product a piece (im2col): for any window, in groups too.

The blocks of a piece are copied side by side into a matrix, one block a row, and multiplied at
once. The gradient of the images is added back point by point (col2im).
"""

import math

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import unpad, view_blocks, view_taps
from epynn.kernels.fast.pieces import PASS, Piece, cut, share
from epynn.kernels.window import Window


def multiply(Xp: Array, W: Array, window: Window, Z: Array, b: Array | None) -> None:
    """Multiply blocks with filters ``(fh, fw, d/g, u)`` and add the bias, into `Z`."""
    g, depth, u = window.groups, math.prod(W.shape[:3]), W.shape[3]
    Xb = view_blocks(Xp, window)
    # (fh, fw, d/g, u) -> (g, fh * fw * d/g, u/g)
    Wg = W.reshape(depth, g, u // g).swapaxes(0, 1)
    row = None if b is None else np.tile(b, Z.shape[2])  # NumPy is quick on long rows

    def work(pieces: list[Piece]) -> None:
        for piece in pieces:
            np.matmul(_copy_blocks(Xb[piece], g), Wg, out=_group_units(Z[piece], g))
            if row is not None:
                width = Z[piece].shape[2] * u
                rows = Z[piece].reshape(-1, width)
                rows += row[:width]

    share(work, _cut(Z.shape, depth * g, u, g, Z.itemsize))


def weight_gradient(Xp: Array, dZ: Array, window: Window) -> Array:
    """Gradient of the filters: blocks, turned over, times gradients."""
    g, d, u = window.groups, Xp.shape[3], dZ.shape[3]
    Xb = view_blocks(Xp, window)
    shape = g, window.points * d // g, u // g

    def work(pieces: list[Piece]) -> Array:
        dW = np.zeros(shape, dZ.dtype)
        for piece in pieces:
            dW += _copy_blocks(Xb[piece], g).swapaxes(1, 2) @ _group_units(dZ[piece], g)
        return dW

    kept = math.prod(shape) * dZ.itemsize
    dW, *more = share(work, _cut(dZ.shape, window.points * d, u, g, dZ.itemsize, kept))
    for other in more:
        dW += other
    # (g, fh * fw * d/g, u/g) -> (fh, fw, d/g, u)
    return np.ascontiguousarray(dW.swapaxes(0, 1)).reshape(*window.size, d // g, u)


def input_gradient(dZ: Array, W: Array, window: Window) -> Array:
    """Gradient of the images: each block times the filters, added where it was cut."""
    g, depth, u = window.groups, W.shape[2], W.shape[3]
    dX = np.zeros((len(dZ), *window.framed, depth * g), dZ.dtype)
    # (fh, fw, d/g, u) -> (g, fh * fw, u/g, d/g): one product a point of the window and group
    WT = W.reshape(window.points, depth, g, u // g).transpose(2, 0, 3, 1)
    WT = np.ascontiguousarray(WT)
    taps = view_taps(dX, window)

    def work(pieces: list[Piece]) -> None:
        for piece in pieces:
            dZg = _group_units(dZ[piece], g)
            # (g, 1, blocks, u/g) @ (g, fh * fw, u/g, d/g), laid out as (fh * fw, blocks, g, d/g)
            dXg = np.empty((window.points, dZg.shape[1], g, depth), dX.dtype)
            np.matmul(dZg[:, np.newaxis], WT, out=dXg.transpose(2, 0, 1, 3))
            for tap, given in zip(taps, dXg, strict=True):
                tap[piece] += given.reshape(tap[piece].shape)

    parts = _cut(dZ.shape, window.points * depth * g, u, g, dZ.itemsize)
    if len(parts) > len(dZ):  # blocks of neighbouring rows overlap: one after the other
        parts = [[piece for part in parts for piece in part]]
    share(work, parts)
    return unpad(dX, window)


def _cut(
    shape: tuple[int, ...], depth: int, u: int, g: int, itemsize: int, kept: int = 0
) -> list[list[Piece]]:
    """Cut the output ``(m, oh, ow, u)`` for blocks of so many numbers."""
    work = math.prod(shape[:3]) * (depth * u // g + PASS * (depth + u))
    # 2: blocks are written and read
    return cut(shape[:3], 2 * max(depth, u) * itemsize, work, kept=kept)


def _copy_blocks(Xb: Array, g: int) -> Array:
    """Copy blocks into matrices: ``(m, oh, ow, fh, fw, d) -> (g, m * oh * ow, fh * fw * d/g)``."""
    *places, fh, fw, d = Xb.shape
    Xg = Xb.reshape(*places, fh, fw, g, d // g).transpose(5, 0, 1, 2, 3, 4, 6)
    return Xg.reshape(g, math.prod(places), fh * fw * d // g)


def _group_units(Z: Array, g: int) -> Array:
    """View the units of each group apart: ``(m, oh, ow, u) -> (g, m * oh * ow, u/g)``."""
    u = Z.shape[3]
    return Z.reshape(math.prod(Z.shape[:3]), g, u // g).swapaxes(0, 1)
