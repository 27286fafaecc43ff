"""What windows see of images: blocks, as views that cost no memory, and the way back; padding."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from epynn.kernels.arrays import ndarray
from epynn.kernels.window import Pads, Window, check_axes


def check_images(X: ndarray) -> None:
    """Raise a ValueError unless ``X`` has the axes of images (m, h, w, d)."""
    check_axes(X, 'X', 'm, h, w, d', 'Give images channels-last; X[..., None] adds a depth of 1.')


def pad(X: ndarray, pads: Pads, value: float = 0) -> ndarray:
    """Frame images of any dtype with a value: ``(m, h, w, d) -> (m, h + 2ph, w + 2pw, d)``.

    As many rows and columns as ``pads`` of a :class:`Window` say; without any, ``X`` itself.
    """
    m, h, w, d = X.shape
    (top, bottom), (left, right) = pads
    if top == bottom == left == right == 0:
        return X
    padded = np.full_like(X, value, shape=(m, top + h + bottom, left + w + right, d), order='C')
    padded[:, top : top + h, left : left + w] = X
    return padded


def unpad(Xp: ndarray, window: Window) -> ndarray:
    """Cut images ``(m, h, w, d)`` out of their frame: a copy, or all of it if there is no frame."""
    if window.framed == window.size_in:
        return Xp
    (top, _), (left, _) = window.pads
    h, w = window.size_in
    return np.copy(Xp[:, top : top + h, left : left + w], order='C')


def view_blocks(Xp: ndarray, window: Window) -> ndarray:
    """View images in their frame by a window, read-only: ``-> (m, oh, ow, fh, fw, d)``.

    ``Xb[m,i,j,a,c,d] = Xp[m, i*sh + a*rh, j*sw + c*rw, d]``
    """
    (sh, sw), (rh, rw) = window.strides, window.dilation
    if not isinstance(Xp, np.ndarray):  # of another library, which knows the longer way
        (oh, ow), (fh, fw) = window.size_out, window.size
        Xb = sliding_window_view(Xp, ((fh - 1) * rh + 1, (fw - 1) * rw + 1), axis=(1, 2))
        Xb = Xb[:, : sh * oh : sh, : sw * ow : sw, :, ::rh, ::rw]
        return Xb.transpose(0, 1, 2, 4, 5, 3)
    sample, row, column, depth = Xp.strides
    shape = len(Xp), *window.size_out, *window.size, Xp.shape[3]
    steps = sample, sh * row, sw * column, rh * row, rw * column, depth
    return as_strided(Xp, shape, steps, writeable=False)


def view_taps(Xp: ndarray, window: Window) -> list[ndarray]:
    """View what all windows see at each of their points (taps), in row-major order.

    ``Xp[:, i*sh + a*rh, j*sw + c*rw]`` for all i, j: ``fh * fw`` slices ``(m, oh, ow, d)`` of
    images in their frame, of any array library, which may be added to.
    """
    (sh, sw), (rh, rw), (oh, ow) = window.strides, window.dilation, window.size_out
    return [
        Xp[:, a * rh : a * rh + sh * oh : sh, c * rw : c * rw + sw * ow : sw]
        for a, c in np.ndindex(*window.size)
    ]
