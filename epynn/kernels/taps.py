"""Convolution of images of depth 1, by blocks that stand upright.

What one point of the window (a tap) sees of such an image lies in long runs, which are quick to
copy. So the blocks become matrices with a row for each tap and a column for each position; with a
row of ones below, which meets the bias, one product does it all.
"""

from collections.abc import Sequence

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.threads import in_halves

_SMALL = 1 << 19
"""Multiply-adds up to which OpenBLAS keeps a product in one thread, as it is."""

_PIECE_BYTES = 2 << 20
"""What the upright blocks of a piece and its outputs may take."""

_FEW = 32
"""Taps up to which nothing is quicker, however few the units."""

_WORTH_A_THREAD = 15_000_000
"""Work from which a second thread pays, in multiply-adds."""

_COPY = 30
"""Multiply-adds in the time of copying a number."""

_Piece = tuple[slice, slice]
"""Some samples, and some rows of the output."""


def suits_taps(Xb: Array, u: int, weight_gradient: bool = False) -> bool:
    """Return whether blocks ``(m, oh, ow, fh, fw, d)`` are best multiplied upright."""
    fh, fw, d = Xb.shape[3:]
    few = weight_gradient or fh * fw <= max(_FEW, u)
    return d == 1 and few and Xb.dtype.char in 'fd' and Xb.size > 0


def suits_taps_gradient(W: Array, strides: tuple[int, int], shape: tuple[int, ...]) -> bool:
    """Return whether the gradient of images of that shape is best added up tap by tap."""
    fh, fw, d, u = W.shape
    fits = _count_samples(shape, fh * fw, u, W.itemsize) > 0
    return d == 1 and strides == (1, 1) and fh * fw <= u and W.dtype.char in 'fd' and fits


def multiply_taps(Xb: Array, W: Array, Z: Array, b: Array | None = None) -> None:
    """Multiply blocks with filters and add the bias, into `Z`.

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, 1)
        Blocks.
    W : array of shape (fh, fw, 1, u)
        Filters.
    Z : array of shape (m, oh, ow, u)
        Written in place.
    b : array of shape (u,), optional
        Bias.
    """
    u = W.shape[3]
    ones = 0 if b is None else 1
    # (fh * fw, u), or (fh * fw + 1, u) with the bias
    Wb = W.reshape(-1, u) if b is None else np.concatenate([W.reshape(-1, u), b[np.newaxis]])
    rows = _choose_rows(Xb.shape[1:3], Xb.shape[3] * Xb.shape[4] + 1, u)

    def work(pieces: Sequence[_Piece]) -> None:
        for n in pieces:
            X = _stand_up(Xb[n], rows, ones)
            np.matmul(X.swapaxes(1, 2), Wb, out=Z[n].reshape(len(X), -1, u))

    in_halves(work, *_cut(Xb, u, rows))


def multiply_taps_weight_gradient(Xb: Array, dZ: Array) -> Array:
    """Gradient of ``W`` in :func:`multiply_taps`, of shape (fh, fw, 1, u)."""
    fh, fw, u = *Xb.shape[3:5], dZ.shape[3]
    rows = _choose_rows(Xb.shape[1:3], Xb.shape[3] * Xb.shape[4] + 1, u)

    def work(pieces: Sequence[_Piece]) -> Array:
        dW = np.zeros((fh * fw, u), dtype=dZ.dtype, like=dZ)
        for n in pieces:
            X = _stand_up(Xb[n], rows)
            dW += (X @ dZ[n].reshape(len(X), -1, u)).sum(axis=0)
        return dW

    dW, *more = in_halves(work, *_cut(Xb, u, rows))
    for other in more:
        dW += other
    return dW.reshape(fh, fw, 1, u)


