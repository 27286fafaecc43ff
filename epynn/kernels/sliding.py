"""Convolution of whole images, where windows overlap: blocks are not copied, unless they are few.

The work is cut into pieces that the processor's cache holds, with what is computed on the way:
whole samples if one fits, otherwise bands of rows of one. A piece is brought into shape - cut out
with zeros around, strides turned into depth - and then convolved along its rows
(:mod:`epynn.kernels.winograd`), or, where there is little to multiply, by bands of columns
(:mod:`epynn.kernels.bands`). Two threads take half of the pieces each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from epynn.kernels import bands, winograd
from epynn.kernels.arrays import Array
from epynn.kernels.cells import (
    count_cells,
    crop,
    filters_from_cells,
    filters_to_cells,
    from_cells,
    paste,
    to_cells,
)
from epynn.kernels.geometry import Pads
from epynn.kernels.threads import in_halves

_PIECE_BYTES = 2 << 20
"""What the transformed images and outputs of a piece may take."""

_FILTER_BYTES = 4 << 20
"""What transformed filters may take."""

_ROUNDED = 'f'
"""Types of numbers that may go through the points of :mod:`epynn.kernels.winograd`.

float32 alone: float64 keeps the direct form, which is exact where all products are whole numbers.
"""

_BAND_BYTES = 1 << 19
"""What the bands and outputs of a piece may take: these are written and read once."""

_FEW = 1_000_000
"""Multiply-adds below which transforms do not pay."""

_FEW_PLACES = 400
"""Positions of the window below which transforms of the filters do not pay."""

_SHORT = 8
"""Points in a row of the filter below which the products of its gradient are too thin."""

_WORTH_A_THREAD = 30_000_000
"""Work from which a second thread pays, in multiply-adds."""

_PASSES = 20
"""Multiply-adds in the time of what is done besides to each number that comes or goes."""

_Piece = tuple[slice, slice]
"""Some samples, and some rows of the output."""


@dataclass(frozen=True)
class Plan:
    """How a convolution is computed.

    Attributes
    ----------
    window, strides : tuple of int
        ``(fh, fw)`` and ``(sh, sw)``.
    cells : tuple of int
        ``(qh, qw)``, the filter in cells.
    r : int
        Rows of a tile.
    columns : int
        Columns of a band, where bands are multiplied as they are; 0 where rows are transformed.
    pieces : tuple
        Samples and rows of the output (in cells) that are computed together.
    alone : bool
        Whether one thread does it all.
    """

    window: tuple[int, int]
    strides: tuple[int, int]
    cells: tuple[int, int]
    r: int
    columns: int
    pieces: tuple[_Piece, ...]
    alone: bool


def plan_blocks(
    Xb: Array, W: Array, groups: int, u: int, weight_gradient: bool = False
) -> Plan | None:
    """Plan to convolve the images under blocks, or return None to multiply the blocks themselves.

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, d)
        Blocks.
    W : array
        What the blocks are multiplied with.
    groups, u : int
        ``g`` and units.
    weight_gradient : bool
        Whether the plan is for the gradient of the filters.
    """
    steps = _read_steps(Xb)
    if groups != 1 or Xb.dtype != W.dtype or steps is None:
        return None
    m, oh, ow, fh, fw, d = Xb.shape
    return _plan((m, oh, ow), (fh, fw), steps[0], d, u, Xb.dtype, weight_gradient)


def plan_input_gradient(
    positions: tuple[int, ...],
    shape: tuple[int, ...],
    window: tuple[int, int],
    strides: tuple[int, int],
    u: int,
    dtype: np.dtype[Any],
) -> Plan | None:
    """Plan the gradient of images of that shape, or return None to add up blocks."""
    m, h, w, d = shape
    if strides != (1, 1):  # the gradient of the cells that the windows reach
        qh, qw = count_cells(window, strides)
        h, w = positions[1] + qh - 1, positions[2] + qw - 1
    return _plan((m, h, w), window, strides, d, u, dtype)


def see_images(Xb: Array) -> Array:
    """View the images under blocks that slide: the reverse of a view of windows.

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, d)
        Blocks for which there is a plan.

    Returns
    -------
    array of shape (m, (oh - 1) * sh + fh, (ow - 1) * sw + fw, d)
        What the windows see, a read-only view.
    """
    steps = _read_steps(Xb)
    assert steps is not None
    (sh, sw), (row, column) = steps
    m, oh, ow, fh, fw, d = Xb.shape
    shape = m, (oh - 1) * sh + fh, (ow - 1) * sw + fw, d
    return as_strided(Xb, shape, (Xb.strides[0], row, column, Xb.strides[5]), writeable=False)


def _read_steps(Xb: Array) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Read off blocks the strides ``(sh, sw)`` and the bytes from row to row and point to point.

    A window that moves by whole rows of its own, from block to block, is one that slides: its
    strides in memory say so. Return None for other arrays, such as a copy of blocks.
    """
    _, oh, ow, fh, fw, _ = Xb.shape
    _, block_row, block_column, row, column, _ = Xb.strides
    if fh == 1:
        row = block_row
    if fw == 1:
        column = block_column
    block_row = row if oh == 1 else block_row
    block_column = column if ow == 1 else block_column
    if row <= 0 or column <= 0 or block_row % row or block_column % column:
        return None
    strides = block_row // row, block_column // column
    return None if min(strides) < 1 else (strides, (row, column))


