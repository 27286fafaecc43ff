"""Pooling of images: the largest, smallest or mean value seen through a sliding window.

What the windows see is stacked: one run of numbers for each of their points (taps), so that one
call goes through all of them. A max or min notes the number of each winner for the way back, which
only has to compare numbers. Where windows overlap, there is less to do tap by tap, or, for a mean,
along rows first and columns after. Samples pass in pieces that the processor's cache holds, half of
them in a second thread.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import check_images, pad, unpad
from epynn.kernels.geometry import Padding, Pads, Pair, find_pads, output_size, pair
from epynn.kernels.phases import Phases
from epynn.kernels.threads import in_halves
from epynn.kernels.unpooling import send, send_by_taps, spread, spread_by_axes

_PIECE_BYTES = 2 << 20
"""Images, or copies of what windows see of them, that are worked on at a time."""

_WORTH_A_THREAD = 800_000
"""Numbers from which a second thread pays."""

_Piece = tuple[slice, slice]
"""Some samples, and some rows of the output."""

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
    Xp = np.ascontiguousarray(pad(X, pads, _frame(X, how)))
    m, h, w, d = Xp.shape
    (fh, fw), (sh, sw) = window, strides
    oh, ow = output_size(h, fh, sh), output_size(w, fw, sw)
    dtype = X.dtype
    if how == 'mean' and X.dtype.kind != 'f':
        dtype = np.dtype(np.float64)  # the sum of small integers would overflow
    Z = np.empty((m, oh, ow, d), dtype=dtype, like=X)
    combine = {'max': np.maximum, 'min': np.minimum, 'mean': np.add}[how]
    count = np.asarray(fh * fw, dtype=dtype)
    phases = Phases(window, strides, (oh, ow), d)
    columns = Phases((1, fw), (1, sw), (oh, ow), d)

    def work(pieces: Sequence[_Piece]) -> None:
        scratch = phases.make_stack(Z[pieces[0]], X.dtype)
        for n, i in pieces:
            part, seen = phases.see_rows(Xp[n], i)
            run = Z[n, i].reshape(-1)
            combine.reduce(part.stack(seen, scratch), axis=0, dtype=dtype, out=run)
            if how == 'mean':
                np.divide(run, count, out=run)

    def work_by_axes(pieces: Sequence[slice]) -> None:
        rows = np.empty((len(Z[pieces[0]]), oh, w, d), dtype=dtype, like=X)
        P = columns.make(len(rows), rows)
        with _runs_in_place(Xp.dtype == dtype):
            for n in pieces:
                # (n, h, w, d) -> (n, oh, w, d) -> (n, oh, ow, d)
                part, apart = rows[: len(Z[n])], P[:, :, : len(Z[n])]
                _gather(combine, [Xp[n, a : a + sh * oh : sh] for a in range(fh)], part)
                columns.split(part, apart)
                taps = [apart[0, c % sw, :, :, c // sw : c // sw + ow] for c in range(fw)]
                _gather(combine, taps, Z[n])
                if how == 'mean':
                    np.divide(Z[n], count, out=Z[n])

    if phases.overlap:
        in_halves(work_by_axes, *_cut(Xp))
    elif Z.size:
        in_halves(work, *_cut_rows(Xp, Z, fh * fw))
    return Z


def pool_with_winners(
    X: Array,
    window: Pair,
    strides: Pair | None = None,
    padding: Padding = 0,
    how: str = 'max',
    wanted: bool = True,
) -> tuple[Array, Array | None]:
    """Pool as :func:`pool` does, and tell which point of each window won.

    Parameters
    ----------
    X, window, strides, padding, how
        As for :func:`pool`.
    wanted : bool
        Whether to look for winners, which takes longer.

    Returns
    -------
    Z : array of shape (m, oh, ow, d)
        What :func:`pool` returns.
    winners : array of shape (m, oh, ow, d), or None
        The number ``a * fw + c`` of the point that won, on a tie the first; ``fh * fw`` in a window
        with a NaN. Smallest unsigned integers that hold it. None for a mean, and if not wanted.

    Raises
    ------
    TypeError, ValueError
        As :func:`pool`.
    """
    if how == 'mean' or not wanted:
        return pool(X, window, strides, padding, how), None
    window, strides, pads = _normalize(X, window, strides, padding, how)
    Xp = np.ascontiguousarray(pad(X, pads, _frame(X, how)))
    m, h, w, d = Xp.shape
    size = output_size(h, window[0], strides[0]), output_size(w, window[1], strides[1])
    phases = Phases(window, strides, size, d)
    Z = np.empty((m, *size, d), dtype=X.dtype, like=X)
    winners = np.empty(Z.shape, dtype=np.min_scalar_type(window[0] * window[1]), like=X)
    combine = np.maximum if how == 'max' else np.minimum

    def work(pieces: Sequence[_Piece]) -> None:
        scratch = phases.make_stack(Z[pieces[0]], X.dtype)
        scratch_wrong = np.empty(scratch.shape, dtype=bool)
        for n, i in pieces:
            part, seen = phases.see_rows(Xp[n], i)
            taps, run = part.stack(seen, scratch), Z[n, i].reshape(-1)
            combine.reduce(taps, axis=0, out=run)
            wrong = part.cut_stack(scratch_wrong, len(seen))
            np.not_equal(taps, run, out=wrong)
            _find_winners(wrong, winners[n, i].reshape(-1))

    if Z.size:
        in_halves(work, *_cut_rows(Xp, Z, math.prod(window)))
    if X.shape != Xp.shape:
        _keep_off_the_frame(winners, np.equal(Z, _frame(X, how)), window, strides, pads)
    return Z, winners


def pool_gradient(
    dZ: Array,
    X: Array,
    Z: Array,
    window: Pair,
    strides: Pair | None = None,
    padding: Padding = 0,
    how: str = 'max',
    winners: Array | None = None,
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
    winners : array of shape (m, oh, ow, d), optional
        From :func:`pool_with_winners`; None for a mean, and to find them again.

    Returns
    -------
    array of shape (m, h, w, d)
        ``dX``, of the dtype of ``dZ``. A window with a NaN has no winner and sends nothing;
        an infinite gradient may make the rest of its window NaN, as in a matrix product.

    Raises
    ------
    TypeError, ValueError
        If ``dZ``, ``Z`` or `winners` are not of the shape that the forward pass gives, and as
        :func:`pool`.
    """
    window, strides, pads = _normalize(X, window, strides, padding, how)
    m, h, w, d = X.shape[0], X.shape[1] + sum(pads[0]), X.shape[2] + sum(pads[1]), X.shape[3]
    size = output_size(h, window[0], strides[0]), output_size(w, window[1], strides[1])
    for array, name in ((dZ, 'dZ'), (Z, 'Z'), (winners, 'winners')):
        if array is not None and array.shape != (m, *size, d):
            raise ValueError(
                f'{name}: expected (m, oh, ow, d) = {(m, *size, d)}, got {array.shape}. '
                'Use the window, strides and padding of the forward pass.'
            )
    if how != 'mean' and winners is None:
        _, winners = pool_with_winners(X, window, strides, padding, how)
    phases = Phases(window, strides, size, d)
    dX = np.empty((m, h, w, d), dtype=dZ.dtype, like=dZ)
    dZ = np.ascontiguousarray(dZ)
    phases.clear_unseen(dX)
    if not dX.size:
        return unpad(dX, X.shape, pads)
    if winners is None:
        way = spread_by_axes if phases.overlap else spread
        in_halves(partial(way, dZ, dX, phases=phases), *_cut(dX))
    elif phases.overlap:
        in_halves(partial(send_by_taps, dZ, winners, dX, phases=phases), *_cut(dX))
    else:
        rows = _cut_rows(dX, dZ, math.prod(window))
        in_halves(partial(send, dZ, winners, dX, phases=phases), *rows)
    return unpad(dX, X.shape, pads)


