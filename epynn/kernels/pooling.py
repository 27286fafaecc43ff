"""Pooling of images: the largest, smallest or mean value that a sliding window sees.

:func:`pool` and :func:`pool_gradient` take images and options, and check both. What layers call
takes a :class:`~epynn.kernels.window.Window`, which was checked when it was made.
``plain.pooling`` is the shortest way to the same numbers, ``fast.pooling`` the quickest.
"""

import numpy as np

from epynn.kernels.arrays import beside, fast_type, ndarray
from epynn.kernels.blocks import check_images, pad
from epynn.kernels.fast import pooling as fast
from epynn.kernels.plain import pooling as plain
from epynn.kernels.window import Padding, Pair, Window

_CHOICES = ('max', 'min', 'mean')


def pool_windows(
    X: ndarray, window: Window, how: str, with_winners: bool = True
) -> tuple[ndarray, ndarray | None]:
    """Keep the max, min or mean of what each window sees, and tell which of its points won.

    Images ``X (m, h, w, d)`` may be of any real dtype. Padding never wins a max or min; in a mean
    it counts as zeros, unless the window says that it does not. ``Z (m, oh, ow, d)`` is of the
    dtype of ``X``; the mean of integers is float64. ``winners``, of that shape, hold the number
    ``a * fw + c`` of the point that won, on a tie the first, ``fh * fw`` in a window with a NaN, as
    the smallest unsigned integers that do; None for a mean, and where nobody wants them: to look
    for them takes longer.
    """
    frame = _frame(X, how)
    Xp = pad(X, window.pads, frame)
    pool_by = fast.pool_windows if _is_fast(X, window) else plain.pool_windows
    Z, winners = pool_by(Xp, window, how, with_winners)
    if how == 'mean' and any(map(any, window.uncounted)):
        Z = Z * _correction(Z, window)
    if winners is not None and window.framed != window.size_in:
        winners = _keep_off_the_frame(winners, np.equal(Z, frame), window)
    return Z, winners


def pool_windows_gradient(
    dZ: ndarray, X: ndarray, window: Window, how: str, winners: ndarray | None
) -> ndarray:
    """Gradient of ``X`` in :func:`pool_windows`.

    Max and min send ``dZ[m,i,j,d]`` to the one point of the window that won, mean sends
    ``dZ / (fh * fw)`` to each, or divides it among those that count. Where windows overlap,
    gradients add up. With winners None, those of a max or min are found again, in ``X``. A window
    with a NaN has no winner and sends nothing; where windows lie apart, an infinite gradient makes
    the rest of its window NaN.
    """
    if how != 'mean' and winners is None:
        _, winners = pool_windows(X, window, how)
    if how == 'mean' and any(map(any, window.uncounted)):
        dZ = dZ * _correction(dZ, window)
    if _is_fast(dZ, window):
        return fast.pool_windows_gradient(dZ, window, winners)
    return plain.pool_windows_gradient(dZ, window, winners)


def pool(
    X: ndarray, window: Pair, strides: Pair | None = None, padding: Padding = 0, how: str = 'max'
) -> ndarray:
    """Pool: ``Z[m,i,j,d]`` is the max, min or mean over a, c of ``X[m, i*sh + a, j*sw + c, d]``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images of any real dtype.
    window, strides : int or pair of int
        ``(fh, fw)`` and ``(sh, sw)``; strides None means strides equal to the window.
    padding : 'same', 'valid', int, pair of int, or pair of pairs
        Points added around each image, as :data:`epynn.kernels.window.Padding` tells: for max and
        min of a value that never wins, for mean zeros that count (PyTorch's
        ``count_include_pad=True``; TensorFlow and Keras leave them out of the mean).
    how : {'max', 'min', 'mean'}
        What is kept of each window.

    Returns
    -------
    array of shape (m, oh, ow, d)
        ``Z``, of the dtype of ``X`` (the mean of integers is float64);
        ``oh = floor((h + 2ph - fh) / sh) + 1``.

    Raises
    ------
    TypeError, ValueError
        If ``X`` has not 4 axes, the window does not fit, a max or min could see nothing but padding
        (padding not smaller than the window), or ``how`` is unknown.
    """
    lain = _lay(X, window, strides, padding, how)
    return pool_windows(X, lain, how, with_winners=False)[0]


def pool_gradient(
    dZ: ndarray,
    X: ndarray,
    Z: ndarray,
    window: Pair,
    strides: Pair | None = None,
    padding: Padding = 0,
    how: str = 'max',
    winners: ndarray | None = None,
) -> ndarray:
    """Gradient of ``X`` in :func:`pool`, as :func:`pool_windows_gradient` computes it.

    A ValueError tells that an array is not of the shape that the forward pass gives.
    """
    lain = _lay(X, window, strides, padding, how)
    expected = len(X), *lain.size_out, X.shape[3]
    for array, name in ((dZ, 'dZ'), (Z, 'Z'), (winners, 'winners')):
        if array is not None and array.shape != expected:
            raise ValueError(
                f'{name}: expected (m, oh, ow, d) = {expected}, got {array.shape}. '
                'Use the window, strides and padding of the forward pass.'
            )
    return pool_windows_gradient(dZ, X, lain, how, winners)


def _lay(X: ndarray, window: Pair, strides: Pair | None, padding: Padding, how: str) -> Window:
    """Lay a window on images, once its options make sense together."""
    if how not in _CHOICES:
        raise ValueError(f'how: expected one of {_CHOICES}, got {how!r}. Choose one of them.')
    check_images(X)
    lain = Window.on(X.shape[1:3], window, window if strides is None else strides, padding)
    (fh, fw), (rows, columns) = lain.size, lain.pads
    if how != 'mean' and (max(rows) >= fh or max(columns) >= fw):
        raise ValueError(
            f'padding: expected less than the window {(fh, fw)}, got {padding}. '
            f'A window of {how} pooling has to see at least one point of the image.'
        )
    return lain


def _is_fast(X: ndarray, window: Window) -> bool:
    """Return whether the fast wing knows the dtype and the window, whose points lie together."""
    return fast_type(X) is not None and window.dilation == (1, 1)


def _correction(Z: ndarray, window: Window) -> ndarray:
    """Return what turns means over all points of windows into those over points that count."""
    counts = window.count_points(window.uncounted)[..., np.newaxis]
    return beside((window.points / counts).astype(Z.dtype), Z)


def _frame(X: ndarray, how: str) -> float:
    """Value of the padding: neutral for max and min, 0 for mean."""
    if how == 'mean':
        return 0
    if X.dtype.kind == 'b':
        return how == 'min'
    if X.dtype.kind in 'iu':
        limits = np.iinfo(X.dtype)
        return limits.min if how == 'max' else limits.max
    return -np.inf if how == 'max' else np.inf


def _keep_off_the_frame(winners: ndarray, tied: ndarray, window: Window) -> ndarray:
    """Let the first point of the image win where all that a window sees equals the padding."""
    if not np.any(tied):
        return winners
    (oh, ow), (sh, sw), (rows, columns) = window.size_out, window.strides, window.pads
    rh, rw = window.dilation
    a = np.maximum(-((sh * np.arange(oh) - rows[0]) // rh), 0)
    c = np.maximum(-((sw * np.arange(ow) - columns[0]) // rw), 0)
    # (oh, 1) and (ow,) -> (oh, ow, 1)
    first = (a[:, np.newaxis] * window.size[1] + c)[..., np.newaxis].astype(winners.dtype)
    kept: ndarray = np.where(tied, first, winners)
    return kept
