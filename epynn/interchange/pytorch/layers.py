"""Each layer as a module of PyTorch, and which numbers of both are the same."""

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import nn

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import LayerError
from epynn.commons.models import Layer
from epynn.interchange.layouts import Layout, layouts_of, own_layer
from epynn.interchange.pytorch import modules
from epynn.kernels.arrays import ndarray

ACTIVATIONS: Mapping[str, Callable[..., nn.Module]] = MappingProxyType({
    'identity': nn.Identity, 'relu': nn.ReLU, 'lrelu': nn.LeakyReLU, 'elu': nn.ELU,
    'selu': nn.SELU, 'sigmoid': nn.Sigmoid, 'hard_sigmoid': modules.HardSigmoid, 'tanh': nn.Tanh,
    'hard_tanh': nn.Hardtanh, 'softsign': nn.Softsign, 'softplus': modules.Softplus,
    'gelu': nn.GELU, 'gelu_tanh': partial(nn.GELU, 'tanh'), 'hard_swish': nn.Hardswish,
    'relu6': nn.ReLU6, 'silu': nn.SiLU, 'mish': modules.Mish, 'softmax': modules.Softmax,
})  # fmt: skip
"""Each activation function; it is made with the hyper-parameter that it has here, if any."""


POOLS: Mapping[tuple[str, int], Callable[..., nn.Module]] = MappingProxyType({
    ('max', 1): modules.MaxPool1d, ('max', 2): modules.MaxPool2d,
    ('min', 1): modules.MinPool1d, ('min', 2): modules.MinPool2d,
})  # fmt: skip
"""Poolings by the largest or smallest number, of signals and of images."""


class Link(NamedTuple):
    """A parameter or a statistic here, and where its numbers are there."""

    layer: Layer
    layout: Layout
    tensor: torch.Tensor

    @property
    def name(self) -> str:
        """The name here."""
        return self.layout.name

    @property
    def kind(self) -> str:
        """``'p'`` or ``'s'``."""
        return self.layout.kind

    @property
    def array(self) -> ndarray:
        """The numbers here."""
        array: ndarray = getattr(self.layer, self.kind)[self.name]
        return array

    @property
    def there(self) -> torch.Tensor:
        """The numbers there."""
        return self.tensor[self.layout.rows]

    def put(self) -> None:
        """Copy the numbers from here to there."""
        here = np.ascontiguousarray(self.layout.put(self.array))
        with torch.no_grad():
            self.there.copy_(torch.from_numpy(here))

    def take(self, tensor: torch.Tensor | None = None) -> ndarray:
        """Return the numbers from there, or those of another tensor of that layout, as here."""
        there = self.tensor if tensor is None else tensor
        return self.layout.take(there.detach().cpu().numpy())


Make: TypeAlias = Callable[[Any, 'Links', str], nn.Module]
"""What makes the module of a layer that has seen a sample; errors name the place."""


class Links(list[Link]):
    """All of a network, in the order of its layers; and what makes the modules.

    Parameters
    ----------
    makers : mapping
        What makes a module of each class of layers.
    """

    def __init__(self, makers: Mapping[type[Layer], Make]) -> None:
        super().__init__()
        self.makers = makers

    def join(self, layer: Layer, module: nn.Module) -> None:
        """Note the arrays of a layer in its module, and copy the numbers."""
        for layout in layouts_of(layer):
            self.append(Link(layer, layout, attrgetter(layout.tensor)(module)))
            self[-1].put()


def module_of(layer: Layer, links: Links, place: str) -> nn.Module:
    """Return the module of a layer, which has seen a sample; several in turn are a Sequential."""
    make = links.makers.get(type(layer))
    if make is None:
        raise own_layer(layer, f'to_torch, {place}')
    module = make(layer, links, place)
    for part in parts_of(module, layer):
        if part.state_dict() and not layer.children():
            links.join(layer, part)
    return module


def parts_of(module: nn.Module, layer: Layer) -> list[nn.Module]:
    """Return the modules that stand for a layer, in turn."""
    several = type(module) is nn.Sequential and not layer.children()
    return list(module) if several else [module]


def chain_of(layers: Any, links: Links, place: str, start: int = 0) -> nn.Sequential:
    """Return the modules of layers in turn.

    What has numbers is called by that of the layer, so that they are ``1.weight`` and the like.
    """
    chain = nn.Sequential()
    for number, layer in enumerate(layers, start):
        module = module_of(layer, links, f'{place}{number}.{layer.name}')
        parts = parts_of(module, layer)
        for part in parts:
            kind = layer.name if len(parts) == 1 else type(part).__name__
            chain.add_module(f'{number}' if part.state_dict() else f'{number}_{kind}', part)
    return chain


def activation_of(activate: BoundActivation, place: str) -> nn.Module:
    """Return the module of an activation function of the library."""
    if not activate.is_bundled:
        raise LayerError(
            f'to_torch, {place}', 'an activation function of the library',
            describe(activate.function), 'Take one of epynn, or a module of your own there.',
        )  # fmt: skip
    return ACTIVATIONS[activate.__name__](*activate.hyperparameters.values())


