"""Convolution of images of depth 1, by blocks that stand upright.

What one point of the window (a tap) sees of such an image lies in long runs, which are quick to
copy. So the blocks become a matrix with a row for each tap and a column for each position; with a
row of ones below, which meets the bias, one product does it all.
"""

from collections.abc import Sequence

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.threads import in_halves
from epynn.kernels.tiles import Tile, cut_tiles

_SMALL = 1 << 19
"""Multiply-adds up to which OpenBLAS keeps a product in one thread, as it is."""

_TILE_BYTES = 1 << 19
"""What the blocks of a tile may take."""

_FEW = 16
"""Taps up to which nothing is quicker, however few the units."""

_WORTH_A_THREAD = 4_000_000
"""Multiply-adds from which a second thread pays."""


def suits_taps(Xb: Array, u: int, weight_gradient: bool = False) -> bool:
    """Return whether blocks ``(m, oh, ow, fh, fw, d)`` are best multiplied upright."""
    fh, fw, d = Xb.shape[3:]
    few = weight_gradient or fh * fw <= max(_FEW, u)
    return d == 1 and few and Xb.dtype.char in 'fd' and Xb.size > 0


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

    def work(tiles: Sequence[Tile]) -> None:
        for tile in tiles:
            np.matmul(_stand_up(Xb[tile], ones).T, Wb, out=Z[tile].reshape(-1, u))

    in_halves(work, *_cut(Xb, u))


def multiply_taps_weight_gradient(Xb: Array, dZ: Array) -> Array:
    """Gradient of ``W`` in :func:`multiply_taps`, of shape (fh, fw, 1, u)."""
    *_, fh, fw, _ = Xb.shape
    u = dZ.shape[3]

    def work(tiles: Sequence[Tile]) -> Array:
        dW = np.zeros((fh * fw, u), dtype=dZ.dtype, like=dZ)
        for tile in tiles:
            dW += _stand_up(Xb[tile]) @ dZ[tile].reshape(-1, u)
        return dW

    dW, *more = in_halves(work, *_cut(Xb, u))
    for other in more:
        dW += other
    return dW.reshape(fh, fw, 1, u)


def _stand_up(Xb: Array, ones: int = 0) -> Array:
    """Copy blocks into columns, with rows of ones below: ``-> (fh * fw + ones, positions)``."""
    *positions, fh, fw, _ = Xb.shape
    taps = fh * fw
    X = np.empty((taps + ones, *positions), dtype=Xb.dtype, like=Xb)
    X[:taps].reshape(fh, fw, *positions)[...] = Xb[..., 0].transpose(3, 4, 0, 1, 2)
    X[taps:] = 1
    return X.reshape(taps + ones, -1)


def _cut(Xb: Array, u: int) -> tuple[list[Tile], bool]:
    """Cut blocks into tiles, and tell whether one thread takes all."""
    *positions, fh, fw, _ = Xb.shape
    taps = fh * fw + 1
    blocks = min(_SMALL // (taps * u), _TILE_BYTES // (taps * Xb.itemsize))
    return list(cut_tiles((*positions,), blocks)), Xb.size * u < _WORTH_A_THREAD
