"""Pictures of the pages: numbers in cells, windows on images, gates over time."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, RED, GREY = '#3b6fb6', '#d97706', '#2f855a', '#c53030', '#8a8f98'
SHADES = 'RdBu_r'
"""Colours of signed numbers: red above 0, blue below, white at 0."""


class Picture:
    """A figure that a page shows as SVG."""

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure(figsize=(width, height), layout='constrained')

    def _repr_svg_(self) -> str:
        """Return the SVG, the same for the same figure."""
        text = io.StringIO()
        with rc_context({'svg.fonttype': 'none', 'svg.hashsalt': 'epynn'}):
            self.figure.savefig(text, format='svg', metadata={'Date': None, 'Creator': None})
        return text.getvalue()


def as_text(number: float) -> str:
    """Return a number as short as it can be said."""
    words = f'{number:.2f}'.rstrip('0').rstrip('.')
    return '0' if words == '-0' else words


def draw_cells(
    axes: Axes, numbers: Any, title: str = '', scale: float | None = None, text: bool = True
) -> None:
    """Draw a matrix as cells with its numbers; NaN stays empty."""
    numbers = np.atleast_2d(np.asarray(numbers, dtype=float))
    rows, columns = numbers.shape
    largest = scale or np.nanmax(np.abs(numbers)) or 1
    axes.imshow(numbers, cmap=SHADES, vmin=-1.6 * largest, vmax=1.6 * largest, aspect='equal')
    for row in range(rows):
        for column in range(columns):
            outline(axes, row, column, colour='white', width=1.5)
            if text and not np.isnan(numbers[row, column]):
                words = as_text(numbers[row, column])
                axes.text(column, row, words, ha='center', va='center', fontsize=9)
    axes.set_title(title, fontsize=10, family='monospace')
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_axis_off()


def outline(
    axes: Axes, row: float, column: float, height: float = 1, width_of: float = 1,
    colour: str = ORANGE, width: float = 2.5, **more: Any,
) -> None:  # fmt: skip
    """Draw a frame around cells, from the upper left one."""
    corner = (column - 0.5, row - 0.5)
    axes.add_patch(
        Rectangle(corner, width_of, height, fill=False, edgecolor=colour, linewidth=width, **more)
    )


def show_equation(*parts: Any) -> Picture:
    """Return matrices side by side: ``show_equation(('X', X), '@', ('W', W), '=', ('Z', Z))``."""
    sign = (1, 0.6)
    shapes = [sign if isinstance(part, str) else np.atleast_2d(part[1]).shape for part in parts]
    widths = [shape[1] for shape in shapes]
    height = max(shape[0] for shape in shapes)
    picture = Picture(0.48 * sum(widths) + 0.3, 0.48 * height + 0.5)
    grid = picture.figure.subplots(1, len(parts), width_ratios=widths, squeeze=False)[0]
    for axes, part in zip(grid, parts, strict=True):
        if isinstance(part, str):
            axes.text(0.5, 0.5, part, ha='center', va='center', fontsize=13)
            axes.set_axis_off()
        else:
            draw_cells(axes, part[1], part[0])
    return picture


def show_windows(
    X: Any, W: Any, Z: Any, places: Sequence[tuple[int, int]], strides: tuple[int, int] = (1, 1)
) -> Picture:
    """Return a window on an image at several places, each beside the output so far."""
    X, W, Z = (np.asarray(array, dtype=float) for array in (X, W, Z))
    fh, fw = W.shape
    picture = Picture(2.1 * len(places), 4.1)
    grid = picture.figure.subplots(2, len(places), squeeze=False, height_ratios=[len(X), len(Z)])
    for (above, below), (i, j) in zip(grid.T, places, strict=True):
        draw_cells(above, X, 'X')
        outline(above, i * strides[0], j * strides[1], fh, fw)
        for a, c in np.ndindex(fh, fw):
            words = f'×{as_text(W[a, c])}'
            spot = (j * strides[1] + c + 0.44, i * strides[0] + a + 0.42)
            above.text(*spot, words, ha='right', va='bottom', fontsize=6, color=ORANGE)
        so_far = np.full_like(Z, np.nan)
        done = i * Z.shape[1] + j + 1
        so_far.flat[:done] = Z.flat[:done]
        draw_cells(below, so_far, f'Z[{i}, {j}] = {as_text(Z[i, j])}', np.abs(Z).max())
        for row, column in np.ndindex(*Z.shape):
            outline(below, row, column, colour=GREY, width=0.5)
        outline(below, i, j)
    return picture


def show_gates(arrays: Mapping[str, Any], title: str = 'step') -> Picture:
    """Return arrays ``(s, u)`` over the steps, one strip each."""
    picture = Picture(7, 0.62 * len(arrays) + 0.7)
    grid = picture.figure.subplots(len(arrays), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, numbers) in zip(grid, arrays.items(), strict=True):
        numbers = np.asarray(numbers, dtype=float).T
        largest = max(1.0, float(np.abs(numbers).max()))
        axes.imshow(numbers, cmap=SHADES, vmin=-largest, vmax=largest, aspect='auto')
        axes.set_ylabel(name, rotation=0, ha='right', va='center', family='monospace')
        axes.set_yticks([])
        for unit, step in np.ndindex(*numbers.shape):
            words = as_text(round(numbers[unit, step], 2))
            axes.text(step, unit, words, ha='center', va='center', fontsize=8)
    grid[-1].set_xlabel(title)
    grid[-1].set_xticks(range(numbers.shape[1]))
    return picture
