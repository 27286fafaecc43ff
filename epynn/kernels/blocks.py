"""Windows that slide over images: cut an array into blocks, and fold blocks back into an array.

A convolution and a pooling both read ``X (m, h, w, d)`` through a window of ``fh * fw`` points that
moves by the strides ``sh, sw``; dilated, its points lie ``rh, rw`` apart. The blocks seen through
it, ``Xb (m, oh, ow, fh, fw, d)``, are a strided view: they cost no memory, however much they
overlap.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from epynn.kernels.arrays import Array
from epynn.kernels.geometry import (
    Padding,
    Pads,
    Pair,
    check_axes,
    find_pads,
    pair,
    span,
)
from epynn.kernels.geometry import output_size as output_size


def check_images(X: Array) -> None:
    """Raise a ValueError unless ``X`` has the axes of images (m, h, w, d)."""
    check_axes(X, 'X', 'm, h, w, d', 'Give images channels-last; X[..., None] adds a depth of 1.')


def pad(X: Array, padding: Pair | Pads, value: float = 0) -> Array:
    """Frame each image with ``value``: ``(m, h, w, d) -> (m, h + 2ph, w + 2pw, d)``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images of any dtype, which is kept.
    padding : int, pair of int, or pair of pairs
        Points added on each side, along the height and along the width, or
        ``((top, bottom), (left, right))``.
    value : float
        What the frame holds.

    Returns
    -------
    array of shape (m, top + h + bottom, left + w + right, d)
        A new array; ``X`` itself if the padding is 0.

    Raises
    ------
    TypeError, ValueError
        If ``X`` has not 4 axes or the padding is not made of integers of at least 0.
    """
    check_images(X)
    m, h, w, d = X.shape
    if isinstance(padding, str):
        raise TypeError(f'padding: expected ints here, got {padding!r}. Use find_pads first.')
    (top, bottom), (left, right) = find_pads(padding, (h, w), 1)
    if top == bottom == left == right == 0:
        return X
    padded = np.full((m, top + h + bottom, left + w + right, d), value, dtype=X.dtype, like=X)
    padded[:, top : top + h, left : left + w] = X
    return padded


def unpad(Xp: Array, shape: tuple[int, ...], pads: Pads) -> Array:
    """Cut the images of that shape ``(m, h, w, d)`` out of their frame, as a new array."""
    (top, _), (left, _) = pads
    return np.ascontiguousarray(Xp[:, top : top + shape[1], left : left + shape[2]])


def cut_blocks(
    X: Array, window: Pair, strides: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """View images by a window: ``Xb[m,i,j,a,c,d] = X[m, i*sh + a*rh, j*sw + c*rw, d]``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images of any dtype, which is kept.
    window, strides, dilation : int or pair of int
        ``(fh, fw)``, ``(sh, sw)`` and ``(rh, rw)``.
    padding : 'same', 'valid', int, pair of int, or pair of pairs
        Zeros added around each image beforehand.

    Returns
    -------
    array of shape (m, oh, ow, fh, fw, d)
        A read-only view of ``X``, or of a padded copy if there is padding.

    Raises
    ------
    TypeError, ValueError
        If ``X`` has not 4 axes, the window does not fit, or an argument is not made of integers.
    """
    check_images(X)
    fh, fw = pair(window, 'window', least=1)
    sh, sw = pair(strides, 'strides', least=1)
    rh, rw = pair(dilation, 'dilation', least=1)
    pads = find_pads(padding, X.shape[1:3], (fh, fw), (sh, sw), (rh, rw))
    Xp = pad(X, pads)
    output_size(X.shape[1], fh, sh, pads[0], rh)
    output_size(X.shape[2], fw, sw, pads[1], rw)
    return view_blocks(Xp, (fh, fw), (sh, sw), (rh, rw))


def view_blocks(
    X: Array,
    window: tuple[int, int],
    strides: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
) -> Array:
    """View images by a window that is known to fit: :func:`cut_blocks` without its checks.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images, padded.
    window, strides, dilation : tuple of int
        ``(fh, fw)``, ``(sh, sw)`` and ``(rh, rw)``.
    """
    (fh, fw), (sh, sw), (rh, rw) = window, strides, dilation
    m, h, w, d = X.shape
    sample, row, column, depth = X.strides
    shape = m, (h - span(fh, rh)) // sh + 1, (w - span(fw, rw)) // sw + 1, fh, fw, d
    steps = sample, sh * row, sw * column, rh * row, rw * column, depth
    return as_strided(X, shape, steps, writeable=False)


def add_blocks(
    X: Array, Xb: Array, strides: tuple[int, int], dilation: tuple[int, int] = (1, 1)
) -> None:
    """Add blocks, in place: ``X[m, i*sh + a*rh, j*sw + c*rw, d] += Xb[m,i,j,a,c,d]``.

    One addition for each of the ``fh * fw`` points of the window: points that are the same in all
    blocks never meet, so that overlapping blocks need no special care.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        The images added to; the only argument in this package that is modified.
    Xb : array of shape (m, oh, ow, fh, fw, d)
        The blocks; the first one lies at the origin of ``X``, and the last one inside ``X``.
    strides, dilation : tuple of int
        ``(sh, sw)`` and ``(rh, rw)``.
    """
    _, oh, ow, fh, fw, _ = Xb.shape
    sh, sw = strides
    rh, rw = dilation
    for a in range(fh):
        for c in range(fw):
            y, x = a * rh, c * rw
            X[:, y : y + sh * oh : sh, x : x + sw * ow : sw] += Xb[:, :, :, a, c]


def fold_blocks(
    dXb: Array,
    shape: tuple[int, ...],
    strides: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
) -> Array:
    """Sum the gradient of blocks back onto the images: the adjoint of :func:`cut_blocks`.

    ``dX[m,y,x,d]`` is the sum of ``dXb[m,i,j,a,c,d]`` over all ``i*sh + a*rh = y`` and
    ``j*sw + c*rw = x``. For any ``X`` and ``B``,
    ``sum(cut_blocks(X) * B) == sum(X * fold_blocks(B))``.

    Parameters
    ----------
    dXb : array of shape (m, oh, ow, fh, fw, d)
        Gradient of the loss with respect to the blocks, of any float dtype, which is kept.
    shape : tuple of int
        ``(m, h, w, d)`` of the images that were cut.
    strides, padding, dilation
        As they were cut.

    Returns
    -------
    array of shape (m, h, w, d)
        ``dX``; what falls on the padding is dropped, what no window reached is 0.

    Raises
    ------
    TypeError, ValueError
        If ``dXb`` is not made of the blocks of such images.
    """
    sh, sw = pair(strides, 'strides', least=1)
    rh, rw = pair(dilation, 'dilation', least=1)
    check_axes(dXb, 'dXb', 'm, oh, ow, fh, fw, d', 'Give one gradient a block.')
    m, h, w, d = shape
    fh, fw = dXb.shape[3:5]
    pads = find_pads(padding, (h, w), (fh, fw), (sh, sw), (rh, rw))
    oh, ow = output_size(h, fh, sh, pads[0], rh), output_size(w, fw, sw, pads[1], rw)
    expected = (m, oh, ow, fh, fw, d)
    if dXb.shape != expected:
        raise ValueError(
            f'dXb: expected shape {expected} for images {tuple(shape)}, got {dXb.shape}. '
            'Use the shape, strides and padding that the blocks were cut with.'
        )
    dX = np.zeros((m, h + sum(pads[0]), w + sum(pads[1]), d), dtype=dXb.dtype, like=dXb)
    add_blocks(dX, dXb, (sh, sw), (rh, rw))
    return unpad(dX, shape, pads)
