"""Positions of a window, cut into tiles."""

from collections.abc import Iterator

Tile = tuple[slice, slice, slice]
"""Some samples, rows and columns of the output."""


def cut_tiles(positions: tuple[int, ...], blocks: int) -> Iterator[Tile]:
    """Cut positions (m, oh, ow) into runs of consecutive ones, of so many blocks at most.

    Whole samples if one fits, otherwise whole rows of one sample, otherwise parts of one row: a
    tile of a C-ordered array is always one contiguous piece of it.
    """
    m, oh, ow = positions
    blocks = max(1, blocks)
    columns = min(ow, blocks)
    rows = min(oh, max(1, blocks // max(1, ow)))
    samples = max(1, blocks // max(1, ow * oh))
    for n in range(0, m, samples):
        for i in range(0, oh, rows):
            for j in range(0, ow, columns):
                yield slice(n, n + samples), slice(i, i + rows), slice(j, j + columns)
