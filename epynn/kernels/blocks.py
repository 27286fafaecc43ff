"""Windows that slide over images: cut an array into blocks, and fold blocks back into an array.

A convolution and a pooling both read ``X (m, h, w, d)`` through a window of ``fh * fw`` points that
moves by the strides ``sh, sw``. The blocks seen through it, ``Xb (m, oh, ow, fh, fw, d)``, are a
strided view: they cost no memory, however much they overlap.
"""

import operator
from typing import TypeAlias

import numpy as np

from epynn.kernels.arrays import Array

Pair: TypeAlias = int | tuple[int, int]


def pair(value: object, name: str, least: int | None = None) -> tuple[int, int]:
    """Normalize an int or a pair of ints, one for the height and one for the width.

    Parameters
    ----------
    value : int or pair of int
        ``2`` stands for ``(2, 2)``.
    name : str
        Name of the argument, for the messages.
    least : int, optional
        Smallest value accepted.

    Returns
    -------
    tuple of int
        The value along the height and along the width.

    Raises
    ------
    TypeError
        If the value is not made of integers; a bool is not one here.
    ValueError
        If there are not two of them, or one is below ``least``.
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    expected = 'an int or a pair of ints'
    if len(values) != 2:
        raise ValueError(f'{name}: expected {expected}, got {value!r}. Write 2 or (2, 2).')
    if any(isinstance(v, (bool, np.bool_)) or not hasattr(v, '__index__') for v in values):
        raise TypeError(f'{name}: expected {expected}, got {value!r}. Write 2 or (2, 2).')
    height, width = (operator.index(v) for v in values)
    if least is not None and min(height, width) < least:
        raise ValueError(f'{name}: expected {expected} of at least {least}, got {value!r}.')
    return height, width


def check_axes(X: Array, name: str, axes: str, remedy: str) -> None:
    """Raise a ValueError that names the axes, unless ``X`` has as many as ``axes`` lists.

    Parameters
    ----------
    X : array
        The array to check.
    name : str
        Its name, for the message.
    axes : str
        Names of the axes: ``'m, h, w, d'``.
    remedy : str
        What to do about it.
    """
    rank = axes.count(',') + 1
    if X.ndim != rank:
        got = f'{X.ndim} {"axis" if X.ndim == 1 else "axes"} {X.shape}'
        raise ValueError(f'{name}: expected {rank} axes ({axes}), got {got}. {remedy}')


def output_size(size: int, window: int, stride: int, padding: int = 0) -> int:
    """Count the positions of a window along one axis: ``floor((size + 2p - window) / stride) + 1``.

    Parameters
    ----------
    size, window, stride, padding : int
        Length of the axis, of the window, of a step, and of the padding at either end.

    Returns
    -------
    int
        Number of positions, at least 1.

    Raises
    ------
    ValueError
        If the window is larger than the padded axis.
    """
    if window > size + 2 * padding:
        raise ValueError(
            f'window: expected at most {size + 2 * padding} (size {size} + 2 * padding {padding}), '
            f'got {window}. Take a smaller window or more padding.'
        )
    return (size + 2 * padding - window) // stride + 1


def pad(X: Array, padding: Pair, value: float = 0) -> Array:
    """Frame each image with ``value``: ``(m, h, w, d) -> (m, h + 2ph, w + 2pw, d)``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images of any dtype, which is kept.
    padding : int or pair of int
        Points added on each side, along the height and along the width.
    value : float
        What the frame holds.

    Returns
    -------
    array of shape (m, h + 2ph, w + 2pw, d)
        A new array; ``X`` itself if the padding is 0.

    Raises
    ------
    TypeError, ValueError
        If ``X`` has not 4 axes or the padding is not made of integers of at least 0.
    """
    ph, pw = pair(padding, 'padding', least=0)
    check_axes(X, 'X', 'm, h, w, d', 'Give images channels-last; X[..., None] adds a depth of 1.')
    if ph == pw == 0:
        return X
    m, h, w, d = X.shape
    padded = np.full((m, h + 2 * ph, w + 2 * pw, d), value, dtype=X.dtype, like=X)
    padded[:, ph : ph + h, pw : pw + w] = X
    return padded


def cut_blocks(X: Array, window: Pair, strides: Pair = 1, padding: Pair = 0) -> Array:
    """View images through a sliding window: ``Xb[m,i,j,a,c,d] = X[m, i*sh + a, j*sw + c, d]``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images of any dtype, which is kept.
    window, strides, padding : int or pair of int
        ``(fh, fw)``, ``(sh, sw)`` and the zeros ``(ph, pw)`` added around each image beforehand.

    Returns
    -------
    array of shape (m, oh, ow, fh, fw, d)
        A read-only view of ``X``, or of a padded copy if there is padding.

    Raises
    ------
    TypeError, ValueError
        If ``X`` has not 4 axes, the window does not fit, or an argument is not made of integers.
    """
    fh, fw = pair(window, 'window', least=1)
    sh, sw = pair(strides, 'strides', least=1)
    ph, pw = pair(padding, 'padding', least=0)
    Xp = pad(X, (ph, pw))
    output_size(X.shape[1], fh, sh, ph)
    output_size(X.shape[2], fw, sw, pw)
    # (m, h, w, d) -> (m, h - fh + 1, w - fw + 1, d, fh, fw): the window at every position
    Xb = np.lib.stride_tricks.sliding_window_view(Xp, (fh, fw), axis=(1, 2))
    # -> (m, oh, ow, fh, fw, d): the positions that the strides reach, depth last again
    return Xb[:, ::sh, ::sw].transpose(0, 1, 2, 4, 5, 3)


def add_blocks(X: Array, Xb: Array, strides: tuple[int, int]) -> None:
    """Add blocks into ``X``, in place: ``X[m, i*sh + a, j*sw + c, d] += Xb[m,i,j,a,c,d]``.

    One addition for each of the ``fh * fw`` points of the window: points that are the same in all
    blocks never meet, so that overlapping blocks need no special care.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        The images added to; the only argument in this package that is modified.
    Xb : array of shape (m, oh, ow, fh, fw, d)
        The blocks; the first one lies at the origin of ``X``, and the last one inside ``X``.
    strides : tuple of int
        ``(sh, sw)``.
    """
    _, oh, ow, fh, fw, _ = Xb.shape
    sh, sw = strides
    for a in range(fh):
        for c in range(fw):
            X[:, a : a + sh * oh : sh, c : c + sw * ow : sw] += Xb[:, :, :, a, c]


def fold_blocks(dXb: Array, shape: tuple[int, ...], strides: Pair = 1, padding: Pair = 0) -> Array:
    """Sum the gradient of blocks back onto the images: the adjoint of :func:`cut_blocks`.

    ``dX[m, y, x, d]`` is the sum of ``dXb[m,i,j,a,c,d]`` over ``i*sh + a = y``, ``j*sw + c = x``.
    For any ``X`` and ``B``, ``sum(cut_blocks(X) * B) == sum(X * fold_blocks(B))``.

    Parameters
    ----------
    dXb : array of shape (m, oh, ow, fh, fw, d)
        Gradient of the loss with respect to the blocks, of any float dtype, which is kept.
    shape : tuple of int
        ``(m, h, w, d)`` of the images that were cut.
    strides, padding : int or pair of int
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
    ph, pw = pair(padding, 'padding', least=0)
    check_axes(dXb, 'dXb', 'm, oh, ow, fh, fw, d', 'Give one gradient a block.')
    m, h, w, d = shape
    fh, fw = dXb.shape[3:5]
    expected = (m, output_size(h, fh, sh, ph), output_size(w, fw, sw, pw), fh, fw, d)
    if dXb.shape != expected:
        raise ValueError(
            f'dXb: expected shape {expected} for images {tuple(shape)}, got {dXb.shape}. '
            'Use the shape, strides and padding that the blocks were cut with.'
        )
    dX = np.zeros((m, h + 2 * ph, w + 2 * pw, d), dtype=dXb.dtype, like=dXb)
    add_blocks(dX, dXb, (sh, sw))
    return np.ascontiguousarray(dX[:, ph : ph + h, pw : pw + w])
