"""Work cut into pieces that the processor's cache holds, and shared out among threads."""

from collections.abc import Callable
from typing import TypeAlias

from epynn.kernels.arrays import ndarray
from epynn.kernels.threads import SHARES, add_up, count_shares
from epynn.kernels.threads import share as share

Piece: TypeAlias = tuple[slice, slice, slice]
"""Some samples, rows and columns of an output: whole samples where one fits, else rows of one (row
pieces), else columns of one row. In memory that is one run."""

PIECE_BYTES = 2 << 20
"""What a piece may take, with all that is computed on the way."""

_KEPT_BYTES = 8 << 20
"""What all shares may keep to the end."""

PASS = 25
"""Multiply-adds in the time of reading a number and writing it elsewhere."""


def cut(
    places: tuple[int, ...], place_bytes: int, work: int, step: int = 1, kept: int = 0
) -> list[list[Piece]]:
    """Cut an output of ``(m, oh, ow)`` places into shares, and these into pieces of about one size.

    A place takes `place_bytes`; `work` is in multiply-adds, with :data:`PASS` for each number that
    is only moved. Rows in a `step` belong together, and are not cut further. `kept` are bytes that
    each share keeps to the end. All depends on shapes alone, and so does the order of all sums. The
    first piece of a share is the largest.
    """
    m, oh, ow = places
    samples, rows, columns = (slice(0, size) for size in places)
    count = count_shares(work, max(1, _KEPT_BYTES // kept) if kept else SHARES)
    shares = [
        (n, i)
        for n in _slices(samples, -(-m // count))
        for i in _slices(rows, -(-oh // max(1, count // max(1, m))), step)
    ]
    most = PIECE_BYTES // max(1, place_bytes)
    return [
        [
            (n, i, j)
            for n in _slices(samples, most // max(1, oh * ow))
            for i in _slices(rows, most // max(1, ow), step)
            for j in _slices(columns, most if step == 1 else ow)
        ]
        for samples, rows in shares or [(samples, rows)]
    ]


def _slices(whole: slice, most: int, step: int = 1) -> list[slice]:
    """Cut a slice into equal ones of `most` numbers at most, or one step."""
    size = whole.stop - whole.start
    count = 1 if most >= size else -(-size // max(most // step * step, step))
    length = step * -(-size // (step * count))
    starts = range(whole.start, whole.stop, max(length, 1))
    return [slice(start, min(start + length, whole.stop)) for start in starts]


def add_shares(work: Callable[[list[Piece]], ndarray], shares: list[list[Piece]]) -> ndarray:
    """Do the shares of a job, and add up what comes of them, in order."""
    return add_up(share(work, shares))


def add_bias(Z: ndarray, row: ndarray | None) -> None:
    """Add a bias to a piece, if there is one: as a long `row`, with which NumPy is quick."""
    if row is not None:
        width = Z.shape[2] * Z.shape[3]
        rows = Z.reshape(-1, width)
        rows += row[:width]
