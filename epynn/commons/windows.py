"""Windows that slide over images or signals: their padding, and how many fit.

For the layers of convolution and pooling. Each axis has a letter, ``h``, ``w`` or ``s``, that also
ends the names of its numbers in ``layer.d``: along the height ``h``, the window ``fh``, the stride
``sh``, the dilation ``rh``, the padding ``ph`` before it, and the output ``oh``. The window of
signals is plain ``f``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.arguments import as_int, as_pair, describe, suggest
from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.models import Layer
from epynn.kernels.arrays import Array
from epynn.kernels.geometry import Pads, find_pads, output_size, span

CHANNELS = 4
"""Up to so many rows of an image may well be its channels, put first."""
MODES = ('same', 'valid')
POOLS: Mapping[Any, str] = MappingProxyType({
    np.max: 'max', np.amax: 'max', max: 'max', np.min: 'min', np.amin: 'min', min: 'min',
    np.mean: 'mean', np.average: 'mean',
})  # fmt: skip


def as_padding(value: Any, name: str) -> str | tuple[int, int]:
    """Return padding of images: 'same', 'valid', or a pair of ints of at least 0."""
    if isinstance(value, str):
        return _as_mode(value, name, MODES)
    return as_pair(value, name, minimum=0)


def as_step_padding(value: Any, name: str, modes: tuple[str, ...] = MODES) -> str | int:
    """Return padding of signals: one of the words in `modes`, or an int of at least 0."""
    if isinstance(value, str):
        return _as_mode(value, name, modes)
    return as_int(value, name, minimum=0)


def _as_mode(value: str, name: str, modes: tuple[str, ...]) -> str:
    """Return padding that is a word, if it is one of `modes`."""
    if value not in modes:
        raise ArgumentError(
            name, f'{", ".join(modes)}, or numbers', describe(value), suggest(value, modes)
        )
    return value


def compute_window_shapes(
    layer: Layer, A: Array, padding: str | tuple[int, int], argument: str
) -> Pads:
    """Read ``m h w d`` off the images and derive ``ph pw oh ow``.

    ``oh = floor((h + 2 ph - (fh - 1) rh - 1) / sh) + 1``, and the same for the width;
    ``oh = ceil(h / sh)`` with 'same'.

    Parameters
    ----------
    layer : Layer
        A layer whose `d` holds ``fh fw sh sw`` and, where windows are dilated, ``rh rw``.
    A : ndarray
        Images ``(m, h, w, d)``.
    padding : str or (int, int)
        'same', 'valid', or rows and columns added on each side.
    argument : str
        The argument that gave the window, for the error message.

    Returns
    -------
    tuple of pairs
        Rows added above and below, columns added left and right.

    Raises
    ------
    ShapeError
        If the window is larger than the padded images.
    """
    d = layer.d
    d['m'], d['h'], d['w'], d['d'] = A.shape
    rh, rw = d.get('rh', 1), d.get('rw', 1)
    window, strides = (d['fh'], d['fw']), (d['sh'], d['sw'])
    pads = find_pads(padding, A.shape[1:3], window, strides, (rh, rw))
    padded = d['h'] + sum(pads[0]), d['w'] + sum(pads[1])
    spans = span(d['fh'], rh), span(d['fw'], rw)
    if spans[0] > padded[0] or spans[1] > padded[1]:
        dilated = '' if spans == window else f' (a window {window} dilated by {(rh, rw)})'
        raise ShapeError(
            f'{layer.name}.{argument}', f'a window no larger than the padded images {padded}',
            f'{spans}{dilated}',
            f'If the {d["h"]} are channels, move them to the end: X.transpose(0, 2, 3, 1).'
            if d['h'] <= CHANNELS and spans[0] <= d['w'] and spans[1] <= d['d'] else
            'Choose a smaller window, or padding, or fewer layers that shrink the images before.',
        )  # fmt: skip
    d['ph'], d['pw'] = pads[0][0], pads[1][0]
    d['oh'] = output_size(d['h'], d['fh'], d['sh'], pads[0], rh)
    d['ow'] = output_size(d['w'], d['fw'], d['sw'], pads[1], rw)
    return pads


def compute_step_window_shapes(layer: Layer, A: Array, padding: str | int, argument: str) -> Pads:
    """Read ``m s e`` off the signals and derive ``ps os``: one axis of what is done for images.

    With 'causal' all padding comes before the signal, as much as the window reaches back.

    Parameters
    ----------
    layer : Layer
        A layer whose `d` holds ``f ss`` and, where windows are dilated, ``rs``.
    A : ndarray
        Signals ``(m, s, e)``.
    padding : str or int
        'same', 'valid', 'causal', or steps added at each end.
    argument : str
        The argument that gave the window, for the error message.

    Returns
    -------
    tuple of pairs
        Padding of the signals as images of height 1: ``((0, 0), (before, after))``.

    Raises
    ------
    ShapeError
        If the window is larger than the padded signals.
    """
    d = layer.d
    d['m'], d['s'], d['e'] = A.shape
    rs = d.get('rs', 1)
    points = span(d['f'], rs)
    if padding == 'causal':
        pads: Pads = (0, 0), (points - 1, 0)
    else:
        sides = padding if isinstance(padding, str) else (0, padding)
        pads = find_pads(sides, (1, d['s']), (1, d['f']), (1, d['ss']), (1, rs))
    padded = d['s'] + sum(pads[1])
    if points > padded:
        dilated = '' if rs == 1 else f' (a window {d["f"]} dilated by {rs})'
        raise ShapeError(
            f'{layer.name}.{argument}', f'a window no longer than the padded signals, {padded}',
            f'{points}{dilated}',
            f'If the {d["s"]} are elements, move them to the end: X.transpose(0, 2, 1).'
            if d['s'] <= CHANNELS and points <= d['e'] else
            'Choose a smaller window, or padding, or fewer layers that shorten the signals before.',
        )  # fmt: skip
    d['ps'] = pads[1][0]
    d['os'] = output_size(d['s'], d['f'], d['ss'], pads[1], rs)
    return pads


def check_pool_padding(
    padding: str | int | tuple[int, int], window: int | tuple[int, int], name: str
) -> None:
    """Refuse padding of a pooling, along one axis or two, by more than half of its window."""
    if isinstance(padding, str):
        return
    if np.any(2 * np.array(padding) > np.array(window)):
        raise ArgumentError(
            name, 'at most half of the window, so that each window sees data', describe(padding),
            'Choose a larger pool_size or less padding.',
        )  # fmt: skip


def name_of_pool(pool: Any, name: str) -> str:
    """Return 'max', 'min' or 'mean' for the function that a pooling is by."""
    if not callable(pool) or pool not in POOLS:
        raise ArgumentError(
            name, 'np.max, np.min, np.mean or np.average', describe(pool),
            'Pass it without quotes.' if isinstance(pool, str)
            else 'Other functions have no known gradient here.',
        )  # fmt: skip
    return POOLS[pool]


def check_groups_of_units(layer: Layer) -> None:
    """Refuse groups ``g`` that do not share out the units ``u`` evenly."""
    g, u = layer.d['g'], layer.d['u']
    if u % g:
        raise ArgumentError(
            f'{layer.name}.groups', f'a divisor of the number of filters, {u}', f'{g}',
            'Each group needs the same number of filters.',
        )  # fmt: skip


def check_groups_of_depth(layer: Layer, A: Array) -> None:
    """Refuse an input whose last axis the groups ``g`` do not share out evenly."""
    g, depth = layer.d['g'], A.shape[-1]
    if depth % g:
        raise ShapeError(
            layer.name, f'an input that fits its W of shape (..., depth / {g}, units)',
            f'an input of shape {A.shape}, whose depth {depth} is no multiple of {g}',
            f'Pass as many channels as {g} groups can share evenly, or choose other groups.',
        )  # fmt: skip
