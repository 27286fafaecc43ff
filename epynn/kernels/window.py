"""How a window lies on images: its size, strides, padding, dilation, and how often it fits."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from epynn.kernels.arrays import ndarray

Pair: TypeAlias = int | tuple[int, int]
"""One number for the height and one for the width, or one for both."""

Pads: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""Padding of each side by itself: ``((top, bottom), (left, right))``."""

Padding: TypeAlias = str | Pair | Pads
"""All ways to write padding:

- ``1`` or ``(ph, pw)``: as many rows above as below, as many columns left as right;
- ``'valid'``: none;
- ``'same'``: as little as gives an output of ``ceil(h / sh)`` rows and ``ceil(w / sw)`` columns; an
  odd row or column goes to the bottom or the right (the rule of TensorFlow and Keras);
- ``'same_lower'``: as many, an odd one goes to the top or the left (ONNX's ``SAME_LOWER``);
- ``((top, bottom), (left, right))``: each side by itself, which is what all others come down to.
"""


@dataclass(frozen=True)
class Window:
    """How a window lies on images: made and checked once, and handed down by name.

    A window of ``fh * fw`` points slides over images of ``h * w`` points in a frame of padding.

    Attributes
    ----------
    size_in, size : tuple of int
        ``(h, w)`` of the images, without the frame, and ``(fh, fw)`` of the window.
    strides, dilation : tuple of int
        Its steps ``(sh, sw)``, and the distances ``(rh, rw)`` of neighbouring points in it.
    pads : pair of pairs
        Rows and columns of the frame, ``((top, bottom), (left, right))``.
    groups : int
        Groups ``g`` into which depth and filters of a convolution fall.
    hang : tuple of int
        Rows at the bottom and columns at the right of the frame that the last windows hang over:
        they hold nothing, and a mean never counts them.
    count_padding : bool
        Whether a mean counts the rest of the frame, as zeros.
    size_out : tuple of int
        ``(oh, ow)``, its places: ``oh = floor((h + 2ph - (fh - 1)*rh - 1) / sh) + 1``; a ValueError
        where the window is larger than the images in their frame.
    """

    size_in: tuple[int, int]
    size: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    pads: Pads = ((0, 0), (0, 0))
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    hang: tuple[int, int] = (0, 0)
    count_padding: bool = True
    size_out: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        axes = zip(self.size_in, self.size, self.strides, self.pads, self.dilation, strict=True)
        oh, ow = (output_size(*axis) for axis in axes)
        object.__setattr__(self, 'size_out', (oh, ow))

    @classmethod
    def on(
        cls,
        size_in: tuple[int, ...],
        size: Pair,
        strides: Pair = 1,
        padding: Padding = 0,
        dilation: Pair = 1,
        groups: int = 1,
    ) -> 'Window':
        """Lay a window on images ``(h, w)``, however its numbers, which it checks, are written."""
        size = pair(size, 'window', least=1)
        strides = pair(strides, 'strides', least=1)
        dilation = pair(dilation, 'dilation', least=1)
        h, w = size_in
        pads = find_pads(padding, (h, w), size, strides, dilation)
        return cls((h, w), size, strides, pads, dilation, groups)

    @property
    def framed(self) -> tuple[int, int]:
        """Height and width of the images in their frame."""
        (top, bottom), (left, right) = self.pads
        return top + self.size_in[0] + bottom, left + self.size_in[1] + right

    @property
    def spans(self) -> tuple[int, int]:
        """Points from the first to the last of the window, along the height and the width."""
        return span(self.size[0], self.dilation[0]), span(self.size[1], self.dilation[1])

    @property
    def points(self) -> int:
        """Points of the window, ``fh * fw``."""
        return self.size[0] * self.size[1]

    @property
    def uncounted(self) -> Pads:
        """Rows and columns at the edge of the frame that a mean leaves out."""
        return ((0, self.hang[0]), (0, self.hang[1])) if self.count_padding else self.pads

    def count_points(self, left_out: Pads) -> ndarray:
        """Count the points of each window that are not so near the edge of the frame: (oh, ow)."""
        rows, columns = (_count_points(*axis) for axis in self._axes(left_out))
        counts: ndarray = rows[:, np.newaxis] * columns
        return counts

    def sees_all(self, left_out: Pads) -> bool:
        """Return whether each window has a point that is not so near the edge of the frame."""
        return all(_sees_all(*axis) for axis in self._axes(left_out))

    def _axes(self, left_out: Pads) -> Iterator[tuple[int, tuple[int, int], int, int, int, int]]:
        """Iterate over what tells of the height, and of the width."""
        return zip(
            self.framed, left_out, self.size, self.size_out, self.strides, self.dilation,
            strict=True,
        )  # fmt: skip

    def sees_everywhere(self) -> bool:
        """Return whether no place of the window shows padding alone."""
        axes = zip(
            self.size_in, self.pads, self.size, self.size_out, self.strides, self.dilation,
            strict=True,
        )  # fmt: skip
        return all(_sees_everywhere(*axis) for axis in axes)


