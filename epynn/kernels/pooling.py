"""Pooling of images: the largest, smallest or mean value seen through a sliding window.

All steps go through the ``fh * fw`` points (taps) of the window, each a strided view of the images
as large as the output: no block is ever copied.
"""

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import check_images, cut_blocks, fold_blocks, pad, unpad
from epynn.kernels.geometry import Padding, Pads, Pair, find_pads, pair

_CHOICES = ('max', 'min', 'mean')


def pool(
    X: Array, window: Pair, strides: Pair | None = None, padding: Padding = 0, how: str = 'max'
) -> Array:
    """Pool: ``Z[m,i,j,d]`` is the max, min or mean over a, c of ``X[m, i*sh + a, j*sw + c, d]``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images of any real dtype.
    window, strides : int or pair of int
        ``(fh, fw)`` and ``(sh, sw)``; strides None means strides equal to the window.
    padding : 'same', 'valid', int, pair of int, or pair of pairs
        Points added around each image, as :data:`epynn.kernels.geometry.Padding` tells: for max and
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
    window, strides, pads = _normalize(X, window, strides, padding, how)
    Xb = cut_blocks(pad(X, pads, _frame(X, how)), window, strides)
    if how == 'mean':
        return _mean(Xb)
    keep = np.maximum if how == 'max' else np.minimum
    Z = Xb[:, :, :, 0, 0].copy()  # (m, oh, ow, fh, fw, d) -> (m, oh, ow, d)
    for a, c in np.ndindex(window):
        keep(Z, Xb[:, :, :, a, c], out=Z)
    return Z


def pool_gradient(
    dZ: Array,
    X: Array,
    Z: Array,
    window: Pair,
    strides: Pair | None = None,
    padding: Padding = 0,
    how: str = 'max',
) -> Array:
    """Gradient of ``X`` in :func:`pool`.

    Max and min send ``dZ[m,i,j,d]`` to the one point of the window that won: on a tie the first, in
    row-major order. Mean sends ``dZ / (fh * fw)`` to each. Where windows overlap, gradients add up.

    Parameters
    ----------
    dZ : array of shape (m, oh, ow, d)
        Gradient of the loss with respect to ``Z``.
    X, Z : array of shape (m, h, w, d), (m, oh, ow, d)
        Input and output of the forward pass.
    window, strides, padding, how
        As in the forward pass.

    Returns
    -------
    array of shape (m, h, w, d)
        ``dX``, of the dtype of ``dZ``. A window with a NaN has no winner and sends nothing;
        an infinite gradient makes the rest of its window NaN, as in a matrix product.

    Raises
    ------
    TypeError, ValueError
        If ``dZ`` or ``Z`` is not of the shape that the forward pass gives, and as :func:`pool`.
    """
    window, (sh, sw), pads = _normalize(X, window, strides, padding, how)
    Xp = pad(X, pads, _frame(X, how))
    Xb = cut_blocks(Xp, window, (sh, sw))
    m, oh, ow, fh, fw, d = Xb.shape
    for array, name in ((dZ, 'dZ'), (Z, 'Z')):
        if array.shape != (m, oh, ow, d):
            raise ValueError(
                f'{name}: expected (m, oh, ow, d) = {(m, oh, ow, d)}, got {array.shape}. '
                'Use the window, strides and padding of the forward pass.'
            )
    if how == 'mean':
        dXb = np.broadcast_to((dZ / (fh * fw))[:, :, :, None, None], Xb.shape)
        return fold_blocks(dXb, X.shape, (sh, sw), pads)

    dX = np.zeros(Xp.shape, dtype=dZ.dtype, like=dZ)
    waiting = np.ones(Z.shape, dtype=bool, like=Z)  # windows whose winner is still to come
    for a, c in np.ndindex(fh, fw):
        wins = waiting & (Xb[:, :, :, a, c] == Z)
        dX[:, a : a + sh * oh : sh, c : c + sw * ow : sw] += dZ * wins
        waiting ^= wins
    return unpad(dX, X.shape, pads)


def _mean(Xb: Array) -> Array:
    """Mean over the axes (fh, fw) of the blocks."""
    m, oh, ow, fh, fw, d = Xb.shape
    dtype = Xb.dtype if Xb.dtype.kind == 'f' else np.float64  # small integers would overflow
    Z = np.zeros((m, oh, ow, d), dtype=dtype, like=Xb)
    for a, c in np.ndindex(fh, fw):
        Z += Xb[:, :, :, a, c]
    Z /= fh * fw
    return Z


def _frame(X: Array, how: str) -> float:
    """Value of the padding: neutral for max and min, 0 for mean."""
    if how == 'mean':
        return 0
    if X.dtype.kind in 'iu':
        limits = np.iinfo(X.dtype)
        return limits.min if how == 'max' else limits.max
    return -np.inf if how == 'max' else np.inf


def _normalize(
    X: Array, window: Pair, strides: Pair | None, padding: Padding, how: str
) -> tuple[tuple[int, int], tuple[int, int], Pads]:
    """Give window and strides as pairs and padding by sides, once they make sense together."""
    if how not in _CHOICES:
        raise ValueError(f'how: expected one of {_CHOICES}, got {how!r}.')
    check_images(X)
    fh, fw = pair(window, 'window', least=1)
    sh, sw = pair((fh, fw) if strides is None else strides, 'strides', least=1)
    pads = find_pads(padding, X.shape[1:3], (fh, fw), (sh, sw))
    if how != 'mean' and (max(pads[0]) >= fh or max(pads[1]) >= fw):
        raise ValueError(
            f'padding: expected less than the window {(fh, fw)}, got {padding}. '
            f'A window of {how} pooling has to see at least one point of the image.'
        )
    return (fh, fw), (sh, sw), pads
