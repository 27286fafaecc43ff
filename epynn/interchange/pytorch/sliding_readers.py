"""Layers whose windows slide, from modules of PyTorch and the padding before them."""

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np
from torch import nn

from epynn.commons.errors import EpynnError
from epynn.commons.models import Layer
from epynn.commons.windows import SAME, Sliding
from epynn.interchange.pytorch import modules
from epynn.interchange.pytorch.layers import sides
from epynn.interchange.pytorch.parts import Part
from epynn.interchange.pytorch.reading import Walk
from epynn.kernels.window import span
from epynn.layers import (
    Convolution,
    Convolution1D,
    GlobalPooling,
    Pooling,
    Pooling1D,
    Reshape,
    TransposedConvolution,
)

PADS = (modules.Pad, nn.ZeroPad1d, nn.ZeroPad2d, nn.ConstantPad1d, nn.ConstantPad2d)


def read_padding(walk: Walk, part: Part) -> list[Layer]:
    """Keep a padding for the module behind it."""
    walk.check_padding(part.kind)
    walk.lie(part, not isinstance(part.module, modules.Pad))
    walk.pad = part
    return []


def take_padding(walk: Walk, part: Part, value: float = 0.0) -> list[int]:
    """Return the padding before a module, as torch has it; none is empty."""
    pad, walk.pad = walk.pad, None
    if pad is None:
        return []
    pads, got = pads_of(pad)
    if got != value:
        raise pad.refuse(f'{value} before {part.kind}', f'{got}', 'Give the module its padding.')
    if any(np.ravel(getattr(part.module, 'padding', 0))):
        raise part.refuse('one padding', f'two, by {pad.kind} too', 'Give both to the former.')
    return pads


def pads_of(pad: Part) -> tuple[list[int], float]:
    """Return the sides of a padding, the last axis first, and the number that it pads with."""
    module = pad.module
    if isinstance(module, modules.Pad):
        return module.pads, module.value
    return list(module.padding), getattr(module, 'value', 0.0)


def fit(
    walk: Walk, part: Part, make: Callable[..., Any], ways: Iterable[Any], fits: Callable[..., bool]
) -> Any:  # fmt: skip
    """Return the layer, made in the first of some ways in which it lies as the module does."""
    sample = np.broadcast_to(np.zeros(()), (1, *walk.shape))
    for way in ways:
        try:
            layer = make(*way)
            layer.compute_shapes(sample)
        except EpynnError:
            continue
        if fits(layer):
            return make(*way)
    raise part.refuse(
        "padding that is the same on both sides, 'same', or before a signal alone",
        'another', 'Pad the data, or choose padding that a layer here has.',
    )  # fmt: skip


def per_axis(value: Any, axes: int) -> Any:
    """Return a setting of windows as layers here take it: a pair for images, else one number."""
    values = [int(each) for each in np.broadcast_to(np.ravel(value), (axes,))]
    return tuple(values) if axes == 2 else values[0]


def alike(pads: list[int], axes: int) -> Any:
    """Return padding before each axis, as layers here take it, from that of all sides."""
    return per_axis(pads[::2][::-1], axes)


def read_convolution(walk: Walk, part: Part) -> list[Layer]:
    """Return a Convolution, with the padding before it and the activation behind it."""
    walk.lie(part, True)
    part.require('Pad with zeros.', padding_mode='zeros')
    module, pads = part.module, take_padding(walk, part)
    axes = len(module.kernel_size)
    make = Convolution if axes == 2 else Convolution1D
    function, hyper = walk.activation()

    def made(padding: Any) -> Any:
        return make(
            module.out_channels, per_axis(module.kernel_size, axes),
            per_axis(module.stride, axes), padding, function, use_bias=module.bias is not None,
            dilation=per_axis(module.dilation, axes), groups=module.groups, se_hPars=hyper or None,
        )  # fmt: skip

    if not pads:
        own = module.padding
        layer = made(own if isinstance(own, str) else per_axis(own, axes))
    else:
        words = ('same', 'causal', 'same_lower') if axes == 1 else SAME
        ways = [(alike(pads, axes),), *((word,) for word in words)]
        layer = fit(walk, part, made, ways, lambda layer: sides(layer.window.pads, axes) == pads)
    return [walk.fill(layer, part)]


def read_transposed(walk: Walk, part: Part) -> list[Layer]:
    """Return a TransposedConvolution, with what is cut off behind it, and the activation."""
    walk.lie(part, True)
    part.require(padding_mode='zeros')
    module, cut = part.module, [0, 0, 0, 0]
    if walk.parts and walk.parts[0].is_a(*PADS):
        pads, value = pads_of(walk.parts[0])
        if value == 0 and max(pads) <= 0:
            walk.parts.pop(0)
            cut = pads
    function, hyper = walk.activation()
    befores, sizes, more = [], [], []
    for axis, n in enumerate(walk.shape[:2]):
        before, behind = cut[2 - 2 * axis : 4 - 2 * axis]
        points = span(module.kernel_size[axis], module.dilation[axis])
        whole = (n - 1) * module.stride[axis] + points
        padding, added = module.padding[axis], module.output_padding[axis]
        befores.append(padding - before)
        sizes.append(whole - 2 * padding + added + before + behind)
        more.append(sizes[-1] - whole + 2 * befores[-1])

    def made(padding: Any, output_padding: Any) -> Any:
        return TransposedConvolution(
            module.out_channels, module.kernel_size, module.stride, padding, function,
            use_bias=module.bias is not None, output_padding=output_padding, se_hPars=hyper or None,
            dilation=module.dilation, groups=module.groups,
        )  # fmt: skip

    def fits(layer: Any) -> bool:
        before = [sides[0] for sides in layer.window.pads]
        return before == befores and [layer.d['oh'], layer.d['ow']] == sizes

    ways = [(tuple(befores), tuple(more)), *((word, 0) for word in SAME)]
    return [walk.fill(fit(walk, part, made, ways, fits), part)]


