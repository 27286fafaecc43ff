"""Depthwise convolution, a pass over a piece for each point (tap) of the window."""

import math

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import unpad, view_taps
from epynn.kernels.fast.pieces import PASS, Piece, cut, share
from epynn.kernels.window import Window


def suits(window: Window, d: int, u: int) -> bool:
    """Return whether each unit sees one depth of its own."""
    return window.groups == d == u


def multiply(Xp: Array, W: Array, window: Window, Z: Array, b: Array | None) -> None:
    """Multiply each tap with its weights ``(fh, fw, 1, d)`` and add them up, into `Z`."""
    taps, Wt = view_taps(Xp, window), _weights(W, window)
    Z[...] = 0 if b is None else b

    def work(pieces: list[Piece]) -> None:
        for n, i, j in pieces:
            for tap, row in zip(taps, Wt, strict=True):
                Z[n, i, j] += tap[n, i, j] * row[j]

    share(work, _cut(Z, window))


def weight_gradient(Xp: Array, dZ: Array, window: Window) -> Array:
    """Gradient of the filters, of shape (fh, fw, 1, d)."""
    taps = view_taps(Xp, window)

    def work(pieces: list[Piece]) -> Array:
        dW = np.zeros((window.points, dZ.shape[3]), dZ.dtype)
        for piece in pieces:
            for t, tap in enumerate(taps):
                # over samples and rows in long runs, then over columns
                dW[t] += (tap[piece] * dZ[piece]).sum(axis=(0, 1)).sum(axis=0)
        return dW

    dW = sum(share(work, _cut(dZ, window)))
    return np.reshape(dW, (*window.size, 1, -1))


def input_gradient(dZ: Array, W: Array, window: Window) -> Array:
    """Gradient of the images: each tap gathers what its weights give."""
    dX = np.zeros((len(dZ), *window.framed, dZ.shape[3]), dZ.dtype)
    taps, Wt = view_taps(dX, window), _weights(W, window)

    def work(pieces: list[Piece]) -> None:
        for n, _, _ in pieces:
            for tap, row in zip(taps, Wt, strict=True):
                tap[n] += dZ[n] * row

    m, *image = dX.shape
    share(work, cut((m, 1, 1), math.prod(image) * dX.itemsize, dZ.size * window.points * PASS))
    return unpad(dX, window)


def _weights(W: Array, window: Window) -> Array:
    """Repeat the weights of each tap along a row, as NumPy is quick on long ones: (taps, ow, d)."""
    Wt = W.reshape(window.points, 1, W.shape[3])
    return np.repeat(Wt, window.size_out[1], axis=1)


def _cut(Z: Array, window: Window) -> list[list[Piece]]:
    """Cut the output into pieces that the cache holds, with what they see."""
    return cut(Z.shape[:3], 3 * Z.shape[3] * Z.itemsize, Z.size * window.points * PASS)
