"""Convolution of whole images along their rows (Winograd), in pieces, strides turned into depth.

No block is copied: :mod:`epynn.kernels.fast.winograd` reads overlapping windows where they lie. A
piece is cut out with zeros around, brought to steps of one
(:mod:`epynn.kernels.fast.space_to_depth`) and convolved. Winograd's form mixes rows: what rounds in
one of them reaches the others. A piece in which one number is far above the others, or not finite,
goes as it is (:mod:`epynn.kernels.fast.im2col`), so that it disturbs only what sees it.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.fast import im2col, winograd
from epynn.kernels.fast.pieces import PASS, PIECE_BYTES, Piece, add_bias, add_shares, cut, share
from epynn.kernels.fast.space_to_depth import (
    count_cells,
    crop,
    filters_from_cells,
    filters_to_cells,
    from_cells,
    paste,
    to_cells,
)
from epynn.kernels.window import Window

_ROUNDED = 'f'
"""Types that may be transformed: float64 keeps the direct form, exact for whole numbers."""

_FILTER_BYTES = 4 << 20
"""What transformed filters may take."""

_FEW = 1_000_000
"""Multiply-adds below which transforms do not pay."""

_FEW_PLACES = 400
"""Places of the window below which transforms of the filters do not pay."""

_LEVEL = 64.0
"""How far the largest number of a piece may lie above their root mean square."""

_RUN = 1024
"""Numbers that are looked at together first."""

_SHORT = 8
"""Points in a row of the filter below which the products of its gradient are too thin."""


@dataclass(frozen=True)
class Plan:
    """How images are convolved: a filter of ``(qh, qw)`` cells, in tiles of ``r`` rows."""

    window: Window
    cells: tuple[int, int]
    r: int
    parts: list[list[Piece]]


def plan(
    places: tuple[int, ...],
    window: Window,
    d: int,
    u: int,
    dtype: np.dtype[Any],
    sums: bool = False,
) -> Plan | None:
    """Plan for ``(m, oh, ow)`` places, or return None where this is not the better way.

    With `sums`, for the gradient of the filters.
    """
    (fh, fw), (sh, sw) = window.size, window.strides
    qh, qw = cells = count_cells(window.size, window.strides)
    wasted = 3 * qh * sh * qw * sw > 4 * fh * fw  # multiplications by the zeros of filters in cells
    if dtype.char not in _ROUNDED or window.groups > 1 or max(window.dilation) > 1 or wasted:
        return None
    m, oh, ow = places
    depth = d * sh * sw
    size = qh * qw * depth * u
    r = winograd.choose_rows(oh, qh)
    tile_bytes = (r + qh - 1) * (ow + qw - 1) * (depth + u) * dtype.itemsize
    filter_bytes = (r + qh - 1) * qw * depth * u * dtype.itemsize
    few = m * oh * ow * size < _FEW or m * oh * ow < _FEW_PLACES
    short = sums and qw * depth < _SHORT
    if few or short or r < 2 or tile_bytes > PIECE_BYTES or filter_bytes > _FILTER_BYTES:
        return None
    work = m * oh * ow * (size + PASS * (depth + u))
    kept = filter_bytes if sums else 0
    return Plan(window, cells, r, cut(places, tile_bytes // (r * ow), work, r, kept))


def places_of_input_gradient(m: int, window: Window) -> tuple[int, int, int]:
    """Return the places of the gradient of images: points, or the cells that windows reach."""
    if window.strides == (1, 1):
        return m, *window.size_in
    qh, qw = count_cells(window.size, window.strides)
    return m, window.size_out[0] + qh - 1, window.size_out[1] + qw - 1


def multiply(Xp: ndarray, W: ndarray, plan: Plan, Z: ndarray, b: ndarray | None) -> None:
    """Convolve, into ``Z (m, oh, ow, u)``, and add the bias to each piece while it is at hand."""
    Wc = filters_to_cells(W, plan.window.strides)
    U = winograd.transform_filters(Wc, plan.r)
    row = None if b is None else np.tile(b, Z.shape[2])

    def work(pieces: list[Piece]) -> None:
        for n, i, _ in pieces:
            _convolve(_cut_cells(Xp[n], i, plan), Wc, U, Z[n, i])
            add_bias(Z[n, i], row)

    share(work, plan.parts)


def weight_gradient(Xp: ndarray, dZ: ndarray, plan: Plan) -> ndarray:
    """Gradient of the filters, of shape (fh, fw, d, u)."""
    (qh, qw), (sh, sw) = plan.cells, plan.window.strides
    shape = plan.r + qh - 1, qw, Xp.shape[3] * sh * sw, dZ.shape[3]

    def work(pieces: list[Piece]) -> ndarray:
        dU, dW = np.zeros(shape, dZ.dtype), np.zeros((qh, *shape[1:]), dZ.dtype)
        for n, i, _ in pieces:
            cells, part = _cut_cells(Xp[n], i, plan), np.ascontiguousarray(dZ[n, i])
            if is_level(cells) and is_level(part):
                winograd.add_weight_gradient(cells, part, qh, dU)
            else:
                dW += im2col.weight_gradient(cells, part, Window(cells.shape[1:3], plan.cells))
        dW += winograd.filters_gradient(dU, qh)
        return dW

    dW = add_shares(work, plan.parts)
    return filters_from_cells(dW, plan.window.size, plan.window.strides)


def input_gradient(dZ: ndarray, W: ndarray, plan: Plan) -> ndarray:
    """Gradient of the images: a convolution itself, of ``dZ`` with the filters mirrored.

    What falls on the padding is not even computed, or left out with strides.
    """
    window = plan.window
    (qh, qw), (sh, sw) = plan.cells, window.strides
    (top, _), (left, _) = window.pads
    _, _, columns = places_of_input_gradient(1, window)
    mirrored = filters_to_cells(W, window.strides)[::-1, ::-1]
    Wc = np.ascontiguousarray(mirrored.swapaxes(2, 3))
    U = winograd.transform_filters(Wc, plan.r)
    # With strides, windows may not reach the last rows and columns: they stay 0.
    make = np.empty if sh == sw == 1 else np.zeros
    dX = make((len(dZ), *window.size_in, W.shape[2]), dZ.dtype)

    def work(pieces: list[Piece]) -> None:
        for n, i, _ in pieces:
            rows = i.stop - i.start
            if sh == sw == 1:
                y, x, cells = i.start + top, left, dX[n, i]
            else:
                size = n.stop - n.start, rows, columns, W.shape[2] * sh * sw
                y, x, cells = i.start, 0, np.empty(size, dX.dtype)
            seen = crop(dZ[n], y - qh + 1, x - qw + 1, rows + qh - 1, columns + qw - 1)
            _convolve(seen, Wc, U, cells)
            if sh * sw > 1:
                paste(dX[n], from_cells(cells, window.strides), i.start * sh - top, -left)

    share(work, plan.parts)
    return dX


def _cut_cells(Xp: ndarray, i: slice, plan: Plan) -> ndarray:
    """Cut out what those rows of the output see, in cells: ``-> (n, rows, ow + qw - 1, ...)``."""
    (qh, qw), (sh, sw) = plan.cells, plan.window.strides
    rows, columns = i.stop - i.start + qh - 1, plan.window.size_out[1] + qw - 1
    return to_cells(crop(Xp, i.start * sh, 0, rows * sh, columns * sw), plan.window.strides)


def is_level(X: ndarray) -> bool:
    """Return whether no number is far above the others, and all are finite.

    No square is larger than the sum of squares of the run it lies in: where that is small enough,
    one pass tells.
    """
    flat = X.reshape(-1)
    whole = len(flat) // _RUN * _RUN
    runs = flat[:whole].reshape(-1, 1, _RUN)
    squares = np.append(runs @ runs.swapaxes(1, 2), np.dot(flat[whole:], flat[whole:]))
    allowed = _LEVEL**2 * float(squares.sum(dtype=np.float64)) / max(len(flat), 1)
    if not math.isfinite(allowed):
        return False
    if float(squares.max()) <= allowed:
        return True
    return max(float(flat.max()), -float(flat.min())) ** 2 <= allowed


def _convolve(X: ndarray, W: ndarray, U: ndarray, Z: ndarray) -> None:
    """Convolve a piece at stride 1, by transformed filters or as it is, into `Z`."""
    if is_level(X):
        winograd.convolve_rows(X, U, len(W), Z)
    else:
        im2col.multiply(X, W, Window(X.shape[1:3], W.shape[:2]), Z, None)
