"""Pictures of the pages: numbers in cells, windows on images."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, RED = '#3b6fb6', '#d97706', '#2f855a', '#c53030'
GREY, DARK = '#8a8f98', '#7a3e00'
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
            about = {'Date': None, 'Creator': None}
            self.figure.savefig(text, format='svg', metadata=about, transparent=True)
        return text.getvalue()


def as_text(number: float) -> str:
    """Return a number as short as it can be said."""
    words = f'{number:.2f}'.rstrip('0').rstrip('.')
    return '0' if words == '-0' else words


def draw_cells(
    axes: Axes, numbers: Any, title: str = '', scale: float | None = None, text: bool = True,
    at: tuple[float, float] = (0, 0),
) -> None:  # fmt: skip
    """Draw a matrix as cells with its numbers, from row and column `at` on; NaN stays empty."""
    numbers = np.atleast_2d(np.asarray(numbers, dtype=float))
    rows, columns = numbers.shape
    largest = scale or np.nanmax(np.abs(numbers)) or 1
    shades = colormaps[SHADES]
    for row, column in np.ndindex(rows, columns):
        number = numbers[row, column]
        shade = 'none' if np.isnan(number) else shades(0.5 + number / largest / 4)
        corner = (at[1] + column - 0.5, at[0] + row - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=shade, edgecolor=GREY, linewidth=0.6))
        if text and not np.isnan(number):
            spot = (at[1] + column, at[0] + row)
            axes.text(*spot, as_text(number), ha='center', va='center', fontsize=9)
    middle = at[1] + columns / 2 - 0.5
    axes.text(
        middle, at[0] - 0.75, title, ha='center', va='bottom', fontsize=10, family='monospace'
    )
    axes.set_aspect('equal')
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(rows - 0.4, -1.6 if title else -0.6)
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
    shapes = [(0, 0) if isinstance(part, str) else np.atleast_2d(part[1]).shape for part in parts]
    height = max(shape[0] for shape in shapes)
    places, x = [], 0.0
    for part, (_, columns) in zip(parts, shapes, strict=True):
        wide = 0.5 + 0.3 * len(part) if isinstance(part, str) else max(columns, 0.26 * len(part[0]))
        places.append(x + wide / 2)
        x += wide + 0.4
    picture = Picture(0.42 * x + 0.2, 0.42 * (height + 1.2) + 0.2)
    axes = picture.figure.subplots()
    for part, (rows, columns), middle in zip(parts, shapes, places, strict=True):
        if isinstance(part, str):
            axes.text(middle, height / 2 - 0.5, part, ha='center', va='center', fontsize=12)
        else:
            draw_cells(axes, part[1], part[0], at=((height - rows) / 2, middle - columns / 2 + 0.5))
    axes.set_xlim(-0.2, x - 0.2)
    axes.set_ylim(height - 0.4, -1.7)
    return picture


def show_windows(
    X: Any, W: Any, Z: Any, places: Sequence[tuple[int, int]], strides: tuple[int, int] = (1, 1),
    name: str = 'Z',
) -> Picture:  # fmt: skip
    """Return a window on an image at several places, each above the output so far.

    `W` holds the weights, or NaN where the window has none.
    """
    X, W, Z = (np.asarray(array, dtype=float) for array in (X, W, Z))
    fh, fw = W.shape
    picture = Picture(2.3 * len(places), 0.5 * (len(X) + len(Z)) + 1)
    grid = picture.figure.subplots(2, len(places), squeeze=False, height_ratios=[len(X), len(Z)])
    for (above, below), (i, j) in zip(grid.T, places, strict=True):
        draw_cells(above, X, 'X')
        outline(above, i * strides[0], j * strides[1], fh, fw)
        for a, c in np.ndindex(fh, fw):
            if np.isnan(W[a, c]):
                continue
            spot = (j * strides[1] + c + 0.46, i * strides[0] + a + 0.46)
            words = f'×{as_text(W[a, c])}'
            above.text(*spot, words, ha='right', va='bottom', fontsize=6.5, color=DARK)
        so_far = np.full_like(Z, np.nan)
        done = i * Z.shape[1] + j + 1
        so_far.flat[:done] = Z.flat[:done]
        draw_cells(below, so_far, f'{name}[{i}, {j}] = {as_text(Z[i, j])}', np.abs(Z).max())
        outline(below, i, j)
    return picture


def show_taps(
    size: tuple[int, int], window: tuple[int, int], dilations: Mapping[str, int]
) -> Picture:
    """Return which pixels a filter sees at the middle of an image, for several dilations."""
    picture = Picture(2.4 * len(dilations), 2.6)
    grid = picture.figure.subplots(1, len(dilations), squeeze=False)[0]
    for axes, (title, dilation) in zip(grid, dilations.items(), strict=True):
        pixels = np.zeros(size)
        covers = [(points - 1) * dilation + 1 for points in window]
        top, left = ((n - covered) // 2 for n, covered in zip(size, covers, strict=True))
        pixels[top : top + covers[0] : dilation, left : left + covers[1] : dilation] = 1
        draw_cells(axes, pixels, title, text=False)
        outline(axes, top, left, *covers)
    return picture
