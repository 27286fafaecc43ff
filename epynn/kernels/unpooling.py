"""The way back of pooling: gradients of windows go to the points that made them.

To the winner of each window, or to all its points in equal parts. Each function goes through some
pieces of the samples, and writes or adds into ``dX``.
"""

from collections.abc import Sequence

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.phases import Phases, as_points


def send(
    dZ: Array,
    winners: Array,
    dX: Array,
    pieces: Sequence[tuple[slice, slice]],
    phases: Phases,
) -> None:
    """Give each gradient to the winner of its window, and 0 to its other points.

    Pieces are some samples and some rows of ``dZ``, the first of them the largest.
    """
    numbers = np.arange(phases.window[0] * phases.window[1], dtype=winners.dtype)[:, np.newaxis]
    scratch = phases.make_stack(dZ[pieces[0]], dX.dtype)
    scratch_won = np.empty(scratch.shape, dtype=bool)
    for n, i in pieces:
        part, seen = phases.see_rows(dX[n], i)
        taps, won = (part.cut_stack(it, len(seen)) for it in (scratch, scratch_won))
        np.equal(winners[n, i].reshape(-1), numbers, out=won)
        np.multiply(dZ[n, i].reshape(-1), won, out=taps)
        part.unstack(taps, seen)


def send_by_taps(
    dZ: Array, winners: Array, dX: Array, pieces: Sequence[slice], phases: Phases
) -> None:
    """Do as :func:`send` where windows overlap: add up tap by tap."""
    P = np.empty((*phases.counts, len(dZ[pieces[0]]), *phases.plane), dtype=dX.dtype, like=dX)
    for n in pieces:
        apart = P[:, :, : len(dZ[n])]
        part, number = phases.frame(dZ[n]), phases.frame(winners[n])
        for t, tap in enumerate(phases.taps(apart)):
            won = np.equal(number, t)
            if tap.size == part.size:  # the first tap of its phase
                np.multiply(part, won, out=tap)
            else:
                tap += np.multiply(part, won)[: tap.size]
        for p, q in np.ndindex(*phases.counts):
            phases.put(apart[p, q], dX[n], p, q)


def spread(dZ: Array, dX: Array, pieces: Sequence[slice], phases: Phases) -> None:
    """Give each point of a window an equal part of its gradient."""
    count = np.asarray(phases.window[0] * phases.window[1], dtype=dZ.dtype)
    for n in pieces:
        phases.see_windows(dX[n])[...] = as_points(np.divide(dZ[n], count))


def spread_by_axes(dZ: Array, dX: Array, pieces: Sequence[slice], phases: Phases) -> None:
    """Do as :func:`spread` where windows overlap: add up along rows, then columns."""
    (fh, fw), (sh, sw), (_, W, d) = phases.window, phases.strides, phases.plane
    most = len(dZ[pieces[0]])
    plane = np.zeros((most, *phases.plane), dtype=dZ.dtype)
    scratch = np.empty((2, *phases.counts, *plane.shape), dtype=dZ.dtype)
    for n in pieces:
        part = plane[: len(dZ[n])]
        np.divide(dZ[n], np.asarray(fh * fw, dtype=dZ.dtype), out=phases.inner(part))
        for q in range(phases.counts[1]):
            column = _add_up(part, range(0, -(-(fw - q) // sw) * d, d), scratch[0, 0, q])
            for p in range(phases.counts[0]):
                taps = range(0, -(-(fh - p) // sh) * W * d, W * d)
                phases.put(_add_up(column, taps, scratch[1, p, q]), dX[n], p, q)


def _add_up(plane: Array, shifts: range, scratch: Array) -> Array:
    """Add a plane to itself, shifted by several numbers; the first shift is 0."""
    if len(shifts) == 1:
        return plane
    total = scratch[: len(plane)]
    run, out = plane.reshape(-1), total.reshape(-1)
    first = shifts[1]
    out[:first] = run[:first]
    np.add(run[first:], run[:-first], out=out[first:])
    for shift in shifts[2:]:
        out[shift:] += run[:-shift]
    return total
