"""Each layer as a module of PyTorch, and which numbers of both are the same."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import nn

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import LayerError
from epynn.commons.models import Layer
from epynn.interchange.pytorch import modules
from epynn.kernels.arrays import ndarray

ACTIVATIONS: Mapping[str, Callable[..., nn.Module]] = MappingProxyType({
    'identity': nn.Identity, 'relu': nn.ReLU, 'lrelu': nn.LeakyReLU, 'elu': nn.ELU,
    'selu': nn.SELU, 'sigmoid': nn.Sigmoid, 'hard_sigmoid': modules.HardSigmoid, 'tanh': nn.Tanh,
    'hard_tanh': nn.Hardtanh, 'softsign': nn.Softsign, 'softplus': modules.Softplus,
    'gelu': nn.GELU, 'silu': nn.SiLU, 'mish': modules.Mish, 'softmax': modules.Softmax,
})  # fmt: skip
"""Each activation function; it is made with the hyper-parameter that it has here, if any."""


class Link(NamedTuple):
    """A parameter or a statistic here, and where its numbers are there."""

    layer: Layer
    kind: str
    """``'p'`` or ``'s'``."""
    name: str
    tensor: torch.Tensor
    axes: tuple[int, ...]
    """Axes of the tensor, in the order that they have here."""
    rows: slice
    """Rows of the tensor, where gates lie below each other."""

    @property
    def array(self) -> ndarray:
        """The numbers here."""
        array: ndarray = getattr(self.layer, self.kind)[self.name]
        return array

    def put(self) -> None:
        """Copy the numbers from here to there."""
        there = self.tensor[self.rows]
        shape = [there.shape[axis] for axis in self.axes]
        here = self.array.reshape(shape).transpose(np.argsort(self.axes))
        with torch.no_grad():
            there.copy_(torch.from_numpy(np.ascontiguousarray(here)))

    def take(self, tensor: torch.Tensor | None = None) -> ndarray:
        """Return the numbers from there, or those of another tensor of that layout, as here."""
        there = (self.tensor if tensor is None else tensor).detach().cpu().numpy()[self.rows]
        taken: ndarray = there.transpose(self.axes).reshape(self.array.shape)
        return taken


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

    def join(
        self, layer: Layer, name: str, tensor: torch.Tensor, axes: tuple[int, ...] = (0,),
        rows: slice = slice(None), kind: str = 'p',
    ) -> None:  # fmt: skip
        """Note a link, and copy the numbers."""
        self.append(Link(layer, kind, name, tensor, axes, rows))
        self[-1].put()


def module_of(layer: Layer, links: Links, place: str) -> nn.Module:
    """Return the module of a layer, which has seen a sample."""
    make = links.makers.get(type(layer))
    if make is None:
        raise LayerError(
            f'to_torch, {place}', 'a layer of the library', describe(layer),
            'Write it as a module of PyTorch, and put it in its place.',
        )  # fmt: skip
    return make(layer, links, place)


def chain_of(layers: Any, links: Links, place: str, start: int = 0) -> nn.Sequential:
    """Return the modules of layers in turn, each by its number and name."""
    chain = nn.Sequential()
    for number, layer in enumerate(layers, start):
        inner = module_of(layer, links, f'{place}{number}.{layer.name}')
        chain.add_module(f'{number}_{layer.name}', inner)
    return chain


def activation_of(activate: BoundActivation, place: str) -> nn.Module:
    """Return the module of an activation function of the library."""
    if not activate.is_bundled:
        raise LayerError(
            f'to_torch, {place}', 'an activation function of the library',
            describe(activate.function), 'Take one of epynn, or a module of your own there.',
        )  # fmt: skip
    return ACTIVATIONS[activate.__name__](*activate.hyperparameters.values())


def activated(module: nn.Module, activate: BoundActivation, place: str) -> nn.Module:
    """Return a module, and its activation behind."""
    behind = activation_of(activate, place)
    return module if isinstance(behind, nn.Identity) else nn.Sequential(module, behind)


def make_dense(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Linear`` and the activation."""
    linear = nn.Linear(*layer.p['W'].shape, dtype=dtype_of(layer))
    links.join(layer, 'W', linear.weight, (1, 0))
    links.join(layer, 'b', linear.bias)
    return activated(linear, layer.activate, place)


