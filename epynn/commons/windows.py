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

from epynn.commons.arguments import as_flag, as_int, as_pair, describe, suggest
from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.window import Pads, Window, find_hang, find_pads, span

CHANNELS = 4
"""Up to so many rows of an image may well be its channels, put first."""
SAME = ('same', 'same_lower')
MODES = (*SAME, 'valid')
POOLS: Mapping[Any, str] = MappingProxyType({
    np.max: 'max', np.amax: 'max', max: 'max', np.min: 'min', np.amin: 'min', min: 'min',
    np.mean: 'mean', np.average: 'mean',
})  # fmt: skip


class Sliding(Layer):
    """Base of the layers whose window slides over images or signals."""

    window: Window
    """How it lies on the input, as `compute_shapes` found."""
    padding: Any
    """A word, or numbers, as the layer takes them."""
    use_bias: bool
    """Whether filters have a bias."""
    how: str = ''
    """What a pooling keeps of each window: 'max', 'min' or 'mean'; nothing for filters."""
    ceil_mode: bool = False
    """Whether a last window may hang over the end."""
    count_padding: bool = True
    """Whether a mean counts padding, as zeros."""


def as_padding(value: Any, name: str) -> str | tuple[int, int]:
    """Return padding of images: a word of :data:`MODES`, or a pair of ints of at least 0."""
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


def lay_window(layer: Sliding, A: ndarray, padding: str | tuple[int, int], argument: str) -> Window:
    """Lay the window of a layer on images, and note ``m h w d ph pw oh ow``.

    ``oh = floor((h + 2 ph - (fh - 1) rh - 1) / sh) + 1``, and the same for the width;
    ``oh = ceil(h / sh)`` with a word of :data:`SAME`. The layer's `d` holds ``fh fw sh sw`` and,
    where they are other than 1, ``rh rw g``. `padding` is a word of :data:`MODES`, or rows and
    columns for each side; `argument` is the one that gave the window, for the error of one that is
    too large.
    """
    d = layer.d
    d['m'], d['h'], d['w'], d['d'] = A.shape
    size, strides = (d['fh'], d['fw']), (d['sh'], d['sw'])
    dilation = d.get('rh', 1), d.get('rw', 1)
    pads = find_pads(padding, A.shape[1:3], size, strides, dilation)
    try:
        window = _make_window(layer, (d['h'], d['w']), size, strides, pads, dilation)
    except ValueError:
        padded = d['h'] + sum(pads[0]), d['w'] + sum(pads[1])
        spans = span(d['fh'], dilation[0]), span(d['fw'], dilation[1])
        dilated = '' if spans == size else f' (a window {size} dilated by {dilation})'
        raise ShapeError(
            f'{layer.name}.{argument}', f'a window no larger than the padded images {padded}',
            f'{spans}{dilated}',
            f'If the {d["h"]} are channels, move them to the end: X.transpose(0, 2, 3, 1).'
            if d['h'] <= CHANNELS and spans[0] <= d['w'] and spans[1] <= d['d'] else
            'Choose a smaller window, or padding, or fewer layers that shrink the images before.',
        ) from None  # fmt: skip
    d['ph'], d['pw'] = pads[0][0], pads[1][0]
    d['oh'], d['ow'] = window.size_out
    return window


