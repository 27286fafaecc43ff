"""Work cut into pieces that the processor's cache holds, and shared out among threads."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from epynn.kernels.blas import BlasOnOneThread
from epynn.kernels.threads import SHARES, count_shares, share_out

Result = TypeVar('Result')

Piece: TypeAlias = tuple[slice, slice, slice]
"""Some samples, rows and columns of an output: whole samples where one fits, else rows of one (row
pieces), else columns of one row. In memory that is one run."""

PIECE_BYTES = 2 << 20
"""What a piece may take, with all that is computed on the way."""

_KEPT_BYTES = 8 << 20
"""What all shares may keep to the end."""

PASS = 25
"""Multiply-adds in the time of reading a number and writing it elsewhere."""


def fits(size: int) -> bool:
    """Return whether so many bytes fit into a piece."""
    return size <= PIECE_BYTES


def cut(
    places: tuple[int, ...], place_bytes: int, work: int, step: int = 1, kept: int = 0
) -> list[list[Piece]]:
    """Cut an output into shares, and these into pieces of about one size.

    All of that depends on shapes alone, and so does the order of all sums.

    Parameters
    ----------
    places : tuple of int
        ``(m, oh, ow)`` of the output.
    place_bytes : int
        What is needed for one place.
    work : int
        Multiply-adds, :data:`PASS` for each number that is only moved.
    step : int
        Rows that belong together, and are not cut further.
    kept : int
        Bytes that each share keeps to the end, as for a sum.

    Returns
    -------
    list of lists of pieces
        The first piece of a share is the largest.
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


def share(work: Callable[[list[Piece]], Result], shares: list[list[Piece]]) -> list[Result]:
    """Do the shares of a job at the same time, and return what `work` made of each, in order."""

    def do(part: Sequence[list[Piece]]) -> list[Result]:
        return [work(pieces) for pieces in part]

    with BlasOnOneThread():
        return [result for part in share_out(do, shares, len(shares)) for result in part]
