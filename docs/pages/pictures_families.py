"""Pictures of families: curves of losses, activations and schedules, paths of optimizers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pages.pictures import BLUE, GREY, ORANGE, RED, Picture

PER_ROW = 3


def show_panels(
    panels: Mapping[str, Sequence[Any]], across: str, limits: tuple[float, float] | None = None
) -> Picture:
    """Return a panel a name, of x and curves over it: the first blue, the second orange."""
    rows = -(-len(panels) // PER_ROW)
    picture = Picture(2.6 * PER_ROW, 1.9 * rows + 0.3)
    places = picture.figure.subplots(rows, PER_ROW, squeeze=False).ravel()
    for axes, (name, (x, *curves)) in zip(places, panels.items(), strict=False):
        axes.axhline(0, color=GREY, linewidth=0.5)
        if np.min(x) < 0:
            axes.axvline(0, color=GREY, linewidth=0.5)
        for curve, colour, line in zip(curves, (BLUE, ORANGE), ('-', '--'), strict=False):
            axes.plot(x, curve, line, color=colour, linewidth=1.8)
        axes.set_title(name, fontsize=10, family='monospace')
        axes.tick_params(labelsize=8)
        axes.spines[['top', 'right']].set_visible(False)
        if limits:
            axes.set_ylim(limits)
    for axes in places[len(panels) :]:
        axes.set_axis_off()
    picture.figure.supxlabel(across, fontsize=9)
    return picture


def show_paths(
    paths: Mapping[str, Any], height_at: Callable[[Any, Any], Any], lowest: tuple[float, float]
) -> Picture:
    """Return the path of each optimizer, (steps, 2), on the lines of equal height of a valley."""
    rows = -(-len(paths) // PER_ROW)
    picture = Picture(2.6 * PER_ROW, 1.9 * rows)
    places = picture.figure.subplots(rows, PER_ROW, squeeze=False).ravel()
    across, up = np.meshgrid(np.linspace(-2.3, 0.9, 121), np.linspace(-1.2, 1.2, 91))
    height = height_at(across, up)
    levels = np.geomspace(height.max() / 300, height.max(), 9)
    for axes, (name, path) in zip(places, paths.items(), strict=False):
        axes.contour(across, up, height, levels, colors=GREY, linewidths=0.5)
        axes.plot(*np.transpose(path), 'o-', color=BLUE, markersize=2, linewidth=1.1)
        axes.plot(*path[0], 'o', color=ORANGE, markersize=6)
        axes.plot(*lowest, 'x', color=RED, markersize=7, markeredgewidth=2)
        axes.set(xlim=(-2.3, 0.9), ylim=(-1.2, 1.2), xticks=[], yticks=[])
        axes.set_title(name, fontsize=10, family='monospace')
    for axes in places[len(paths) :]:
        axes.set_axis_off()
    return picture
