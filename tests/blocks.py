"""Blocks cut by options, and folded back: what the kernels do with a window."""

import numpy as np

from epynn.kernels.blocks import check_images, pad, unpad, view_blocks, view_taps
from epynn.kernels.window import Window, find_pads


def frame(X, padding, value=0):
    """Pad images by padding in any of the ways that it is written."""
    return pad(X, find_pads(padding, X.shape[1:3], 1), value)


def cut_blocks(X, size, strides=1, padding=0, dilation=1):
    """Pad images and view them by a window: ``(m, h, w, d) -> (m, oh, ow, fh, fw, d)``."""
    check_images(X)
    window = Window.on(X.shape[1:3], size, strides, padding, dilation)
    return view_blocks(pad(X, window.pads), window)


def add_blocks(Xp, Xb, window):
    """Add blocks ``(m, oh, ow, fh, fw, d)`` to images in their frame, in place."""
    for tap, (a, c) in zip(view_taps(Xp, window), np.ndindex(*window.size), strict=True):
        tap += Xb[:, :, :, a, c]


def fold_blocks(dXb, shape, strides=1, padding=0, dilation=1):
    """Sum blocks back onto images of that shape: the adjoint of :func:`cut_blocks`."""
    m, h, w, d = shape
    window = Window.on((h, w), dXb.shape[3:5], strides, padding, dilation)
    dXp = np.zeros((m, *window.framed, d), dXb.dtype)
    add_blocks(dXp, dXb, window)
    return unpad(dXp, window)