def multiply_taps_input_gradient(dZ: Array, W: Array, shape: tuple[int, ...]) -> Array:
    """Gradient of images of that shape ``(m, h, w, 1)`` in their convolution, at stride 1.

    What each tap gives is laid out like the images, with zeros after the last window. Then all
    images are one run of numbers, and a tap adds to it from where it lies in the first window.

    Parameters
    ----------
    dZ : array of shape (m, h - fh + 1, w - fw + 1, u)
        Gradient of the loss with respect to the output.
    W : array of shape (fh, fw, 1, u)
        Filters.
    shape : tuple of int
        ``(m, h, w, 1)``.

    Returns
    -------
    array of shape (m, h, w, 1)
        ``dX``.
    """
    m, h, w, _ = shape
    _, oh, ow, u = dZ.shape
    fh, fw = W.shape[:2]
    WT = np.ascontiguousarray(W.reshape(fh * fw, u).T)
    dX = np.empty(shape, dtype=dZ.dtype, like=dZ)
    rows = _choose_rows((oh, ow), fh * fw, u)
    alone = dZ.size * (fh * fw + _COPY) < _WORTH_A_THREAD
    most = max(1, _count_samples(shape, fh * fw, u, dZ.itemsize))
    most = min(most, m if alone else -(-m // 2))

    def work(samples: Sequence[slice]) -> None:
        P = np.zeros((fh * fw, most, h, w), dtype=dZ.dtype, like=dZ)
        for n in samples:
            k = len(dZ[n])
            # (k, oh, ow, u) @ (u, fh * fw) -> (fh * fw, k, oh, ow)
            given = dZ[n].reshape(k * oh // rows, rows * ow, u) @ WT
            P[:, :k, :oh, :ow] = given.reshape(k, oh, ow, fh * fw).transpose(3, 0, 1, 2)
            run = dX[n].reshape(-1)
            run[:] = P[0, :k].reshape(-1)
            for t in range(1, fh * fw):
                start = t // fw * w + t % fw
                run[start:] += P[t, :k].reshape(-1)[:-start]

    in_halves(work, [slice(n, n + most) for n in range(0, m, max(most, 1))], alone)
    return dX


def _stand_up(Xb: Array, rows: int, ones: int = 0) -> Array:
    """Copy blocks into columns, with a row of ones below: ``-> (strips, fh * fw + ones, strip)``.

    A strip is so many rows of an image. Its product is small, and NumPy goes through all strips in
    one call.
    """
    m, oh, ow, fh, fw, _ = Xb.shape
    taps = fh * fw
    X = np.empty((taps + ones, m * oh // rows, rows * ow), dtype=Xb.dtype, like=Xb)
    X[:taps].reshape(fh, fw, m, oh, ow)[...] = Xb[..., 0].transpose(3, 4, 0, 1, 2)
    X[taps:] = 1
    return X.swapaxes(0, 1)


def _count_samples(shape: tuple[int, ...], taps: int, u: int, itemsize: int) -> int:
    """Return how many images make a piece, with what the taps give to each."""
    _, h, w, _ = shape
    return _PIECE_BYTES // (h * w * (2 * taps + u) * itemsize)


def _choose_rows(size: tuple[int, ...], taps: int, u: int) -> int:
    """Choose the rows of a strip: a divisor of those of the image that makes a small product."""
    oh, ow = size
    most = _SMALL // (ow * taps * u)
    return max((rows for rows in range(1, min(oh, most) + 1) if oh % rows == 0), default=1)


def _cut(Xb: Array, u: int, rows: int) -> tuple[list[_Piece], bool]:
    """Cut samples, or strips of one sample, into pieces; tell whether one thread takes all."""
    m, oh, ow, fh, fw, _ = Xb.shape
    alone = Xb.size * (u + _COPY) < _WORTH_A_THREAD
    strips = max(1, _PIECE_BYTES // (rows * ow * (fh * fw + u) * Xb.itemsize))
    samples = max(1, strips * rows // oh)
    if not alone:
        samples = min(samples, -(-m // 2))
    rows *= min(strips, oh // rows)
    return [
        (slice(n, n + samples), slice(i, i + rows))
        for n in range(0, m, samples)
        for i in range(0, oh, rows)
    ], alone
