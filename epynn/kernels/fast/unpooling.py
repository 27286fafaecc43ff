"""The way back of pooling: gradients of windows go to the points that made them.

To the winner of each window, or to all its points in equal parts. Each function goes through some
pieces, the first of them the largest, and writes or adds into ``dX``.
"""

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.fast.phases import Phases, as_points
from epynn.kernels.fast.pieces import Piece

WALK_BYTES = 24
"""What :func:`walk` takes for each gradient: a number as an index, its corner and its place."""


def send(dZ: ndarray, winners: ndarray, dX: ndarray, phases: Phases, pieces: list[Piece]) -> None:
    """Give each gradient to the winner of its window, and 0 to its other points."""
    numbers = np.arange(phases.points, dtype=winners.dtype)[:, np.newaxis]
    scratch = phases.make_stack(dZ[pieces[0]], dX.dtype)
    scratch_won = np.empty(scratch.shape, dtype=bool)
    for piece in pieces:
        part, seen = phases.see(dX, piece)
        taps, won = (part.cut_stack(it, len(seen)) for it in (scratch, scratch_won))
        np.equal(winners[piece].reshape(-1), numbers, out=won)
        np.multiply(dZ[piece].reshape(-1), won, out=taps)
        part.unstack(taps, seen)


def find_corners(dX: ndarray, phases: Phases) -> ndarray:
    """Return where each window begins in images, counted in numbers: ``(n, oh, ow, d)``."""
    (sh, sw), (oh, ow), (m, h, w, d) = phases.strides, phases.places, dX.shape
    n, i, j, e = np.ogrid[:m, :oh, :ow, :d]
    corners: ndarray = ((n * h + i * sh) * w + j * sw) * d + e
    return corners


def walk(
    dZ: ndarray,
    winners: ndarray,
    dX: ndarray,
    phases: Phases,
    corners: ndarray,
    pieces: list[Piece],
) -> None:
    """Do as :func:`send` where windows overlap: walk from the corner of each to its winner."""
    a, c = np.divmod(np.arange(phases.points), phases.size[1])
    steps = (a * dX.shape[2] + c) * dX.shape[3]
    for n, _, _ in pieces:
        gradients, numbers = dZ[n], winners[n]
        if numbers.max() == phases.points:  # a window with a NaN
            gradients = np.where(numbers < phases.points, gradients, gradients.dtype.type(0))
        # 'clip' looks up without a buffer
        places = np.take(steps, numbers, mode='clip')
        places += corners[: len(places)]
        dX[n] = 0
        np.add.at(dX[n].reshape(-1), places.reshape(-1), gradients.reshape(-1))


def spread(dZ: ndarray, dX: ndarray, phases: Phases, pieces: list[Piece]) -> None:
    """Give each point of a window an equal part of its gradient."""
    count = dZ.dtype.type(phases.points)
    for n, _, _ in pieces:
        phases.see_windows(dX[n])[...] = as_points(np.divide(dZ[n], count))


def spread_by_axes(dZ: ndarray, dX: ndarray, phases: Phases, pieces: list[Piece]) -> None:
    """Do as :func:`spread` where windows overlap: add up along rows, then columns."""
    (fh, fw), (sh, sw), (oh, ow) = phases.size, phases.strides, phases.places
    _, W, d = phases.plane
    most = len(dZ[pieces[0][0]])
    plane = np.zeros((most, *phases.plane), dtype=dZ.dtype)
    scratch = np.empty((2, *phases.counts, *plane.shape), dtype=dZ.dtype)
    for n, _, _ in pieces:
        part = plane[: len(dZ[n])]
        np.divide(dZ[n], dZ.dtype.type(fh * fw), out=part[:, :oh, :ow])
        for q in range(phases.counts[1]):
            column = _add_up(part, range(0, -(-(fw - q) // sw) * d, d), scratch[0, 0, q])
            for p in range(phases.counts[0]):
                taps = range(0, -(-(fh - p) // sh) * W * d, W * d)
                phases.put(_add_up(column, taps, scratch[1, p, q]), dX[n], p, q)


def _add_up(plane: ndarray, shifts: range, scratch: ndarray) -> ndarray:
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
