"""Pictures: metrics over epochs, filters, and feature maps. They need matplotlib, an extra."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epynn.commons.dataset import SETS
from epynn.commons.errors import ArgumentError, MissingExtraError, StateError
from epynn.commons.paths import as_path
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLES = (('#0072b2', '-'), ('#d55e00', '--'), ('#009e73', ':'), ('#cc79a7', '-.'))
"""Colour and line of each set, and of batches: told apart in grey and by colour-blind readers."""
SHOWN_FILTERS, SHOWN_DEPTHS, SHOWN_SAMPLES, SHOWN_LABELS = 32, 8, 6, 20


def import_pyplot() -> Any:
    """Return ``matplotlib.pyplot``, or say how to install it."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError(
            'plot', 'matplotlib', 'no such package',
            'Install it: python -m pip install matplotlib',
        ) from None  # fmt: skip
    return pyplot


def pyplot_metrics(
    model: Any, path: str | Path | None = None, show: bool = True
) -> 'Figure | None':
    """Draw every metric and loss of a network over the epochs, one axis a quantity.

    A line marks the best epoch, and another one where training was stopped before its time.

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
    matplotlib.figure.Figure or None
        The picture, unless it was shown.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    StateError
        If there is no epoch to draw.
    """
    curves = require_epochs(model)
    plt = import_pyplot()
    figure, axes = plt.subplots(
        len(curves), 1, sharex=True, squeeze=False, figsize=(6.4, 1.2 + 2.2 * len(curves)),
        layout='constrained',
    )  # fmt: skip
    for axis, (name, lists) in zip(axes[:, 0], curves.items(), strict=True):
        for (label, values), (colour, line) in zip(lists.items(), STYLES, strict=False):
            known = [e for e, value in enumerate(values) if not math.isnan(value)]
            if known:
                marker = None if 1 < len(known) == len(values) else 'o'
                y = [values[e] for e in known]
                axis.plot(known, y, line, color=colour, label=label, marker=marker, markersize=4)
        mark_epochs(axis, model)
        axis.set_ylabel(name)
        axis.grid(alpha=0.3)
    max(axes[:, 0], key=lambda axis: len(axis.lines)).legend()  # that of the most curves
    axes[-1, 0].set_xlabel('epoch')
    axes[-1, 0].xaxis.get_major_locator().set_params(integer=True)
    if axes[-1, 0].lines and all(len(line.get_xdata()) == 1 for line in axes[-1, 0].lines):
        axes[-1, 0].set_xticks([0])  # a single epoch
    figure.suptitle(model.name)
    return finish(plt, figure, path, show)


def mark_epochs(axis: Any, model: Any) -> None:
    """Draw a line at the best epoch, and one where training was stopped before its time."""
    best, stopped = model.best_epoch, model.stopped
    if model.epochs < 2:
        return
    if best is not None:
        axis.axvline(best, color='0.6', linewidth=1, linestyle='--', label=f'best: {best}')
    if stopped:
        end = model.epochs - 1
        axis.axvline(end, color='0.4', linewidth=1, label=f'stopped: {end}', zorder=1)


def require_epochs(model: Any) -> dict[str, dict[str, list[float]]]:
    """Return what to draw: ``{metric: {set: values}}``; refuse a network that was not trained.

    Where batches come from a stream, their mean loss stands beside the loss of the sets.
    """
    found = {name: dict(zip(SETS, lists, strict=True)) for name, lists in model.metrics.items()}
    if model.embedding.batch_function is not None:
        found[model.training_loss.__name__]['batches'] = model.batch_loss
    curves = {name: lists for name, lists in found.items() if any(lists.values())}
    if not curves:
        raise StateError('plot', 'a network with at least one epoch', 'none', 'Call train() first.')
    return curves