def make_pool(module: Any, pool: Any, **settings: Any) -> Sliding:
    """Return a Pooling with the window of a module."""
    size = module.size if isinstance(module, modules.MeanPool) else module.kernel_size
    strides = module.strides if isinstance(module, modules.MeanPool) else module.stride
    axes = axes_of(module)
    make = Pooling if axes == 2 else Pooling1D
    dilation = per_axis(getattr(module, 'dilation', 1), axes)
    return make(per_axis(size, axes), per_axis(strides, axes), pool, dilation=dilation, **settings)


def axes_of(module: Any) -> int:
    """Return whether a pooling is of signals, 1, or of images, 2."""
    if isinstance(module, modules.MeanPool):
        return len(module.size)
    return 1 if isinstance(module, nn.MaxPool1d | nn.AvgPool1d) else 2


def read_max_pool(walk: Walk, part: Part) -> list[Layer]:
    """Return a Pooling by the maximum or minimum, with the padding before it."""
    walk.lie(part, True)
    part.require(return_indices=False)
    module, axes = part.module, axes_of(part.module)
    smallest = isinstance(module, modules.MinPool1d | modules.MinPool2d)
    pads = take_padding(walk, part, float('inf' if smallest else '-inf'))
    pool = np.min if smallest else np.max
    if not pads:
        padding = per_axis(module.padding, axes)
        return [make_pool(module, pool, padding=padding, ceil_mode=module.ceil_mode)]
    return [padded_pool(walk, part, pool, pads, ceil_mode=module.ceil_mode)]


def read_mean_pool(walk: Walk, part: Part) -> list[Layer]:
    """Return a Pooling by the mean, with the padding before it."""
    ours = isinstance(part.module, modules.MeanPool)
    walk.lie(part, not ours)
    part.require(divisor_override=None)
    module, axes = part.module, axes_of(part.module)
    pads = take_padding(walk, part)
    if ours:
        return [counting_pool(walk, part, pads or [0] * 2 * axes)]
    if not pads:
        settings = {
            'padding': per_axis(module.padding, axes),
            'ceil_mode': module.ceil_mode, 'count_padding': module.count_include_pad,
        }  # fmt: skip
        return [make_pool(module, np.mean, **settings)]
    return [padded_pool(walk, part, np.mean, pads, ceil_mode=module.ceil_mode)]


def padded_pool(walk: Walk, part: Part, pool: Any, pads: list[int], **settings: Any) -> Layer:
    """Return a Pooling that has the padding of all sides."""
    axes = axes_of(part.module)

    def made(padding: Any) -> Layer:
        return make_pool(part.module, pool, padding=padding, **settings)

    def fits(layer: Sliding) -> bool:
        # What hangs over is no padding: a mean does not count it
        return not any(layer.window.hang) and sides(layer.window.pads, axes) == pads

    ways = [(padding,) for padding in (alike(pads, axes), *SAME)]
    layer: Layer = fit(walk, part, made, ways, fits)
    return layer


def counting_pool(walk: Walk, part: Part, pads: list[int]) -> Layer:
    """Return a Pooling by the mean that counts the same points of each window."""
    axes, counts = axes_of(part.module), part.module.counts.cpu().numpy()

    def made(padding: Any, ceil_mode: bool, count_padding: bool) -> Layer:
        settings = {'ceil_mode': ceil_mode, 'count_padding': count_padding}
        return make_pool(part.module, np.mean, padding=padding, **settings)

    def fits(layer: Sliding) -> bool:
        found = layer.window.count_points(layer.window.uncounted)
        same = np.array_equal(found if axes == 2 else found[0], counts)
        return same and sides(layer.window.pads, axes) == pads

    ways = product((alike(pads, axes), *SAME), (False, True), (True, False))
    layer: Layer = fit(walk, part, made, ways, fits)
    return layer


def read_adaptive_pool(walk: Walk, part: Part) -> list[Layer]:
    """Return a GlobalPooling, or a Pooling whose windows share out the places evenly."""
    walk.lie(part, True)
    part.require(return_indices=False)
    mean = isinstance(part.module, nn.AdaptiveAvgPool1d | nn.AdaptiveAvgPool2d)
    pool = np.mean if mean else np.max
    *places, d = walk.shape
    given = part.module.output_size
    given = given if isinstance(given, tuple | list) else [given] * len(places)
    sizes = [n if size is None else size for n, size in zip(places, given, strict=True)]
    if set(sizes) == {1}:
        walk.add(GlobalPooling(pool), part)
        if not (walk.parts and walk.parts[0].is_a(nn.Flatten)):
            walk.add(Reshape([*sizes, d]), part)
            walk.first = True
        return []
    if any(n % size for n, size in zip(places, sizes, strict=True)):
        raise part.refuse(
            f'sizes that share out {tuple(places)} evenly', f'{tuple(sizes)}',
            'Write a MaxPool or AvgPool with a window.',
        )  # fmt: skip
    size = per_axis([n // size for n, size in zip(places, sizes, strict=True)], len(places))
    return [(Pooling if len(places) == 2 else Pooling1D)(size, None, pool)]