def _find_winners(wrong: Array, winners: Array) -> None:
    """Find the number of the first tap that is not wrong; the number of taps if all are."""
    # One more than of the taps after it, if it is wrong, else 0: from the last tap to the first
    taps = wrong.view(np.uint8)
    winners[...] = taps[-1]
    for tap in taps[-2::-1]:
        winners += 1
        winners *= tap


def _keep_off_the_frame(
    winners: Array, tied: Array, window: tuple[int, int], strides: tuple[int, int], pads: Pads
) -> None:
    """Let the first point of the image win where all that a window sees equals the padding."""
    if not tied.any():
        return
    oh, ow = winners.shape[1:3]
    a = np.maximum(pads[0][0] - strides[0] * np.arange(oh), 0)
    c = np.maximum(pads[1][0] - strides[1] * np.arange(ow), 0)
    # (oh, 1) and (ow,) -> (oh, ow, 1)
    first = (a[:, np.newaxis] * window[1] + c)[..., np.newaxis].astype(winners.dtype)
    np.copyto(winners, first, where=tied)


@contextmanager
def _runs_in_place(wanted: bool) -> Iterator[None]:
    """Have NumPy compute on rows where they lie: it copies rows shorter than its buffer first.

    Not wanted where dtypes differ, as numbers then are converted in the buffer.
    """
    before = np.setbufsize(16) if wanted else np.getbufsize()
    try:
        yield
    finally:
        np.setbufsize(before)


