"""Convolution of each depth by itself (depthwise): one pass a tap, and no matrix product.

A row of an image is a run of ``ow * d`` numbers, which each point of the window (a tap) sees from
another start on. One call of einsum multiplies and adds up in a single pass over these runs.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import view_blocks
from epynn.kernels.fast.pieces import Piece, add_shares, cut, share
from epynn.kernels.window import Window


def suits(window: Window, d: int, u: int) -> bool:
    """Return whether each of several depths has one unit, which sees no other."""
    return window.groups == d == u > 1


def multiply(Xp: ndarray, W: ndarray, window: Window, Z: ndarray, b: ndarray | None) -> None:
    """Multiply what each tap sees by its filters ``(fh, fw, 1, d)``, add the bias, into `Z`."""
    ow = Z.shape[2]
    Xr, Zr = _view_rows(Xp, window), _join(Z, window)
    Wr = _join(np.repeat(W, ow, axis=2), window)
    row = None if b is None else _join(np.tile(b, (1, 1, ow, 1)), window)

    def work(pieces: list[Piece]) -> None:
        for n, i, _ in pieces:
            np.einsum('niacjk,acjk->nijk', Xr[n, i], Wr, out=Zr[n, i])
            if row is not None:
                Zr[n, i] += row

    share(work, _cut(Z, window))


def weight_gradient(Xp: ndarray, dZ: ndarray, window: Window) -> ndarray:
    """Gradient of the filters, of shape (fh, fw, 1, d)."""
    Xr, dZr = _view_rows(Xp, window), _join(dZ, window)
    shape = (*window.size, *dZr.shape[2:])

    def work(pieces: list[Piece]) -> ndarray:
        dW = np.zeros(shape, dZ.dtype)
        for n, i, _ in pieces:
            dW += np.einsum('niacjk,nijk->acjk', Xr[n, i], dZr[n, i])
        return dW

    dW = add_shares(work, _cut(dZ, window))
    # (fh, fw, 1, ow * d), or (fh, fw, ow, d) -> (fh, fw, 1, d)
    gradient: ndarray = dW.reshape(*window.size, *dZ.shape[2:]).sum(axis=2, keepdims=True)
    return gradient


def input_gradient(dZ: ndarray, W: ndarray, window: Window) -> ndarray:
    """Gradient of the images: a convolution of ``dZ``, in steps of the strides, mirrored."""
    (fh, fw), (sh, sw), (rh, rw) = window.size, window.strides, window.dilation
    (top, _), (left, _), (h, w) = *window.pads, window.size_in
    m, oh, ow, d = dZ.shape
    y, x = (fh - 1) * rh, (fw - 1) * rw
    H, width = window.framed
    spread = np.zeros((m, H + y, width + x, d), dZ.dtype)
    spread[:, y : y + sh * oh : sh, x : x + sw * ow : sw] = dZ
    seen = spread[:, top : top + h + y, left : left + w + x]
    dX = np.empty((m, h, w, d), dZ.dtype)
    back = Window((h + y, w + x), (fh, fw), dilation=(rh, rw), groups=window.groups)
    multiply(seen, W[::-1, ::-1], back, dX, None)
    return dX


def _view_rows(Xp: ndarray, window: Window) -> ndarray:
    """View what each tap sees of each row: ``-> (m, oh, fh, fw, 1, ow * d)``.

    With strides along the row, places are apart: ``-> (m, oh, fh, fw, ow, d)``. Images whose rows
    are no runs, as where channels come first in memory, are copied.
    """
    apart = window.strides[1] > 1
    if not apart and Xp.strides[2] != Xp.shape[3] * Xp.strides[3]:
        Xp = Xp.copy()
    Xb = view_blocks(Xp, window).transpose(0, 1, 3, 4, 2, 5)
    if apart:
        return Xb
    *shape, ow, d = Xb.shape
    *steps, _, depth = Xb.strides
    return as_strided(Xb, (*shape, 1, ow * d), (*steps, 0, depth), writeable=False)


def _join(Z: ndarray, window: Window) -> ndarray:
    """View rows ``(..., ow, d)`` as :func:`_view_rows` has them: ``-> (..., 1, ow * d)``."""
    *shape, ow, d = Z.shape
    return Z if window.strides[1] > 1 else Z.reshape(*shape, 1, ow * d)


def _cut(Z: ndarray, window: Window) -> list[list[Piece]]:
    """Cut the output ``(m, oh, ow, d)`` into pieces of whole rows."""
    return cut(Z.shape[:3], 3 * Z.shape[3] * Z.itemsize, 4 * Z.size * window.points, step=2)
