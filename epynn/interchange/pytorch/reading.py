"""Modules of PyTorch read one after the other, as layers: the inverse of ``chain_of``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from torch import nn

from epynn.commons.maths import identity
from epynn.commons.models import Layer
from epynn.interchange.incoming import size_layer
from epynn.interchange.layouts import Layout, layouts_of
from epynn.interchange.pytorch import modules
from epynn.interchange.pytorch.parts import Part, spread
from epynn.interchange.pytorch.read_activations import Activated, activation_from, function_of
from epynn.kernels.arrays import ndarray
from epynn.layers import Activation, BatchNorm, Dense, Dropout, LayerNorm, PReLU, RMSNorm

PASSED_ON = (Activation, Dropout)
"""Layers to which the order of features means nothing."""
FIRST = ('conv', 'pooling', 'batchnorm', 'instancenorm', 'padding')
LAST = ('linear', 'rnn', 'transformer', 'sparse')
"""Files of PyTorch whose modules have the channels behind the samples, and last."""

Reader: TypeAlias = Callable[['Walk', Part], Iterable[Layer]]
"""What reads a module: the layers that it is."""


class Walk:
    """The way of samples through modules: what they look like, and the layers so far.

    Parameters
    ----------
    parts : iterable of Part
        The modules.
    shape : tuple of int
        Shape of one sample, channels last.
    readers : mapping
        What reads modules of each class.
    read : set of int
        Identities of the tensors that were read.
    first : bool, optional
        Whether the modules have the channels first; None where nothing tells yet.
    """

    def __init__(
        self, parts: Iterable[Part], shape: tuple[int, ...], readers: Mapping[type, Reader],
        read: set[int], first: bool | None = None,
    ) -> None:  # fmt: skip
        self.parts, self.shape, self.first = list(parts), shape, first
        self.readers, self.read = readers, read
        self.layers: list[Layer] = []
        self.order: ndarray | None = None
        """Where the numbers of features here are there; None where the order is the same."""
        self.pad: Part | None = None
        """A padding that waits for the module behind it."""

    def go(self) -> 'Walk':
        """Read all modules; return itself."""
        part = None
        while self.parts:
            part = self.parts.pop(0)
            for layer in self.reader_of(part)(self, part):
                self.add(layer, part)
        if part is not None and self.order is not None:
            raise part.refuse(
                'a Linear behind Flatten', 'none',
                'Features are in another order here, as channels are last: leave Flatten out at '
                'the end, or read it with the Linear behind it.',
            )  # fmt: skip
        self.check_padding('nothing')
        return self

    def whole(self) -> list[Layer]:
        """Return the layers, at least one."""
        return self.layers or [Activation(identity)]

    def reader_of(self, part: Part) -> Reader:
        """Return what reads modules of that class, or of one that it is derived from."""
        for kind in type(part.module).__mro__:
            if kind in self.readers and part.computes_as(kind):
                return self.readers[kind]
        raise part.refuse('a module that has a layer here', f'{part.kind}')

    def add(self, layer: Layer, part: Part) -> None:
        """Take a layer as the next one."""
        self.check_padding(part.kind)
        if self.order is not None and not isinstance(layer, PASSED_ON):
            reorder_input(layer, self.order, part)
            if isinstance(layer, Dense):
                self.order = None
        _, self.shape = size_layer(layer, self.shape, part.where)
        if len(self.shape) < 2:
            self.first = None
        self.layers.append(layer)

    def check_padding(self, behind: str) -> None:
        """Refuse a padding that nothing has taken."""
        if self.pad is not None:
            raise self.pad.refuse('a convolution or a pooling behind it', behind)

    def inside(
        self, part: Part, name: str = '', shape: tuple[int, ...] | None = None
    ) -> 'Walk':  # fmt: skip
        """Return the way through a module inside, walked; of samples of a shape of their own."""
        inner = part.inner(name) if name else part
        first = self.first if shape is None else None
        walk = Walk(spread(inner), shape or self.shape, self.readers, self.read, first).go()
        if shape is None and self.first is None:
            self.first = walk.first
        return walk

    def lie(self, part: Part, first: bool) -> None:
        """Note where a module expects the channels; refuse it where they are elsewhere."""
        if isinstance(part.module, modules.ChannelsLast):
            first = False
        if len(self.shape) < 2:
            return
        if self.first is not None and self.first != first:
            words = 'last', 'behind the samples'
            raise part.refuse(
                f'channels {words[first]}', f'channels {words[not first]}',
                'Something would have to move the axes, and no module before it does.',
            )  # fmt: skip
        self.first = first

    def channels_first_ahead(self, axes: int) -> bool:
        """Return whether modules to come have the channels first; if none tells, images have."""
        for part in self.parts:
            place, _, kind = type(part.module).__module__.rpartition('.')
            if isinstance(part.module, modules.ChannelsLast):
                return False
            if place == 'torch.nn.modules' and kind in FIRST + LAST:
                return kind in FIRST
        return axes == 3

    def activation(self) -> Activated:
        """Return the activation that is next, and its hyper-parameters; identity where none is."""
        if self.parts and function_of(self.parts[0]) is not None:
            return activation_from(self, self.parts.pop(0))
        return identity, {}

    def fill(
        self, layer: Layer, part: Part, size: int = 0, layouts: Sequence[Layout] = (),
        l0: str = '_l0',
    ) -> Layer:  # fmt: skip
        """Give a layer the numbers of a module; return it.

        Of `size` numbers that the module does without, a scale is 1 and a bias 0. `l0` stands for
        the end of names in recurrent modules.
        """
        tensors: dict[str, ndarray | None] = {}
        learned = set()
        arrays: dict[str, dict[str, ndarray]] = {'p': {}, 's': {}}
        layouts = layouts or layouts_of(layer)
        for layout in layouts:
            for name in filter(None, (layout.tensor, layout.second)):
                tensor = find(part.module, name.replace('_l0', l0))
                if name not in tensors:
                    tensors[name] = None if tensor is None else self.numbers(part, name, tensor)
                idle = name == layout.second and tensor is not None and not tensor.any()
                if tensor is not None and layout.kind == 'p' and not idle:
                    learned.add(tensor.requires_grad)
            one, other = tensors[layout.tensor], tensors.get(layout.second)
            if one is None:
                one = np.full(size, float(layout.name == 'gamma'))
            array = layout.take(one)
            array = array if other is None else array + layout.take(other)
            arrays[layout.kind][layout.name] = array
        layer.p, layer.s = arrays['p'], arrays['s']
        if len(learned) == 2:
            raise part.refuse(
                'requires_grad the same for all its parameters', 'True for some, False for others',
                'Freeze all of them, or none.',
            )  # fmt: skip
        if learned == {False}:
            layer.trainable = False
        return layer

    def numbers(self, part: Part, name: str, tensor: Any) -> ndarray:
        """Return the numbers of a tensor, a copy; note that it was read."""
        if isinstance(tensor, nn.UninitializedParameter) or tensor.is_meta:
            raise part.refuse(
                f'a {name} of numbers', 'none yet',
                'Load the weights, or call the module with a sample, and read it then.',
            )  # fmt: skip
        if id(tensor) in self.read:
            raise part.refuse(
                f'a {name} of its own', 'one that another module has too',
                'Layers here do not share: read a copy.deepcopy of one of the two.',
            )  # fmt: skip
        self.read.add(id(tensor))
        array: ndarray = tensor.detach().cpu().numpy().copy()
        return array


def reorder_input(layer: Layer, order: ndarray, part: Part) -> None:
    """Put what meets each feature into the order of the features here."""
    if isinstance(layer, Dense):
        layer.p['W'] = layer.p['W'][order]
    elif isinstance(layer, BatchNorm | LayerNorm | RMSNorm | PReLU):
        layer.p = {name: p[order] if len(p) > 1 else p for name, p in layer.p.items()}
        layer.s = {name: s[order] for name, s in layer.s.items()}
    else:
        raise part.refuse(
            'a Linear behind Flatten, or normalizations and then a Linear', part.kind,
            'Features are in another order here, as channels are last: put a Linear before it.',
        )  # fmt: skip


def reorder_output(layers: Sequence[Layer], order: ndarray, part: Part) -> None:
    """Let layers give their features in another order, back to the Dense that these come from."""
    for layer in reversed(layers):
        if isinstance(layer, Dense):
            layer.p = {name: p[:, order] for name, p in layer.p.items()}
            return
        if not isinstance(layer, PASSED_ON):
            reorder_input(layer, order, part)
    raise part.refuse(
        'a Linear before it', 'none', 'Give the network images, and leave Unflatten out.'
    )


def find(module: Any, name: str) -> Any:
    """Return what an attribute of a module, or of one inside, is; None where there is none."""
    for each in name.split('.'):
        module = getattr(module, each, None)
    return module