def plot_tiles(
    tiles: Sequence[Sequence[ndarray]],
    titles: Sequence[str],
    rows: Sequence[str],
    title: str,
    path: str | Path | None,
    show: bool,
    inputs: Sequence[ndarray] = (),
    around_zero: bool = False,
) -> 'Figure | None':
    """Draw a grid of images on one scale, so that their colours compare.

    Where values change sign, or by `around_zero`, 0 is white, blue below and red above; else low is
    dark, high is light. A bar tells which number each colour is.

    Parameters
    ----------
    tiles : rows of ndarray
        Images ``(h, w)``.
    titles, rows, title : sequence of str, sequence of str, str
        Words above the columns, beside the rows, and above all.
    path, show
        As in :func:`pyplot_metrics`.
    inputs : sequence of ndarray, optional
        Images for a column in front, each on a scale of its own.
    """
    plt = import_pyplot()
    columns = max(len(row) for row in tiles) + bool(inputs)
    figure, axes = plt.subplots(
        len(tiles), columns, squeeze=False, layout='constrained',
        figsize=(max(3.2, 0.9 * columns + 0.6), 0.95 * len(tiles) + 0.8),
    )  # fmt: skip
    lowest = min(float(tile.min()) for row in tiles for tile in row)
    highest = max(float(tile.max()) for row in tiles for tile in row)
    bound = max(-lowest, highest)
    if lowest < 0 < highest or around_zero:
        scale: dict[str, Any] = {'cmap': 'RdBu_r', 'vmin': -bound, 'vmax': bound}
    else:
        scale = {'cmap': 'gray', 'vmin': lowest, 'vmax': highest}
    for i, (axis_row, row, label) in enumerate(zip(axes, tiles, rows, strict=True)):
        for axis in axis_row:
            axis.set_xticks([])
            axis.set_yticks([])
        if inputs:
            axis_row[0].imshow(inputs[i], cmap='gray')
        for axis, tile in zip(axis_row[bool(inputs) :], row, strict=True):
            axis.imshow(tile, **scale)
        axis_row[0].set_ylabel(label, fontsize=8)
    for axis, words in zip(axes[0], titles, strict=False):
        axis.set_title(words, fontsize=8)
    figure.colorbar(axes[0, -1].images[0], ax=axes[:, bool(inputs) :], shrink=0.8)
    figure.suptitle(title, fontsize=10)
    return finish(plt, figure, path, show)


def plot_counts(
    counts: ndarray, labels: Sequence[str], title: str, path: str | Path | None, show: bool
) -> 'Figure | None':
    """Draw a confusion matrix: a row a true label, a column a decision, darker for a larger share.

    Parameters
    ----------
    counts : ndarray
        Shape ``(k, k)``. They are written into the squares where there are at most twenty labels.
    labels, title : sequence of str, str
        Words beside rows and below columns, and above all.
    path, show
        As in :func:`pyplot_metrics`.
    """
    plt = import_pyplot()
    k = len(counts)
    size = max(3.2, min(0.5 * k, 9.0) + 1.6)
    figure, axis = plt.subplots(figsize=(size, size), layout='constrained')
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    axis.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    axis.set_xticks(range(k), labels, rotation=90 if max(map(len, labels)) > 2 else 0)
    axis.set_yticks(range(k), labels)
    axis.set_xlabel('decided')
    axis.set_ylabel('true')
    if k <= SHOWN_LABELS:
        for i, row in enumerate(counts.tolist()):
            for j, count in enumerate(row):
                colour = 'white' if shares[i, j] > 0.5 else 'black'
                axis.text(j, i, str(count), ha='center', va='center', color=colour, fontsize=8)
    figure.suptitle(title, fontsize=10)
    return finish(plt, figure, path, show)


def finish(plt: Any, figure: 'Figure', path: str | Path | None, show: bool) -> 'Figure | None':
    """Write the picture, show it where there is a screen, and give its memory back.

    A picture that was shown is not returned: a notebook would show it once more.
    """
    offscreen = {'agg', 'pdf', 'svg', 'ps', 'pgf', 'cairo', 'template'}
    shown = show and plt.get_backend().lower() not in offscreen
    try:
        if path is not None:
            figure.savefig(check_picture(figure, path), dpi=200)
        if shown:
            plt.show()
    except OSError as error:
        raise ArgumentError(
            'path', 'a file that can be written', f'{path} ({error.strerror or error})',
            'Choose another folder or name.',
        ) from None  # fmt: skip
    finally:
        plt.close(figure)
    return None if shown else figure


def check_picture(figure: 'Figure', path: str | Path) -> Path:
    """Return the path of a picture, and refuse one that no picture can be written to."""
    path = as_path(path, 'path')
    folder = path.resolve().parent
    if not folder.is_dir() or path.is_dir():
        raise ArgumentError(
            'path', 'a file in a folder that exists', repr(str(path)),
            'Name a file in it.' if path.is_dir() else f'Make {folder} first.',
        )  # fmt: skip
    kinds = figure.canvas.get_supported_filetypes()
    if path.suffix[1:].lower() not in {'', *kinds}:
        raise ArgumentError(
            'path', f'a name that ends in one of {", ".join(kinds)}', repr(str(path)),
            "For example 'x.png'.",
        )  # fmt: skip
    return path