def _plan(
    positions: tuple[int, ...],
    window: tuple[int, int],
    strides: tuple[int, int],
    d: int,
    u: int,
    dtype: np.dtype[Any],
    weight_gradient: bool = False,
) -> Plan | None:
    """Plan for ``(m, oh, ow)`` positions, or return None where this is not the better way."""
    if dtype.char not in 'fd' or strides[0] > window[0] or strides[1] > window[1]:
        return None
    m, oh, ow = positions
    qh, qw = count_cells(window, strides)
    if qh > 1 and dtype.char not in _ROUNDED:
        return None
    places, depth = m * oh * ow, d * strides[0] * strides[1]
    size = qh * qw * depth * u
    short = weight_gradient and qw * depth < _SHORT
    if places * size < _FEW or places < _FEW_PLACES or short:
        r, columns = 1, bands.choose_columns(ow, depth, u) if dtype.char in _ROUNDED else 1
        piece_bytes = _BAND_BYTES
        tile_bytes = ow * (qh * (columns + qw - 1) * depth // columns + u) * dtype.itemsize
    else:
        r, columns = winograd.choose_rows(oh, qh), 0
        piece_bytes = _PIECE_BYTES
        tile_bytes = (r + qh - 1) * (ow + qw - 1) * (depth + u) * dtype.itemsize
    filter_bytes = (r + qh - 1) * qw * depth * u * dtype.itemsize
    if r == 0 or tile_bytes > piece_bytes or filter_bytes > _FILTER_BYTES:
        return None
    alone = places * (size + _PASSES * (depth + u)) < _WORTH_A_THREAD
    pieces = _cut(m, oh, r, piece_bytes // tile_bytes, 1 if alone else 2)
    return Plan(window, strides, (qh, qw), r, columns, tuple(pieces), alone)


def _cut(m: int, oh: int, r: int, most: int, threads: int) -> list[_Piece]:
    """Cut samples and rows into pieces of up to that many tiles, as many for each thread."""
    tiles = -(-oh // r)
    runs = -(-tiles // most)
    if m < threads:
        runs = threads * -(-runs // threads)
    rows = -(-tiles // runs) * r
    samples = 1
    if runs == 1:
        samples = -(-m // (threads * -(-m // (threads * (most // tiles))))) if m else 1
    return [
        (slice(n, min(n + samples, m)), slice(i, min(i + rows, oh)))
        for n in range(0, m, samples)
        for i in range(0, oh, rows)
    ]


def convolve_images(X: Array, W: Array, plan: Plan, Z: Array, b: Array | None = None) -> None:
    """Convolve, into ``Z (m, oh, ow, u)``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images, padded; the windows may not reach the last rows and columns.
    W : array of shape (fh, fw, d, u)
        Filters.
    b : array of shape (u,), optional
        Bias, added to each piece while the cache holds it.
    """
    U = _transform_filters(filters_to_cells(W, plan.strides), plan)
    # (u,) -> (ow * u,): NumPy is quick on long rows
    row = None if b is None else b[np.newaxis].repeat(Z.shape[2], axis=0).reshape(-1)

    def work(pieces: Sequence[_Piece]) -> None:
        for n, i in pieces:
            cells = _cut_cells(X[n], i, Z.shape[2], plan)
            _convolve(cells, U, plan, Z[n, i])
            if row is not None:
                rows = Z[n, i].reshape(-1, len(row))
                rows += row

    in_halves(work, plan.pieces, plan.alone)


def convolve_images_weight_gradient(X: Array, dZ: Array, plan: Plan) -> Array:
    """Gradient of ``W`` in :func:`convolve_images`, of shape (fh, fw, d, u)."""
    (qh, qw), (sh, sw) = plan.cells, plan.strides
    d, u = X.shape[3] * sh * sw, dZ.shape[3]
    if plan.columns:
        shape: tuple[int, ...] = qh * (plan.columns + qw - 1) * d, plan.columns * u
    else:
        shape = plan.r + qh - 1, qw, d, u

    def work(pieces: Sequence[_Piece]) -> Array:
        dU = np.zeros(shape, dtype=dZ.dtype, like=dZ)
        for n, i in pieces:
            cells = _cut_cells(X[n], i, dZ.shape[2], plan)
            part = np.ascontiguousarray(dZ[n, i])
            if plan.columns:
                bands.add_bands_gradient(cells, part, plan.columns, dU)
            else:
                winograd.add_weight_gradient(cells, part, qh, dU)
        return dU

    dU, *more = in_halves(work, plan.pieces, plan.alone)
    for other in more:
        dU += other
    if plan.columns:
        dW = bands.narrow_gradient(dU, (qh, qw, d, u), plan.columns)
    else:
        dW = winograd.filters_gradient(dU, qh)
    return filters_from_cells(dW, plan.window, plan.strides)


def convolve_images_input_gradient(
    dZ: Array, W: Array, plan: Plan, pads: Pads, shape: tuple[int, ...]
) -> Array:
    """Gradient of ``X``, of that shape ``(m, h, w, d)``, in :func:`convolve_images`.

    That is a convolution itself, of ``dZ`` with the filters mirrored. What falls on the padding is
    not even computed, or left out with strides.
    """
    (qh, qw), (sh, sw) = plan.cells, plan.strides
    top, left = pads[0][0], pads[1][0]
    mirrored = filters_to_cells(W, plan.strides)[::-1, ::-1].swapaxes(2, 3)
    U = _transform_filters(np.ascontiguousarray(mirrored), plan)
    # With strides, windows may not reach the last rows and columns: they stay 0.
    empty = np.empty if sh == sw == 1 else np.zeros
    dX: Array = empty(shape, dtype=dZ.dtype, like=dZ)

    def work(pieces: Sequence[_Piece]) -> None:
        for n, i in pieces:
            rows = i.stop - i.start
            if sh == sw == 1:
                y, x, columns = i.start + top, left, shape[2]
                cells = dX[n, i]
            else:
                y, x, columns = i.start, 0, dZ.shape[2] + qw - 1
                size = n.stop - n.start, rows, columns, W.shape[2] * sh * sw
                cells = np.empty(size, dtype=dX.dtype, like=dX)
            seen = crop(dZ[n], y - qh + 1, x - qw + 1, rows + qh - 1, columns + qw - 1)
            _convolve(seen, U, plan, cells)
            if sh * sw > 1:
                paste(dX[n], from_cells(cells, plan.strides), i.start * sh - top, -left)

    in_halves(work, plan.pieces, plan.alone)
    return dX


def _transform_filters(W: Array, plan: Plan) -> Array:
    """Prepare filters in cells, C-ordered, for :func:`_convolve`."""
    if plan.columns:
        return bands.widen_filters(W, plan.columns)
    return winograd.transform_filters(W, plan.r)


def _convolve(X: Array, U: Array, plan: Plan, Z: Array) -> None:
    """Convolve a piece with prepared filters, into `Z`."""
    if plan.columns:
        bands.convolve_bands(X, U, plan.columns, Z)
    else:
        winograd.convolve_rows(X, U, plan.cells[0], Z)


def _cut_cells(X: Array, i: slice, ow: int, plan: Plan) -> Array:
    """Cut out what those rows of the output see, in cells: ``-> (n, rows, ow + qw - 1, ...)``."""
    (qh, qw), (sh, sw) = plan.cells, plan.strides
    rows = i.stop - i.start + qh - 1
    return to_cells(crop(X, i.start * sh, 0, rows * sh, (ow + qw - 1) * sw), plan.strides)
