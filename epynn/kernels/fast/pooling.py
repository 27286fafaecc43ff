"""Pooling, along the height first and then along the width, with few and long calls.

A max or min in training looks at all points (taps) of its windows at once instead, and notes the
number of each winner for the way back, which then needs no images.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import unpad
from epynn.kernels.fast import unpooling
from epynn.kernels.fast.phases import Phases
from epynn.kernels.fast.pieces import Piece, share
from epynn.kernels.window import Window

_COMBINE = {'max': np.maximum, 'min': np.minimum, 'mean': np.add}


def pool_windows(
    Xp: ndarray, window: Window, how: str, with_winners: bool
) -> tuple[ndarray, ndarray | None]:
    """Keep the max, min or mean of what each window sees; number the points that won."""
    phases, Xp = Phases.of(window, Xp.shape[3]), np.ascontiguousarray(Xp)
    Z = np.empty((len(Xp), *window.size_out, Xp.shape[3]), Xp.dtype)
    winners = None
    if how != 'mean' and with_winners:
        winners = np.empty(Z.shape, np.min_scalar_type(window.points))
    if not Z.size:
        return Z, winners
    if winners is None:
        share(partial(_pool_by_axes, Xp, Z, phases, how), phases.cut(Xp))
    else:
        share(partial(_pool_by_points, Xp, Z, winners, phases, how), phases.cut_stacks(Xp))
    return Z, winners


def _pool_by_points(
    Xp: ndarray, Z: ndarray, winners: ndarray, phases: Phases, how: str, pieces: list[Piece]
) -> None:
    """Pool all points of windows at once, and find the number of the first that won."""
    points = winners.dtype.type(phases.points)
    countdown = np.arange(phases.points, 0, -1, dtype=points.dtype)[:, np.newaxis]
    types = Z.dtype, np.dtype(bool), points.dtype
    scratch = [phases.make_stack(Z[pieces[0]], dtype) for dtype in types]
    for piece in pieces:
        part, seen = phases.see(Xp, piece)
        taps, won, left = (part.cut_stack(it, len(seen)) for it in scratch)
        run, number = Z[piece].reshape(-1), winners[piece].reshape(-1)
        part.stack(seen, taps)
        _COMBINE[how].reduce(taps, axis=0, out=run)
        np.equal(taps, run, out=won)
        np.multiply(won.view(np.uint8), countdown, out=left)
        np.subtract(points, np.maximum.reduce(left, axis=0, out=number), out=number)


def _pool_by_axes(Xp: ndarray, Z: ndarray, phases: Phases, how: str, pieces: list[Piece]) -> None:
    """Pool along the height, then along the width: quicker where nobody asks for winners."""
    (fh, fw), (sh, sw), combine = phases.size, phases.strides, _COMBINE[how]
    with _runs_in_place():
        for piece in pieces:
            part, seen = phases.see(Xp, piece)
            oh, ow = part.places
            # (n, h, w, d) -> (n, oh, w, d) -> (n, oh, ow, d)
            rows, out = np.empty((len(seen), oh, *seen.shape[2:]), Z.dtype), Z[piece]
            taps = [seen[:, a : a + sh * (oh - 1) + 1 : sh] for a in range(fh)]
            _gather(combine, taps, rows)
            P = Phases((1, fw), (1, sw), (oh, ow), part.d).split(rows)[0]
            _gather(combine, [P[c % sw, :, :, c // sw : c // sw + ow] for c in range(fw)], out)
            if how == 'mean':
                np.divide(out, Z.dtype.type(fh * fw), out=out)


@contextmanager
def _runs_in_place() -> Iterator[None]:
    """Have NumPy compute on rows where they lie: it copies rows shorter than its buffer first."""
    before = np.setbufsize(16)
    try:
        yield
    finally:
        np.setbufsize(before)


def pool_windows_gradient(dZ: ndarray, window: Window, winners: ndarray | None) -> ndarray:
    """Send gradients to the winners of windows, or in equal parts to all their points."""
    phases, dZ = Phases.of(window, dZ.shape[3]), np.ascontiguousarray(dZ)
    dX = np.empty((len(dZ), *window.framed, dZ.shape[3]), dZ.dtype)
    phases.clear_unseen(dX)
    if not dX.size:
        return unpad(dX, window)
    if winners is None:
        way = unpooling.spread_by_axes if phases.overlap else unpooling.spread
        share(partial(way, dZ, dX, phases), phases.cut_samples(dX))
    elif phases.overlap:
        shares = phases.cut_samples(dX, unpooling.WALK_BYTES)
        corners = unpooling.find_corners(dX[shares[0][0][0]], phases)
        share(partial(unpooling.walk, dZ, winners, dX, phases, corners), shares)
    else:
        share(partial(unpooling.send, dZ, winners, dX, phases), phases.cut_stacks(dX))
    return unpad(dX, window)


def _gather(combine: np.ufunc, taps: list[ndarray], out: ndarray) -> None:
    """Take the max, min or sum of arrays of the same shape."""
    if len(taps) == 1:
        out[...] = taps[0]
        return
    combine(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        combine(out, tap, out=out)