def make_convolution(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Conv1d`` or ``Conv2d`` behind its padding, and the activation."""
    window, axes = layer.window, len(layer.fs['X']) - 2
    make = nn.Conv2d if axes == 2 else nn.Conv1d
    convolution = make(
        layer.fs['X'][-1], layer.d['u'], window.size[-axes:], window.strides[-axes:], 0,
        window.dilation[-axes:], window.groups, 'b' in layer.p, dtype=dtype_of(layer),
    )  # fmt: skip
    links.join(layer, 'W', convolution.weight, (*range(2, 2 + axes), 1, 0))
    if convolution.bias is not None:
        links.join(layer, 'b', convolution.bias)
    padded = pad_before(convolution, sides(window.pads, axes))
    return activated(modules.ChannelsFirst(padded), layer.activate, place)


def make_transposed(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``ConvTranspose2d``, what is too much cut off, and the activation."""
    window, d = layer.window, layer.d
    transposed = nn.ConvTranspose2d(
        d['d'], d['u'], window.size, window.strides, bias=layer.use_bias, dtype=dtype_of(layer)
    )
    links.join(layer, 'W', transposed.weight, (2, 3, 1, 0))
    if layer.use_bias:
        links.join(layer, 'b', transposed.bias)
    whole = [
        (n - 1) * stride + size
        for n, stride, size in zip((d['h'], d['w']), window.strides, window.size, strict=True)
    ]
    # Points before the first of the output are cut off; behind it some are, or some are added
    cut = [
        (-before, out - n + before)
        for (before, _), out, n in zip(window.pads, (d['oh'], d['ow']), whole, strict=True)
    ]
    module: nn.Module = transposed
    if any(behind > 0 for _, behind in cut):
        more = [max(behind, 0) for _, behind in cut]
        transposed.output_padding = tuple(more)
        cut = [(before, behind - add) for (before, behind), add in zip(cut, more, strict=True)]
    if any(map(any, cut)):
        module = nn.Sequential(transposed, modules.Padded(sides(cut, 2), nn.Identity()))
    return activated(modules.ChannelsFirst(module), layer.activate, place)


def make_pooling(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``MaxPool`` or ``AvgPool`` behind its padding; a minimum by opposite numbers."""
    window, axes = layer.window, len(layer.fs['X']) - 2
    pads, dilation = sides(window.pads, axes), window.dilation[-axes:]
    size, strides = window.size[-axes:], window.strides[-axes:]
    if layer.how == 'mean' and (window.dilation != (1, 1) or any(map(any, window.uncounted))):
        counts = window.count_points(window.uncounted)
        pool = modules.MeanPool(size, strides, dilation, counts if axes == 2 else counts[0])
        return modules.ChannelsFirst(pad_before(pool, pads))
    if layer.how == 'mean':
        pool = (nn.AvgPool2d if axes == 2 else nn.AvgPool1d)(size, strides)
        return modules.ChannelsFirst(pad_before(pool, pads))
    pool = (nn.MaxPool2d if axes == 2 else nn.MaxPool1d)(size, strides, 0, dilation)
    pool = pad_before(pool, pads, -float('inf'))
    return modules.ChannelsFirst(pool if layer.how == 'max' else modules.MinPool(pool))


def sides(pads: Any, axes: int) -> list[int]:
    """Return padding as torch has it: before and after the last axis, then of those before."""
    return [n for pair in reversed(pads[-axes:]) for n in pair]


def pad_before(module: nn.Module, pads: list[int], value: float = 0.0) -> nn.Module:
    """Return a module behind a padding, if there is any."""
    return modules.Padded(pads, module, value) if any(pads) else module


def make_batchnorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``BatchNorm``: what is kept here is `momentum`, what is taken there is 1 less that."""
    axes = len(layer.fs['X']) - 2
    make = (nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[axes]
    norm = make(layer.d['d'], layer.epsilon, 1 - layer.momentum, dtype=dtype_of(layer))
    join_affine(links, layer, norm)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    links.join(layer, 'mean', norm.running_mean, kind='s')
    links.join(layer, 'var', norm.running_var, kind='s')
    return modules.ChannelsFirst(norm) if axes else norm


def make_layernorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``LayerNorm`` over the channels."""
    norm = nn.LayerNorm(layer.d['d'], layer.epsilon, dtype=dtype_of(layer))
    join_affine(links, layer, norm)
    return norm


def make_groupnorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``GroupNorm``."""
    norm = nn.GroupNorm(layer.d['g'], layer.d['d'], layer.epsilon, dtype=dtype_of(layer))
    join_affine(links, layer, norm)
    return modules.ChannelsFirst(norm)


def make_rmsnorm(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``RMSNorm`` over the channels."""
    norm = nn.RMSNorm(layer.d['d'], layer.epsilon, dtype=dtype_of(layer))
    links.join(layer, 'gamma', norm.weight)
    return norm


def join_affine(links: Links, layer: Layer, norm: Any) -> None:
    """Note scale and shift of a normalization."""
    links.join(layer, 'gamma', norm.weight)
    links.join(layer, 'beta', norm.bias)


def dtype_of(layer: Layer) -> torch.dtype:
    """Return the data type of a layer's parameters, as torch calls it."""
    return torch.float32 if layer.dtype == np.float32 else torch.float64
