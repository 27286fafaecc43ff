"""Pictures of the network: its metrics, its filters, what layers give out and attend to."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import as_flag, describe
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.logs import process_logs
from epynn.commons.models import Layer, walk_layers
from epynn.commons.paths import file_stem
from epynn.commons.plot import (
    SHOWN_DEPTHS,
    SHOWN_FILTERS,
    SHOWN_SAMPLES,
    plot_tiles,
    pyplot_metrics,
    require_epochs,
)
from epynn.kernels.arrays import ndarray
from epynn.network.ownership import require_initialized
from epynn.network.state import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@in_words('EpyNN.plot')
def model_plot(
    model: Network, pyplot: bool = True, path: str | Path | bool | None = None
) -> 'Figure | None':
    """Draw every metric and the loss over the epochs, one axis a quantity, one line a set.

    Parameters
    ----------
    pyplot : bool, optional
        Show the picture where there is a screen.
    path : str or False, optional
        File to write. None for ``plots/<uname>.png`` in the working directory, False for no file.

    Returns
    -------
    matplotlib.figure.Figure or None
        The picture, unless it was shown.
    """
    pyplot = as_flag(pyplot, 'EpyNN.plot(pyplot)') and model.is_first
    require_epochs(model)
    return pyplot_metrics(model, choose_path(model, path, ''), show=pyplot)


@in_words('EpyNN.plot_filters')
def model_plot_filters(
    model: Network,
    layer: 'int | Layer',
    pyplot: bool = True,
    path: str | Path | bool | None = None,
) -> 'Figure | None':
    """Draw the filters of a convolution layer: one column a filter, one row a depth.

    0 is white, numbers below are blue and those above red, on one scale beside the picture.

    Parameters
    ----------
    layer : int or Layer
        The layer, or its number in the network; or the object of a layer inside another one.
    pyplot, path : optional
        As in :meth:`plot`; the file is ``plots/<uname>_filters.png``.

    Raises
    ------
    ArgumentError
        If the layer has no filters ``W (fh, fw, d, u)``.
    """
    require_initialized(model, 'plot_filters')
    number, layer = find_inside(model, layer) or find_layer(model, layer)
    if layer.filter_axes is None:
        raise ArgumentError(
            'EpyNN.plot_filters(layer)', 'a layer with filters W (fh, fw, d, u)',
            f'layer {number}, {layer.name}', 'Choose a Convolution layer.',
        )  # fmt: skip
    order = [layer.filter_axes.index(axis) for axis in ('fh', 'fw', 'd', 'u')]
    W = layer.p['W'].transpose(order)
    d, u = min(W.shape[2], SHOWN_DEPTHS), min(W.shape[3], SHOWN_FILTERS)
    tiles = [[W[:, :, i, j] for j in range(u)] for i in range(d)]
    title = f'{layer.name} {number}: {u} of {W.shape[3]} filters, {d} of {W.shape[2]} depths'
    return plot_tiles(
        tiles,
        [str(j) for j in range(u)],
        [f'depth {i}' for i in range(d)],
        title,
        choose_path(model, path, '_filters'),
        pyplot,
        around_zero=True,
    )


@in_words('EpyNN.plot_activations')
def model_plot_activations(
    model: Network,
    X: ndarray,
    layer: 'int | Layer',
    pyplot: bool = True,
    path: str | Path | bool | None = None,
) -> 'Figure | None':
    """Draw what a layer makes of images: one row a sample, its input first, then its maps.

    Parameters
    ----------
    X : ndarray
        Samples ``(m, ...)``, encoded and scaled as those of the Embedding.
    layer : int or Layer
        The layer, or its number in the network.
    pyplot, path : optional
        As in :meth:`plot`; the file is ``plots/<uname>_activations.png``.

    Raises
    ------
    ShapeError
        If the output of the layer is no set of maps ``(m, oh, ow, u)``.
    """
    require_initialized(model, 'plot_activations')
    number, layer = find_layer(model, layer)
    if np.ndim(X) == 0 or len(X) == 0:
        raise ShapeError(
            'EpyNN.plot_activations(X)', 'at least one sample', describe(X),
            'Pass samples along the first axis, as those of the Embedding.',
        )  # fmt: skip
    m = min(len(X), SHOWN_SAMPLES)
    model.forward(X[:m])
    A = layer.fc['A']
    if A.ndim != 4:
        raise ShapeError(
            'EpyNN.plot_activations(layer)', 'a layer with feature maps (m, oh, ow, u)',
            f'layer {number}, {layer.name}, with output {A.shape}',
            'Choose a Convolution or Pooling layer.',
        )  # fmt: skip
    u = min(A.shape[3], SHOWN_FILTERS)
    inputs = list(X[:m].mean(axis=-1)) if np.ndim(X) == 4 else []
    tiles = [[A[i, :, :, j] for j in range(u)] for i in range(m)]
    title = f'{layer.name} {number}: {m} of {len(X)} samples, {u} of {A.shape[3]} maps'
    return plot_tiles(
        tiles,
        [*(['input'] if inputs else []), *(str(j) for j in range(u))],
        [f'sample {i}' for i in range(m)],
        title,
        choose_path(model, path, '_activations'),
        pyplot,
        inputs,
    )


@in_words('EpyNN.plot_attention')
def model_plot_attention(
    model: Network,
    X: ndarray,
    layer: 'int | Layer',
    pyplot: bool = True,
    path: str | Path | bool | None = None,
    mask: ndarray | None = None,
) -> 'Figure | None':
    """Draw what steps take of which steps: one row a sample, one column a head.

    In each square, a row is a step that asks and a column a step that answers; light is much.

    Parameters
    ----------
    X : ndarray
        Samples ``(m, s, ...)``, encoded and scaled as those of the Embedding.
    layer : int or Layer
        The layer, or its number in the network; of a Transformer or another layer made of layers,
        the first Attention inside. A layer that lies inside may be passed itself.
    pyplot, path : optional
        As in :meth:`plot`; the file is ``plots/<uname>_attention.png``.
    mask : ndarray, optional
        Which steps are real ``(m, s)``; the others are left out of the picture.

    Raises
    ------
    ArgumentError
        If there is no Attention in the layer.
    """
    require_initialized(model, 'plot_attention')
    inside = [inner for inner in walk_layers(model.layers) if inner is layer]
    number, layer = (None, inside[0]) if inside else find_layer(model, layer)
    found = [inner for inner in walk_layers([layer]) if inner.attends]
    if not found:
        raise ArgumentError(
            'EpyNN.plot_attention(layer)', 'a layer with attention weights P (m, heads, s, s)',
            f'layer {number}, {layer.name}', 'Choose an Attention, or a Transformer.',
        )  # fmt: skip
    if np.ndim(X) < 2 or len(X) == 0:
        raise ShapeError(
            'EpyNN.plot_attention(X)', 'at least one sequence', describe(X),
            'Pass samples along the first axis, as those of the Embedding.',
        )  # fmt: skip
    m = min(len(X), SHOWN_SAMPLES)
    real = np.ones(np.shape(X)[:2], dtype=bool) if mask is None else mask
    model.forward(X[:m], mask=None if mask is None else mask[:m])
    P = found[0].fc['P']
    heads = min(P.shape[1], SHOWN_FILTERS)
    tiles = [[P[i, j][np.ix_(real[i], real[i])] for j in range(heads)] for i in range(m)]
    title = f'{layer.name}: {m} of {len(X)} samples, {heads} of {P.shape[1]} heads'
    return plot_tiles(
        tiles,
        [f'head {j}' for j in range(heads)],
        [f'sample {i}' for i in range(m)],
        title,
        choose_path(model, path, '_attention'),
        pyplot,
    )


def find_layer(model: Network, layer: Any) -> tuple[int, Layer]:
    """Return number and layer for either of them."""
    for number, candidate in enumerate(model.layers):
        if layer is candidate or (
            type(layer) is int and layer in (number, number - len(model.layers))
        ):
            return number, candidate
    raise ArgumentError(
        'layer', f'a layer of the network or its number, 0 to {len(model.layers) - 1}',
        describe(layer), 'See model.summary() for the numbers.',
    )  # fmt: skip


def find_inside(model: Network, layer: Any) -> tuple[int, Layer] | None:
    """Return a layer inside another, and the number of that; None for what is no such layer."""
    for number, outer in enumerate(model.layers):
        if any(layer is inner for inner in walk_layers(outer.children())):
            return number, layer
    return None


def choose_path(model: Network, path: str | Path | bool | None, kind: str) -> str | Path | None:
    """Return the file to write: the one named, the default in ``plots/``, or None for no file."""
    if path is False or not model.is_first:
        return None
    if path is None or path is True:
        path = Path('plots') / f'{file_stem(model.uname)}{kind}.png'
        path.parent.mkdir(exist_ok=True)
        process_logs(f'Picture: {path}')
    return path
