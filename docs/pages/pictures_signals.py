"""Pictures of signals: what an output sees of the steps before, windows and their winners."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from epynn import Convolution1D
from pages.pictures import BLUE, GREY, ORANGE, Picture, as_text


def show_reach(layers: Sequence[Convolution1D], s: int) -> Picture:
    """Return which steps of a signal the last output sees through convolutions, one on another.

    What each output sees is read from the gradients of the layers, which are to have 1 filter, the
    activation identity and no weight of 0.
    """
    picture = Picture(7, 0.75 * (len(layers) + 1))
    axes = picture.figure.subplots()
    seen: list[Any] = []
    for layer in layers:
        n = layer.forward(np.zeros((1, s, 1))).shape[1]
        layer.forward(np.zeros((n, s, 1)))
        seen.append(layer.backward(np.eye(n)[:, :, np.newaxis])[:, :, 0] != 0)
        s = n
    reached = np.arange(s) == s - 1
    dots = [reached]
    for row in range(len(layers), 0, -1):
        for i, x in np.argwhere(seen[row - 1]):
            colour, width = (ORANGE, 1.6) if reached[i] else (GREY, 0.5)
            axes.plot([x, i], [row - 1, row], color=colour, linewidth=width, zorder=width)
        reached = reached @ seen[row - 1]
        dots.append(reached)
    for row, reached in enumerate(reversed(dots)):
        colours = [ORANGE if is_reached else 'white' for is_reached in reached]
        axes.scatter(
            range(len(reached)), [row] * len(reached), c=colours, edgecolors=GREY, s=60, zorder=3
        )
    names = [f'dilation {layer.d["rs"]}' for layer in layers]
    axes.set_yticks(range(len(names) + 1), ['X', *names])
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)
    return picture


def show_winners(X: Any, A: Any, dX: Any, window: int, stride: int) -> Picture:
    """Return a signal under its windows: what each keeps, and which steps get a gradient."""
    picture = Picture(7, 3)
    axes = picture.figure.subplots()
    axes.plot(X, '-', color=GREY, linewidth=1)
    axes.scatter(range(len(X)), X, s=45, zorder=3, edgecolors=BLUE,
                 c=[ORANGE if slope else 'white' for slope in dX])  # fmt: skip
    top = max(X)
    for i, number in enumerate(A):
        start, stop, height = i * stride - 0.3, i * stride + window - 0.7, top + 0.6 + 0.5 * (i % 2)
        axes.plot([start, stop], [height, height], color=BLUE, linewidth=3, solid_capstyle='butt')
        axes.plot([start, stop], [number, number], ':', color=ORANGE, linewidth=1.5)
        axes.text((start + stop) / 2, height + 0.08, f'A[{i}] = {as_text(number)}',
                  ha='center', va='bottom', fontsize=9)  # fmt: skip
    for step, slope in enumerate(dX):
        if slope:
            words = f'dX[{step}] = {as_text(slope)}'
            spot = (step, X[step] - 0.4)
            behind = {'facecolor': 'white', 'edgecolor': 'none', 'pad': 1}
            axes.text(*spot, words, ha='center', va='top', fontsize=8, bbox=behind)
    axes.set_ylim(min(X) - 0.9, top + 1.7)
    axes.set_xlabel('step', fontsize=9)
    axes.set_xticks(range(len(X)))
    axes.spines[['top', 'right']].set_visible(False)
    return picture