def lay_step_window(layer: Sliding, A: ndarray, padding: str | int, argument: str) -> Window:
    """Lay the window of a layer on signals, as images of height 1, and note ``m s e ps os``.

    The layer's `d` holds ``f ss`` and, where they are other than 1, ``rs g``. `padding` is a word
    of :data:`MODES`, steps for each end, or 'causal': before the signal, as far as the window
    reaches back; `argument` as in :func:`lay_window`.
    """
    d = layer.d
    d['m'], d['s'], d['e'] = A.shape
    size, strides, dilation = (1, d['f']), (1, d['ss']), (1, d.get('rs', 1))
    points = span(d['f'], dilation[1])
    if padding == 'causal':
        pads: Pads = (0, 0), (points - 1, 0)
    else:
        sides = padding if isinstance(padding, str) else (0, padding)
        pads = find_pads(sides, (1, d['s']), size, strides, dilation)
    try:
        window = _make_window(layer, (1, d['s']), size, strides, pads, dilation)
    except ValueError:
        dilated = '' if points == d['f'] else f' (a window {d["f"]} dilated by {dilation[1]})'
        raise ShapeError(
            f'{layer.name}.{argument}',
            f'a window no longer than the padded signals, {d["s"] + sum(pads[1])}',
            f'{points}{dilated}',
            f'If the {d["s"]} are elements, move them to the end: X.transpose(0, 2, 1).'
            if d['s'] <= CHANNELS and points <= d['e'] else
            'Choose a smaller window, or padding, or fewer layers that shorten the signals before.',
        ) from None  # fmt: skip
    d['ps'], d['os'] = pads[1][0], window.size_out[1]
    return window


def _make_window(
    layer: Sliding,
    size_in: tuple[int, int],
    size: tuple[int, int],
    strides: tuple[int, int],
    pads: Pads,
    dilation: tuple[int, int],
) -> Window:
    """Make the window of a layer, whose last place may hang over the end in ceil mode."""
    (top, bottom), (left, right) = pads
    y, x = 0, 0
    if layer.ceil_mode:
        axes = zip(size_in, size, strides, pads, dilation, strict=True)
        y, x = (find_hang(*axis) for axis in axes)
    return Window(
        size_in, size, strides, ((top, bottom + y), (left, right + x)), dilation,
        layer.d.get('g', 1), (y, x), layer.count_padding,
    )  # fmt: skip


def check_sight(layer: Sliding) -> None:
    """Refuse a window of a pooling that would see nothing but padding."""
    window = layer.window
    if not window.sees_everywhere():
        raise ShapeError(
            f'{layer.name}.dilation', 'windows that see a point of the input each',
            f'an input of {window.size_in}, of which one sees nothing',
            'Choose a smaller dilation, or less padding.',
        )  # fmt: skip


def check_pool_padding(
    padding: str | int | tuple[int, int],
    window: int | tuple[int, int],
    dilation: int | tuple[int, int],
    name: str,
) -> None:
    """Refuse padding of a pooling, along one axis or two, by more than half of its window."""
    if isinstance(padding, str):
        return
    if np.any(2 * np.array(padding) > (np.array(window) - 1) * np.array(dilation) + 1):
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


def as_count_padding(value: Any, how: str, name: str) -> bool:
    """Return whether a mean counts padding; a maximum or minimum has no say in it."""
    count = as_flag(value, name)
    if how != 'mean' and not count:
        raise ArgumentError(
            name, f'True with a pooling by the {how}, which padding never wins', 'False',
            'It is for pool=np.mean: leave it out.',
        )  # fmt: skip
    return count


def check_groups_of_units(layer: Layer) -> None:
    """Refuse groups ``g`` that do not share out the units ``u`` evenly."""
    g, u = layer.d['g'], layer.d['u']
    if u % g:
        raise ArgumentError(
            f'{layer.name}.groups', f'a divisor of the number of filters, {u}', f'{g}',
            'Each group needs the same number of filters.',
        )  # fmt: skip


def check_groups_of_depth(layer: Layer, A: ndarray, filters: str = 'depth / g, units') -> None:
    """Refuse an input whose last axis the groups ``g`` do not share out evenly."""
    g, depth = layer.d['g'], A.shape[-1]
    if depth % g:
        raise ShapeError(
            layer.name, f'an input that fits its W of shape (..., {filters})'.replace('g', f'{g}'),
            f'an input of shape {A.shape}, whose depth {depth} is no multiple of {g}',
            f'Pass as many channels as {g} groups can share evenly, or choose other groups.',
        )  # fmt: skip
