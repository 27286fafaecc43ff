"""Pictures of pages: curves and strips over steps, and grids of cells side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pages.pictures import BLUE, GREEN, GREY, ORANGE, RED, Picture, draw_cells


def show_curves(
    curves: Mapping[str, Any], across: str, up: str, scale: str = 'linear', named: int = -1
) -> Picture:
    """Return curves over whole numbers, each with its name at its end, or at another point."""
    picture = Picture(5.6, 2.6)
    axes = picture.figure.subplots()
    colours = (BLUE, ORANGE, GREEN, RED, GREY)
    for (name, numbers), colour in zip(curves.items(), colours, strict=False):
        places = np.arange(len(numbers))
        axes.plot(places, numbers, 'o-', color=colour, markersize=3.5, linewidth=1.5)
        axes.annotate(
            name, (places[named], numbers[named]), xytext=(7, 0) if named else (-7, 0),
            textcoords='offset points', va='center', ha='left' if named else 'right',
            color=colour, fontsize=9,
        )  # fmt: skip
    axes.set_yscale(scale)
    axes.margins(x=0.2 if named == 0 else 0.12)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[['top', 'right']].set_visible(False)
    return picture


def show_grids(grids: Mapping[str, Any], text: bool = True, columns: int | None = None) -> Picture:
    """Return matrices side by side, or in rows of some `columns`, in one scale of colours."""
    columns = columns or len(grids)
    rows = -(-len(grids) // columns)
    arrays = {name: np.atleast_2d(np.asarray(grid, dtype=float)) for name, grid in grids.items()}
    height, width = next(iter(arrays.values())).shape
    picture = Picture(columns * (0.42 * width + 0.4), rows * (0.42 * height + 0.5))
    places = picture.figure.subplots(rows, columns, squeeze=False).ravel()
    largest = max(float(np.nanmax(np.abs(grid))) for grid in arrays.values()) or 1
    for axes, (name, grid) in zip(places, arrays.items(), strict=False):
        draw_cells(axes, grid, name, largest, text)
    for axes in places[len(arrays) :]:
        axes.set_axis_off()
    return picture


def show_strips(arrays: Mapping[str, Any], title: str = 'step') -> Picture:
    """Return arrays of one number a step as strips of cells, one below the other."""
    rows = {name: np.ravel(np.asarray(numbers, dtype=float)) for name, numbers in arrays.items()}
    steps = len(next(iter(rows.values())))
    picture = Picture(1.2 + 0.8 * steps, 0.4 * len(rows) + 0.7)
    grid = picture.figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, (name, numbers) in zip(grid, rows.items(), strict=True):
        draw_cells(axes, numbers)
        axes.set_aspect('auto')
        axes.text(-0.7, 0, name, ha='right', va='center', family='monospace', fontsize=10)
    for step in range(steps):
        grid[-1].text(step, 1, f'{title} {step}', ha='center', va='center', fontsize=9, color=GREY)
    return picture


def show_points(rows: Mapping[str, Any], orange: Any) -> Picture:
    """Return rows of two numbers as numbered points, a panel each; some in orange, others blue."""
    picture = Picture(2.8 * len(rows), 2.8)
    grid = picture.figure.subplots(1, len(rows), squeeze=False)[0]
    for axes, (name, points) in zip(grid, rows.items(), strict=True):
        for number, (point, other) in enumerate(zip(points, orange, strict=True)):
            frame = {
                'boxstyle': 'circle',
                'facecolor': 'white',
                'edgecolor': ORANGE if other else BLUE,
            }
            axes.text(*point, str(number), ha='center', va='center', fontsize=8, bbox=frame)
        reach = 1.25 * float(np.abs(points).max())
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), title=name, aspect='equal')
        axes.axhline(0, color=GREY, linewidth=0.5, zorder=0)
        axes.axvline(0, color=GREY, linewidth=0.5, zorder=0)
        axes.tick_params(labelsize=8)
    return picture
