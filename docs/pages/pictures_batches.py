"""Pictures of samples: the sets that they fall into, and the batches of each epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.patches import Rectangle

from pages.pictures import BLUE, GREEN, GREY, ORANGE, Picture

COLOURS = {'dtrain': BLUE, 'dval': ORANGE, 'dtest': GREEN}


def show_batches(sets: Mapping[str, Any], epochs: Sequence[Sequence[Any]]) -> Picture:
    """Return the numbers of the samples in their sets, and below them the batches of each epoch."""
    picture = Picture(7, 0.75 * (len(epochs) + 1))
    axes = picture.figure.subplots()
    draw_row(axes, 0, 'X_data', sets, COLOURS)
    for row, batches in enumerate(epochs, 1):
        names = {f'batch {k}': ids for k, ids in enumerate(batches)}
        draw_row(axes, 1.5 * row, f'epoch {row - 1}', names, dict.fromkeys(names, BLUE))
    axes.set_xlim(-2.6, sum(map(len, sets.values())) + 0.5 * len(sets))
    axes.set_ylim(1.5 * len(epochs) + 1.1, -0.6)
    axes.set_aspect('equal')
    axes.set_axis_off()
    return picture


def draw_row(
    axes: Any, y: float, title: str, groups: Mapping[str, Any], colours: Mapping[str, str]
) -> None:
    """Draw groups of samples side by side, each with its name above."""
    axes.text(-0.3, y + 0.5, title, ha='right', va='center', fontsize=9, family='monospace')
    x = 0.0
    for name, ids in groups.items():
        axes.text(x + len(ids) / 2, y - 0.08, name, ha='center', va='bottom', fontsize=8)
        for number in ids:
            shade = colours[name]
            axes.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, edgecolor=GREY, alpha=0.3))
            axes.text(x + 0.5, y + 0.5, str(number), ha='center', va='center', fontsize=9)
            x += 1
        x += 0.4