def pair(value: object, name: str, least: int | None = None) -> tuple[int, int]:
    """Normalize an int or a pair of ints, one for the height and one for the width.

    A TypeError tells that it is not made of integers, as which a bool does not count, a ValueError
    that there are not two, or one is below `least`.
    """
    values = value if isinstance(value, (tuple, list)) else (value, value)
    expected = f'{name}: expected an int or a pair of ints'
    if len(values) != 2:
        raise ValueError(f'{expected}, got {value!r}. Write 2 or (2, 2).')
    if any(isinstance(v, (bool, np.bool_)) or not hasattr(v, '__index__') for v in values):
        raise TypeError(f'{expected}, got {value!r}. Write 2 or (2, 2).')
    height, width = map(operator.index, values)
    if least is not None and min(height, width) < least:
        raise ValueError(f'{expected} of at least {least}, got {value!r}. Take {least} or more.')
    return height, width


def check_axes(X: ndarray, name: str, axes: str, remedy: str) -> None:
    """Raise unless ``X`` is an array with as many axes as listed: ``'m, h, w, d'``."""
    rank = axes.count(',') + 1
    if not hasattr(X, 'ndim'):
        raise TypeError(
            f'{name}: expected an array, got a {type(X).__name__}. Convert it by np.array.'
        )
    if X.ndim != rank:
        got = f'{X.ndim} {"axis" if X.ndim == 1 else "axes"} {X.shape}'
        raise ValueError(f'{name}: expected {rank} axes ({axes}), got {got}. {remedy}')


def span(window: int, dilation: int = 1) -> int:
    """Count the points from the first to the last of a dilated window: ``(f - 1) r + 1``."""
    return (window - 1) * dilation + 1


def output_size(size: int, window: int, stride: int, padding: Pair = 0, dilation: int = 1) -> int:
    """Count the places of a window on one axis, with padding at either end, or before and after.

    ``floor((size + padding - span) / stride) + 1``; a ValueError if the window is larger than that.
    """
    before, after = pair(padding, 'padding', least=0)
    padded = size + before + after
    points = span(window, dilation)
    if points > padded:
        dilated = '' if dilation == 1 else f' ({window} points, {dilation} apart)'
        raise ValueError(
            f'window: expected at most {padded} (size {size}, padding {before} + {after}), got '
            f'{points}{dilated}. Take a smaller window or more padding.'
        )
    return (padded - points) // stride + 1


def find_hang(size: int, window: int, stride: int, padding: tuple[int, int], dilation: int) -> int:
    """Count the points beyond the frame of one axis that a last window, not yet whole, needs.

    There is one where the windows leave a rest, and it has to begin in the image or in the padding
    before it: the rule of PyTorch's ``ceil_mode``.
    """
    before, after = padding
    padded, points = before + size + after, span(window, dilation)
    rest = -(padded - points) % stride
    begin = padded + rest - points
    return rest if 0 <= begin < before + size else 0


