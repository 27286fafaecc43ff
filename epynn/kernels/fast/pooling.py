"""Pooling, a run of numbers for each point (tap) of the window, so that one call goes through all.

A max or min notes the number of each winner for the way back, which only has to compare numbers.
Where windows overlap, there is less to do along rows first and columns after.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import unpad
from epynn.kernels.fast import unpooling
from epynn.kernels.fast.phases import Phases
from epynn.kernels.fast.pieces import Piece, share
from epynn.kernels.window import Window

_COMBINE = {'max': np.maximum, 'min': np.minimum, 'mean': np.add}


def pool_windows(
    Xp: Array, window: Window, how: str, with_winners: bool
) -> tuple[Array, Array | None]:
    """Keep the max, min or mean of what each window sees; number the points that won."""
    phases, Xp = Phases.of(window, Xp.shape[3]), np.ascontiguousarray(Xp)
    Z = np.empty((len(Xp), *window.size_out, Xp.shape[3]), Xp.dtype)
    winners = None
    if how != 'mean' and with_winners:
        winners = np.empty(Z.shape, np.min_scalar_type(window.points))
    if not Z.size:
        return Z, winners
    if phases.overlap and winners is None:
        _pool_by_axes(Xp, Z, phases, how)
        return Z, None
    combine, count = _COMBINE[how], Xp.dtype.type(window.points)

    def work(pieces: list[Piece]) -> None:
        scratch = phases.make_stack(Z[pieces[0]], Xp.dtype)
        scratch_wrong = np.empty(scratch.shape if winners is not None else 0, bool)
        for piece in pieces:
            part, seen = phases.see(Xp, piece)
            taps, run = part.stack(seen, scratch), Z[piece].reshape(-1)
            combine.reduce(taps, axis=0, out=run)
            if how == 'mean':
                np.divide(run, count, out=run)
            if winners is not None:
                wrong = part.cut_stack(scratch_wrong, len(seen))
                np.not_equal(taps, run, out=wrong)
                _find_winners(wrong, winners[piece].reshape(-1))

    share(work, phases.cut(Xp, Z))
    return Z, winners


def _pool_by_axes(Xp: Array, Z: Array, phases: Phases, how: str) -> None:
    """Pool rows first, then columns, into `Z`: quicker where windows overlap."""
    (fh, fw), (sh, sw), (oh, ow) = phases.size, phases.strides, phases.places
    columns = Phases((1, fw), (1, sw), (oh, ow), phases.d)
    combine, count = _COMBINE[how], Z.dtype.type(fh * fw)

    def work(pieces: list[Piece]) -> None:
        rows = np.empty((len(Z[pieces[0][0]]), oh, *Xp.shape[2:]), Z.dtype)
        P = columns.make(len(rows), rows)
        for n, _, _ in pieces:
            # (n, h, w, d) -> (n, oh, w, d) -> (n, oh, ow, d)
            part, apart = rows[: len(Z[n])], P[:, :, : len(Z[n])]
            _gather(combine, [Xp[n, a : a + sh * oh : sh] for a in range(fh)], part)
            columns.split(part, apart)
            taps = [apart[0, c % sw, :, :, c // sw : c // sw + ow] for c in range(fw)]
            _gather(combine, taps, Z[n])
            if how == 'mean':
                np.divide(Z[n], count, out=Z[n])

    def work_in_place(pieces: list[Piece]) -> None:
        with _runs_in_place():
            work(pieces)

    share(work_in_place, phases.cut_samples(Xp))


def pool_windows_gradient(dZ: Array, window: Window, winners: Array | None) -> Array:
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
        send = partial(unpooling.send_by_taps, dZ, winners, dX, phases)
        share(send, phases.cut_samples(dX))
    else:
        share(partial(unpooling.send, dZ, winners, dX, phases), phases.cut(dX, dZ))
    return unpad(dX, window)


def _find_winners(wrong: Array, winners: Array) -> None:
    """Find the number of the first tap that is not wrong; the number of taps if all are."""
    # One more than of the taps after it, if it is wrong, else 0: from the last tap to the first
    taps = wrong.view(np.uint8)
    winners[...] = taps[-1]
    for tap in taps[-2::-1]:
        winners += 1
        winners *= tap


@contextmanager
def _runs_in_place() -> Iterator[None]:
    """Have NumPy compute on rows where they lie: it copies rows shorter than its buffer first."""
    before = np.setbufsize(16)
    try:
        yield
    finally:
        np.setbufsize(before)


def _gather(combine: np.ufunc, taps: list[Array], out: Array) -> None:
    """Take the max, min or sum of arrays of the same shape."""
    if len(taps) == 1:
        out[...] = taps[0]
        return
    combine(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        combine(out, tap, out=out)
