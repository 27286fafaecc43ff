"""Pictures of pages: boxes and arrows, such as steps in time and ways around a chain."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.patches import FancyArrowPatch

from pages.pictures import BLUE, GREY, Picture

Place = tuple[float, float]


def show_graph(
    boxes: Mapping[str, Place],
    arrows: Sequence[tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, float]],
    colours: Mapping[str, str] | None = None,
    size: tuple[float, float] = (7, 2.5),
) -> Picture:
    """Return boxes at places and arrows between them: from, to, colour, and how far to bend.

    The name of a box is its text up to a ``#``, so that several boxes can say the same.
    """
    colours = colours or {}
    picture = Picture(*size)
    axes = picture.figure.subplots()
    made = {}
    for name, (x, y) in boxes.items():
        colour = colours.get(name, '#d5d8dc')
        frame = {'boxstyle': 'round,pad=0.35', 'facecolor': 'white', 'edgecolor': colour}
        made[name] = axes.text(
            x, y, name.partition('#')[0], ha='center', va='center', family='monospace',
            fontsize=10, bbox=frame, zorder=3,
        )  # fmt: skip
    for start, end, *more in arrows:
        colour = more[0] if more else BLUE
        bend = more[1] if len(more) > 1 else 0
        axes.add_patch(as_arrow(made[start], made[end], colour, bend))
    across, up = zip(*boxes.values(), strict=True)
    axes.set_xlim(min(across) - 0.6, max(across) + 0.6)
    axes.set_ylim(min(up) - 0.5, max(up) + 0.5)
    axes.set_axis_off()
    return picture


def as_arrow(start: Any, end: Any, colour: Any, bend: Any) -> FancyArrowPatch:
    """Return an arrow between the frames of two texts."""
    return FancyArrowPatch(
        start.get_position(), end.get_position(), patchA=start.get_bbox_patch(),
        patchB=end.get_bbox_patch(), shrinkA=2, shrinkB=2, arrowstyle='-|>', mutation_scale=11,
        color=colour, linewidth=1.4, connectionstyle=f'arc3,rad={bend}', zorder=2,
    )  # fmt: skip


def show_thinned(masks: Sequence[Sequence[Any]], titles: Sequence[str]) -> Picture:
    """Return one network a panel: units in columns, those that a mask switches off crossed out."""
    picture = Picture(2.3 * len(masks), 2.4)
    grid = picture.figure.subplots(1, len(masks), squeeze=False)[0]
    for axes, columns, title in zip(grid, masks, titles, strict=True):
        places = [
            [(x, (len(column) - 1) / 2 - y, bool(kept)) for y, kept in enumerate(column)]
            for x, column in enumerate(columns)
        ]
        for before, after in pairwise(places):
            for x, y, kept in before:
                for x_next, y_next, kept_next in after:
                    if kept and kept_next:
                        axes.plot([x, x_next], [y, y_next], color=BLUE, linewidth=0.8, zorder=1)
        for x, y, kept in [unit for column in places for unit in column]:
            colour = BLUE if kept else GREY
            axes.plot(
                x, y, 'o', markersize=15, markeredgecolor=colour, markerfacecolor='white', zorder=2
            )
            if not kept:
                axes.plot(x, y, 'x', markersize=8, color=GREY, zorder=3)
        axes.set_title(title, fontsize=10, family='monospace')
        axes.margins(0.2)
        axes.set_axis_off()
    return picture