def in_turn(*modules: nn.Module) -> nn.Module:
    """Return modules in turn, without those that do nothing."""
    doing = [module for module in modules if not isinstance(module, nn.Identity)]
    return doing[0] if len(doing) == 1 else nn.Sequential(*doing)


def make_dense(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Linear`` and the activation."""
    linear = nn.Linear(*layer.p['W'].shape, dtype=dtype_of(layer))
    return in_turn(linear, activation_of(layer.activate, place))


def make_convolution(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Conv1d`` or ``Conv2d`` behind its padding, and the activation."""
    window, axes = layer.window, len(layer.fs['X']) - 2
    make = modules.Conv2d if axes == 2 else modules.Conv1d
    pads = window.pads[-axes:]
    alike = all(before == after for before, after in pads)
    convolution = make(
        layer.fs['X'][-1], layer.d['u'], window.size[-axes:], window.strides[-axes:],
        tuple(before for before, _ in pads) if alike else 0,
        window.dilation[-axes:], window.groups, 'b' in layer.p, dtype=dtype_of(layer),
    )  # fmt: skip
    padding = nn.Identity() if alike else modules.Pad(sides(pads, axes))
    return in_turn(padding, convolution, activation_of(layer.activate, place))


def make_transposed(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``ConvTranspose2d``, what is too much cut off, and the activation."""
    window, d = layer.window, layer.d
    transposed = modules.ConvTranspose2d(
        d['d'], d['u'], window.size, window.strides, groups=window.groups, bias=layer.use_bias,
        dilation=window.dilation, dtype=dtype_of(layer),
    )  # fmt: skip
    whole = [
        (n - 1) * stride + points
        for n, stride, points in zip((d['h'], d['w']), window.strides, window.spans, strict=True)
    ]
    # Points before the first of the output are cut off; behind it some are, or some are added
    cut = [
        (-before, out - n + before)
        for (before, _), out, n in zip(window.pads, (d['oh'], d['ow']), whole, strict=True)
    ]
    if any(behind > 0 for _, behind in cut):
        more = [max(behind, 0) for _, behind in cut]
        transposed.output_padding = tuple(more)
        cut = [(before, behind - add) for (before, behind), add in zip(cut, more, strict=True)]
    cutting = modules.Pad(sides(cut, 2)) if any(map(any, cut)) else nn.Identity()
    return in_turn(transposed, cutting, activation_of(layer.activate, place))


def make_pooling(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``MaxPool``, ``AvgPool`` or one of ours, behind its padding where sides differ."""
    window, axes = layer.window, len(layer.fs['X']) - 2
    size, strides = window.size[-axes:], window.strides[-axes:]
    pads, dilation = window.pads[-axes:], window.dilation[-axes:]
    hang = window.hang[-axes:]
    sided = [(before, after - over) for (before, after), over in zip(pads, hang, strict=True)]
    alike = all(before == after for before, after in sided)
    inside = tuple(before for before, _ in sided) if alike else 0
    if layer.how == 'mean':
        if set(dilation) == {1} and (alike or layer.count_padding):
            make = modules.AvgPool2d if axes == 2 else modules.AvgPool1d
            pool = make(size, strides, inside, layer.ceil_mode, layer.count_padding)
            return pool if alike else in_turn(modules.Pad(sides(sided, axes)), pool)
        counts = window.count_points(window.uncounted)
        pool = modules.MeanPool(size, strides, dilation, counts if axes == 2 else counts[0])
        return in_turn(modules.Pad(sides(window.pads, axes)), pool)
    pool = POOLS[layer.how, axes](size, strides, inside, dilation, ceil_mode=layer.ceil_mode)
    worst = float('-inf' if layer.how == 'max' else 'inf')
    return pool if alike else in_turn(modules.Pad(sides(sided, axes), worst), pool)


def sides(pads: Any, axes: int) -> list[int]:
    """Return padding as torch has it: before and after the last axis, then of those before."""
    return [n for pair in reversed(pads[-axes:]) for n in pair]


def make_batchnorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``BatchNorm``: what is kept here is `momentum`, what is taken there is 1 less that."""
    axes = len(layer.fs['X']) - 2
    make = (nn.BatchNorm1d, modules.BatchNorm1d, modules.BatchNorm2d, modules.BatchNorm3d)[axes]
    return make(layer.d['d'], layer.epsilon, round(1 - layer.momentum, 15), dtype=dtype_of(layer))


def make_layernorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``LayerNorm`` over the channels."""
    return nn.LayerNorm(layer.d['d'], layer.epsilon, dtype=dtype_of(layer))


def make_groupnorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``GroupNorm``."""
    return modules.GroupNorm(layer.d['g'], layer.d['d'], layer.epsilon, dtype=dtype_of(layer))


def make_prelu(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``PReLU``."""
    return modules.PReLU(layer.p['alpha'].size, layer.slope, dtype=dtype_of(layer))


def make_rmsnorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``RMSNorm`` over the channels."""
    return nn.RMSNorm(layer.d['d'], layer.epsilon, dtype=dtype_of(layer))


def dtype_of(layer: Layer) -> torch.dtype:
    """Return the data type of a layer's parameters, as torch calls it."""
    return torch.float32 if layer.dtype == np.float32 else torch.float64