def find_pads(
    padding: Padding, size: tuple[int, ...], window: Pair, strides: Pair = 1, dilation: Pair = 1
) -> Pads:
    """Work out how much padding goes to each side of images of that size.

    The window, its strides and its dilation are read for ``'same'`` and ``'same_lower'`` only. A
    TypeError or ValueError tells that it is none of the ways of :data:`Padding`.
    """
    if isinstance(padding, str):
        if padding not in ('same', 'same_lower', 'valid'):
            raise ValueError(
                f"padding: expected 'same', 'same_lower', 'valid', ints or pairs, got {padding!r}. "
                'Write 1 for a frame of one point.'
            )
        if padding == 'valid':
            return (0, 0), (0, 0)
        (fh, fw), (sh, sw) = pair(window, 'window', least=1), pair(strides, 'strides', least=1)
        rh, rw = pair(dilation, 'dilation', least=1)
        y, x = _same(size[0], span(fh, rh), sh), _same(size[1], span(fw, rw), sw)
        return (y, x) if padding == 'same' else (y[::-1], x[::-1])
    if isinstance(padding, (tuple, list)) and any(isinstance(p, (tuple, list)) for p in padding):
        if len(padding) != 2:
            raise ValueError(
                f'padding: expected ((top, bottom), (left, right)), got {padding!r}. '
                'Give two pairs, or one number for all sides.'
            )
        rows, columns = padding
        return pair(rows, 'padding[0]', least=0), pair(columns, 'padding[1]', least=0)
    ph, pw = pair(padding, 'padding', least=0)
    return (ph, ph), (pw, pw)


def _count_points(
    size: int, left_out: tuple[int, int], points: int, places: int, stride: int, dilation: int
) -> ndarray:
    """Count the points of each window along one axis that are not so near an end."""
    return _count_from(stride * np.arange(places), size, left_out, points, dilation)


def _count_from(
    starts: ndarray, size: int, left_out: tuple[int, int], points: int, dilation: int
) -> ndarray:
    """Count those of windows that begin at `starts`, without an array of all points."""
    before, after = left_out
    # Of point k = 0, 1, ... at start + k * dilation: the first that counts, and the one behind
    first = np.maximum(-((starts - before) // dilation), 0)
    behind = np.minimum(-((starts - size + after) // dilation), points)
    counts: ndarray = np.maximum(behind - first, 0)
    return counts


def _sees_all(
    size: int, left_out: tuple[int, int], points: int, places: int, stride: int, dilation: int
) -> bool:
    """Return whether each window has a point that counts, from the few that may have none.

    The first window reaches least far in, the last begins farthest out. Others step over what
    counts only where that is narrower than their dilation, and they begin before it.
    """
    before, after = left_out
    narrow = size - before - after < dilation
    few = min(-(-before // stride), places) if narrow else 1
    starts = stride * np.append(np.arange(few), places - 1)
    return bool(_count_from(starts, size, left_out, points, dilation).all())


def _sees_everywhere(
    size: int, padding: tuple[int, int], points: int, places: int, stride: int, dilation: int
) -> bool:
    """Return whether each window has a point on one axis of an image."""
    # Points no further apart than the image is long cannot step over it: the ends tell of all
    starts = stride * (np.arange(places) if dilation > size else np.array([0, places - 1]))
    # The first point of each that is not in the padding before
    first = np.maximum(-(-(padding[0] - starts) // dilation), 0)
    on_image = starts + first * dilation < padding[0] + size
    return bool(np.all((first < points) & on_image))


def _same(size: int, points: int, stride: int) -> tuple[int, int]:
    """Share out the padding for ``ceil(size / stride)`` positions; an odd point comes after."""
    positions = -(-size // stride)
    total = max((positions - 1) * stride + points - size, 0)
    return total // 2, total - total // 2
