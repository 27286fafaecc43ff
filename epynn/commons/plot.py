"""Pictures: metrics over epochs, filters, and feature maps. They need matplotlib, an extra."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.errors import ArgumentError, MissingExtraError, StateError
from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SETS = ('dtrain', 'dval', 'dtest')
STYLES = (('#0072b2', '-'), ('#d55e00', '--'), ('#009e73', ':'))
"""Colour and line of each set: told apart in grey print and by colour-blind readers."""
SHOWN_FILTERS, SHOWN_DEPTHS, SHOWN_SAMPLES = 32, 8, 6


def import_pyplot() -> Any:
    """Return ``matplotlib.pyplot``, or say how to install it."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError(
            'plot', 'matplotlib', 'no such package',
            "Install it: pip install 'epynn-numpy[plot]'.",
        ) from None  # fmt: skip
    return pyplot


def pyplot_metrics(model: Any, path: str | Path | None = None, show: bool = True) -> 'Figure':
    """Draw every metric and loss of a network over the epochs, one axis a quantity.

    Parameters
    ----------
    model : EpyNN
        A network that was trained.
    path : str, optional
        File to write; its ending says the format: ``.png``, ``.pdf``, ``.svg``.
    show : bool, optional
        Show the picture where there is a screen.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    StateError
        If there is no epoch to draw.
    """
    curves = {name: lists for name, lists in model.metrics.items() if any(lists)}
    if not curves:
        raise StateError('plot', 'a network with at least one epoch', 'none', 'Call train() first.')
    plt = import_pyplot()
    figure, axes = plt.subplots(
        len(curves), 1, sharex=True, squeeze=False, figsize=(6.4, 1.2 + 2.2 * len(curves)),
        layout='constrained',
    )  # fmt: skip
    for axis, (name, lists) in zip(axes[:, 0], curves.items(), strict=True):
        for values, label, (colour, line) in zip(lists, SETS, STYLES, strict=True):
            if values:
                marker = 'o' if len(values) == 1 else None
                axis.plot(values, line, color=colour, label=label, marker=marker)
        axis.set_ylabel(name)
        axis.grid(alpha=0.3)
    axes[0, 0].legend()
    axes[-1, 0].set_xlabel('epoch')
    axes[-1, 0].xaxis.get_major_locator().set_params(integer=True)
    figure.suptitle(model.name)
    return finish(plt, figure, path, show)


def plot_tiles(
    tiles: Sequence[Sequence[Array]],
    titles: Sequence[str],
    rows: Sequence[str],
    title: str,
    path: str | Path | None,
    show: bool,
) -> 'Figure':
    """Draw a grid of grey images, each row on one scale; 0 is marked where values change sign.

    Parameters
    ----------
    tiles : rows of ndarray
        Images ``(h, w)``, or None for an empty place.
    titles, rows : sequence of str
        Words above the columns and beside the rows.
    title : str
        Words above all.
    path, show
        As in :func:`pyplot_metrics`.
    """
    plt = import_pyplot()
    columns = max(len(row) for row in tiles)
    figure, axes = plt.subplots(
        len(tiles), columns, squeeze=False, layout='constrained',
        figsize=(max(3.2, 0.9 * columns + 0.6), 0.95 * len(tiles) + 0.8),
    )  # fmt: skip
    for axis_row, row, label in zip(axes, tiles, rows, strict=True):
        for j, axis in enumerate(axis_row):
            axis.set_xticks([])
            axis.set_yticks([])
            if j >= len(row):
                axis.set_axis_off()
                continue
            signed = row[j].min() < 0 < row[j].max()
            bound = float(np.abs(row[j]).max())
            limits = {'vmin': -bound, 'vmax': bound} if signed else {}
            axis.imshow(row[j], cmap='RdBu_r' if signed else 'gray', **limits)
        axis_row[0].set_ylabel(label, fontsize=8)
    for axis, words in zip(axes[0], titles, strict=False):
        axis.set_title(words, fontsize=8)
    figure.suptitle(title, fontsize=10)
    return finish(plt, figure, path, show)


def finish(plt: Any, figure: 'Figure', path: str | Path | None, show: bool) -> 'Figure':
    """Write the picture, show it where there is a screen, and give its memory back."""
    if path is not None:
        folder = Path(path).resolve().parent
        if not folder.is_dir():
            raise ArgumentError(
                'path', 'a file in a folder that exists', repr(str(path)), f'Make {folder} first.'
            )
        figure.savefig(path, dpi=200)
    offscreen = {'agg', 'pdf', 'svg', 'ps', 'pgf', 'cairo', 'template'}
    if show and plt.get_backend().lower() not in offscreen:
        plt.show()
    plt.close(figure)
    return figure
