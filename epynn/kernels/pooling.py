"""Pooling of images: the largest, smallest or mean value seen through a sliding window.

The window is taken apart. Forward, its rows come first and its columns after, which is less to do,
and in longer runs of memory. Backward, all steps go through the ``fh * fw`` points (taps) of the
window, each a strided view of the images as large as the output: no block is ever copied. Samples
pass in pieces that the processor's cache holds, half of them in a second thread.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import check_images, cut_blocks, pad, unpad
from epynn.kernels.geometry import Padding, Pads, Pair, find_pads, output_size, pair
from epynn.kernels.threads import in_halves

_PIECE_BYTES = 1 << 19
"""Images that are worked on at a time."""

_WORTH_A_THREAD = 1 << 20
"""Numbers in the images from which a second thread pays: about half a millisecond."""

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
    Xp = pad(X, pads, _frame(X, how))
    m, h, w, d = Xp.shape
    (fh, fw), (sh, sw) = window, strides
    oh, ow = output_size(h, fh, sh), output_size(w, fw, sw)
    dtype = X.dtype
    if how == 'mean' and X.dtype.kind != 'f':
        dtype = np.dtype(np.float64)  # the sum of small integers would overflow
    Z = np.empty((m, oh, ow, d), dtype=dtype, like=X)

    def work(pieces: Sequence[slice]) -> None:
        for n in pieces:
            # (n, h, w, d) -> (n, oh, w, d) -> (n, oh, ow, d)
            rows = _gather([Xp[n, a : a + sh * oh : sh] for a in range(fh)], how, dtype)
            _gather([rows[:, :, c : c + sw * ow : sw] for c in range(fw)], how, dtype, out=Z[n])
            if how == 'mean':
                Z[n] /= fh * fw

    in_halves(work, _cut(Xp), X.size < _WORTH_A_THREAD)
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
    tiled = (fh, fw) == (sh, sw) and Xp.shape[1:3] == (oh * fh, ow * fw)
    empty = np.empty if tiled else np.zeros
    dX = empty(Xp.shape, dtype=dZ.dtype, like=dZ)
    # Where no point is in two windows there is nothing to add to.
    add = _write if sh >= fh and sw >= fw else np.add

    def share(pieces: Sequence[slice]) -> None:
        for n in pieces:
            part = dZ[n] / np.asarray(fh * fw, dtype=dZ.dtype)
            # (n, oh, ow, d) -> (n, oh, w, d) -> (n, h, w, d)
            rows = np.zeros((len(part), oh, Xp.shape[2], d), dtype=dX.dtype, like=dX)
            for c in range(fw):
                tap = rows[:, :, c : c + sw * ow : sw]
                add(tap, part, out=tap)
            for a in range(fh):
                tap = dX[n, a : a + sh * oh : sh]
                add(tap, rows, out=tap)

    def send(pieces: Sequence[slice]) -> None:
        for n in pieces:
            waiting = np.ones(Z[n].shape, dtype=bool, like=Z)  # windows whose winner is to come
            wins, part = np.empty_like(waiting), np.empty_like(dZ[n])
            for a, c in np.ndindex(fh, fw):
                np.equal(Xb[n, :, :, a, c], Z[n], out=wins)
                wins &= waiting
                waiting ^= wins
                tap = dX[n, a : a + sh * oh : sh, c : c + sw * ow : sw]
                if add is _write:
                    np.multiply(dZ[n], wins, out=tap)
                else:
                    tap += np.multiply(dZ[n], wins, out=part)

    in_halves(share if how == 'mean' else send, _cut(Xp), X.size < _WORTH_A_THREAD)
    return unpad(dX, X.shape, pads)


def _write(before: Array, part: Array, out: Array) -> None:
    """Write the part where there was nothing before."""
    out[...] = part


def _cut(Xp: Array) -> list[slice]:
    """Cut the samples into pieces that the cache holds, as many for each of two threads."""
    m = len(Xp)
    most = max(1, _PIECE_BYTES * m // max(1, Xp.nbytes))
    samples = max(1, -(-m // (2 * -(-m // (2 * most)))) if m else 1)
    return [slice(n, n + samples) for n in range(0, m, samples)]


def _gather(taps: list[Array], how: str, dtype: np.dtype[Any], out: Array | None = None) -> Array:
    """Take the max, min or sum of arrays of the same shape."""
    if len(taps) == 1:
        taps = [*taps, taps[0]] if how != 'mean' else [*taps, np.zeros_like(taps[0])]
    combine = {'max': np.maximum, 'min': np.minimum, 'mean': np.add}[how]
    result: Array = combine(taps[0], taps[1], out=out, dtype=dtype)
    for tap in taps[2:]:
        combine(result, tap, out=result, dtype=dtype)
    return result


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
