"""Pictures of activations: the curve, and its slope where the numbers are."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pages.pictures import BLUE, DARK, GREY, ORANGE, Picture, as_text


def show_slopes(activations: Mapping[str, Callable[..., Any]], X: Any) -> Picture:
    """Return the curve of each activation, with its tangents at some numbers."""
    picture = Picture(2.5 * len(activations), 2.7)
    grid = picture.figure.subplots(1, len(activations), squeeze=False)[0]
    x = np.linspace(-4, 4, 401)
    for axes, (name, f) in zip(grid, activations.items(), strict=True):
        axes.axhline(0, color=GREY, linewidth=0.5)
        axes.axvline(0, color=GREY, linewidth=0.5)
        axes.plot(x, f(x), color=BLUE, linewidth=1.8)
        for number, height, slope in zip(X, f(X), f(X, deriv=True), strict=True):
            reach = 1 / np.hypot(1, slope)
            ends = np.array([-reach, reach])
            axes.plot(number + ends, height + slope * ends, color=ORANGE, linewidth=2.2)
            axes.plot(number, height, 'o', color=ORANGE, markersize=5)
            axes.annotate(
                as_text(slope), (number, height), (-5, 6), textcoords='offset points',
                ha='right', color=DARK, fontsize=9,
            )  # fmt: skip
        axes.set_title(name, fontsize=10, family='monospace')
        axes.set_xlabel('Z; slopes in orange', fontsize=9)
        axes.set_ylim(top=max(f(x)) + 0.15 * np.ptp(f(x)))
        axes.spines[['top', 'right']].set_visible(False)
    return picture