def _cut(Xp: Array) -> tuple[list[slice], bool]:
    """Cut the samples into equal pieces that the cache holds; tell whether one thread takes all."""
    m, alone = len(Xp), Xp.size < _WORTH_A_THREAD
    most = max(1, min(m if alone else -(-m // 2), _PIECE_BYTES * m // max(1, Xp.nbytes)))
    samples = -(-m // -(-m // most)) if m else 1
    return [slice(n, n + samples) for n in range(0, max(m, 1), samples)], alone


def _cut_rows(Xp: Array, Z: Array, taps: int) -> tuple[list[_Piece], bool]:
    """Cut outputs into pieces whose taps the cache holds: samples, or rows of one."""
    m, oh = Z.shape[:2]
    alone = Xp.size < _WORTH_A_THREAD
    rows = max(1, _PIECE_BYTES * m * oh // (taps * Z.size * Xp.itemsize))
    samples = min(max(1, rows // oh), m if alone else -(-m // 2))
    rows = min(rows, oh)
    return [
        (slice(n, n + samples), slice(i, min(i + rows, oh)))
        for n in range(0, m, samples)
        for i in range(0, oh, rows)
    ], alone


def _gather(combine: np.ufunc, taps: list[Array], out: Array) -> None:
    """Take the max, min or sum of arrays of the same shape."""
    if len(taps) == 1:
        out[...] = taps[0]
        return
    combine(taps[0], taps[1], out=out, dtype=out.dtype)
    for tap in taps[2:]:
        combine(out, tap, out=out, dtype=out.dtype)


def _frame(X: Array, how: str) -> float:
    """Value of the padding: neutral for max and min, 0 for mean."""
    if how == 'mean':
        return 0
    if X.dtype.kind == 'b':
        return how == 'min'
    if X.dtype.kind in 'iu':
        limits = np.iinfo(X.dtype)
        return limits.min if how == 'max' else limits.max
    return -np.inf if how == 'max' else np.inf


def _normalize(
    X: Array, window: Pair, strides: Pair | None, padding: Padding, how: str
) -> tuple[tuple[int, int], tuple[int, int], Pads]:
    """Give window and strides as pairs and padding by sides, once they make sense together."""
    if how not in _CHOICES:
        raise ValueError(f'how: expected one of {_CHOICES}, got {how!r}. Choose one of them.')
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
