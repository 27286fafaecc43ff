"""Pictures of arrays: the order of their numbers, their channels, what is added up to them."""

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Rectangle

from pages.pictures import ORANGE, Picture, as_text, draw_cells, outline


def show_order(*arrays: tuple[str, Any]) -> Picture:
    """Return arrays of the same numbers, each with the colour of its place in memory.

    Of three axes, the last is laid out in planes side by side.
    """
    planes = []
    for name, numbers in arrays:
        numbers = np.atleast_2d(np.asarray(numbers))
        place = np.arange(numbers.size).reshape(numbers.shape)
        if numbers.ndim == 2:
            planes.append((name, numbers, place))
        else:
            for k in range(numbers.shape[2]):
                planes.append((f'{name}[:, :, {k}]', numbers[:, :, k], place[:, :, k]))
    shades = colormaps['YlGnBu']
    gap, x, tallest = 1.6, 0.0, max(len(plane) for _, plane, _ in planes)
    places = []
    for name, plane, _ in planes:
        wide = max(plane.shape[1], 0.26 * len(name))
        places.append(x + (wide - plane.shape[1]) / 2)
        x += wide + gap
    picture = Picture(0.4 * x, 0.4 * (tallest + 1.6))
    axes = picture.figure.subplots()
    largest = max(place.max() for _, _, place in planes)
    for (name, plane, place), left in zip(planes, places, strict=True):
        for row, column in np.ndindex(*plane.shape):
            shade = shades(0.05 + 0.55 * place[row, column] / largest)
            corner = (left + column, row)
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=shade, edgecolor='white'))
            words = as_text(plane[row, column])
            axes.text(left + column + 0.5, row + 0.5, words, ha='center', va='center', fontsize=9)
        middle = left + plane.shape[1] / 2
        axes.text(middle, -0.3, name, ha='center', va='bottom', fontsize=9, family='monospace')
    axes.set_xlim(-0.1, x - gap + 0.1)
    axes.set_ylim(tallest + 0.1, -1.2)
    axes.set_aspect('equal')
    axes.set_axis_off()
    return picture


def show_stamps(X: Any, W: Any, Z: Any, strides: tuple[int, int]) -> Picture:
    """Return what each point of an image that is not 0 leaves on the output, and the sum."""
    X, W, Z = (np.asarray(array, dtype=float) for array in (X, W, Z))
    points = [(i, j) for i, j in np.ndindex(*X.shape) if X[i, j]]
    picture = Picture(2 * (len(points) + 1), 2.3)
    grid = picture.figure.subplots(1, len(points) + 1)
    largest = max(float(np.abs(Z).max()), float(np.abs(X).max() * np.abs(W).max()))
    for axes, (i, j) in zip(grid, points, strict=False):
        stamp = np.full_like(Z, np.nan)
        top, left = i * strides[0], j * strides[1]
        stamp[top : top + len(W), left : left + W.shape[1]] = X[i, j] * W
        draw_cells(axes, stamp, f'X[{i}, {j}] = {as_text(X[i, j])}', largest)
        outline(axes, top, left, *W.shape, colour=ORANGE)
    draw_cells(grid[-1], Z, 'sum', largest)
    return picture


def show_channels(X: Any, A: Any, dA: Any, dX: Any) -> Picture:
    """Return a row a channel: its plane, the number kept of it, and the way of the gradient."""
    X, dX = np.asarray(X, dtype=float), np.asarray(dX, dtype=float)
    h, w, d = X.shape
    picture = Picture(0.45 * (2 * w + 10), 0.45 * d * (h + 1.6))
    axes = picture.figure.subplots()
    for k in range(d):
        top = k * (h + 1.6)
        middle = top + (h - 1) / 2
        draw_cells(axes, X[:, :, k], f'X[:, :, {k}]', np.abs(X).max(), at=(top, 0))
        draw_cells(axes, A[k], f'A[{k}]', np.abs(X).max(), at=(middle, w + 2))
        draw_cells(axes, dA[k], f'dA[{k}]', np.abs(dA).max(), at=(middle, w + 5))
        draw_cells(axes, dX[:, :, k], f'dX[:, :, {k}]', np.abs(dX).max(), at=(top, w + 8))
        for x in (w + 0.5, w + 6.5):
            axes.text(x, middle, '→', ha='center', va='center', fontsize=12)
    axes.set_xlim(-1.2, 2 * w + 8.6)
    axes.set_ylim(d * (h + 1.6) - 1.8, -1.5)
    return picture
