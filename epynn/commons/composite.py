"""Layers made of layers."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, LayerError
from epynn.commons.models import Layer, require_state, walk_layers
from epynn.commons.names import Named
from epynn.kernels.arrays import Array


def check_inner_layers(layers: Any, name: str) -> list[Layer]:
    """Return the layers for the inside of another one as a list, and refuse what is none."""
    if isinstance(layers, (str, Layer)) or not isinstance(layers, Sequence) or not layers:
        raise ArgumentTypeError(
            name, 'a list of at least one layer', describe(layers), 'Put the layer into brackets.'
        )
    for layer in layers:
        if not isinstance(layer, Layer) or layer.holds_data:
            remedy = 'Add parentheses.' if isinstance(layer, type) else 'Pass Layer objects.'
            raise LayerError(name, 'layers other than an Embedding', describe(layer), remedy)
        require_state(layer)
    if len({id(layer) for layer in layers}) < len(layers):
        raise LayerError(name, 'each layer once', 'the same object twice', 'Make a second layer.')
    return list(layers)


def require_composites(layers: Sequence[Layer]) -> None:
    """Refuse layers that hold others without being a :class:`Composite`, or besides its own.

    Nothing would be handed on to those: they would drop out in prediction, and not learn.
    """
    known = list(walk_layers(layers))
    ids = {id(layer) for layer in known}
    for layer in known:
        if layer.holds_data:
            continue
        attributes = {
            name: value for name, value in vars(layer).items() if name not in ('arguments', 'owner')
        }
        held = [inner for inner in find_layers(attributes, set()) if id(inner) not in ids]
        if held or (layer.children() and not isinstance(layer, Composite)):
            raise LayerError(
                layer.name, 'layers inside a layer to be those of a Composite',
                f'{(held or layer.children())[0].name} beside them',
                'Derive the class from epynn.commons.composite.Composite, and pass the layers '
                'inside to its constructor: super().__init__([first, second]).',
            )  # fmt: skip


def find_layers(value: Any, seen: set[int]) -> Iterator[Layer]:
    """Yield the layers in an attribute: itself, or what it holds, however deep."""
    if isinstance(value, Layer):
        yield value
    elif id(value) not in seen:
        seen.add(id(value))
        for each in contents(value):
            yield from find_layers(each, seen)


def contents(value: Any) -> Iterable[Any]:
    """Return what a value holds: items, what a function encloses, attributes of a plain object."""
    if isinstance(value, Mapping):
        return [*value, *value.values()]
    if isinstance(value, (list, tuple, set, frozenset, deque)):
        return value
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype == object else ()
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, MethodType):
        return [value.__self__]
    if isinstance(value, FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or () if cell != CellType()]
        return [*cells, *(value.__defaults__ or ())]
    # Networks, data and the like see to their layers themselves
    plain = not isinstance(value, (Named, type, ModuleType))
    return list(vars(value).values()) if plain and hasattr(value, '__dict__') else ()


class Gathered(dict[str, Array]):
    """Arrays of the layers inside in one dictionary. What is put here is put there."""

    def __init__(self, layers: Sequence[Layer], kind: str, prefix: str = '') -> None:
        super().__init__()
        self.places: dict[str, tuple[dict[str, Array], str]] = {}
        for i, layer in enumerate(layers):
            arrays = getattr(layer, kind)
            for name, array in arrays.items():
                key = f'{prefix}{i}.{name.removeprefix(prefix)}'
                self.places[key] = arrays, name
                super().__setitem__(key, array)

    def __setitem__(self, key: str, array: Array) -> None:
        arrays, name = self.places[key]
        arrays[name] = array
        super().__setitem__(key, array)

    def update(self, *others: Any, **arrays: Array) -> None:
        """Put several arrays."""
        for key, array in dict(*others, **arrays).items():
            self[key] = array


class HandedOn:
    """An attribute that all layers inside a composite share: setting it sets theirs."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, layer: Layer, owner: type) -> Any:
        return vars(layer)[self.name]

    def __set__(self, layer: Layer, value: Any) -> None:
        vars(layer)[self.name] = value
        for inner in layer.children():
            setattr(inner, self.name, value)


class Composite(Layer):
    """Base class of layers that hold other layers, such as a skip connection.

    Its parameters are those of the layers inside, under names that say where they are: ``p['0.W']``
    is ``W`` of the first layer inside, the same array. What is set on it, such as the training
    flag, the data type and random streams, is set on the layers inside; so are freezing and
    updates. A class of your own has no part in that: it computes, forward and backward.

    Parameters
    ----------
    layers : sequence of Layer
        The layers inside, each used nowhere else.
    """

    takes_tokens = True  # the layers inside turn them into floats, where they have to

    training = HandedOn()
    dtype = HandedOn()
    optimizer = HandedOn()
    e = HandedOn()

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers: list[Layer] = []
        super().__init__()
        self.layers = check_inner_layers(layers, f'{self.name}.layers')

    def children(self) -> list[Layer]:
        """Return the layers inside."""
        return self.layers

    @property
    def p(self) -> dict[str, Array]:
        """Parameters of all layers inside, by names such as ``'0.W'``."""
        return Gathered(self.layers, 'p')

    @p.setter
    def p(self, parameters: Mapping[str, Array]) -> None:
        self._spread('p', '', parameters)

    @property
    def g(self) -> dict[str, Array]:
        """Gradients of all layers inside, by names such as ``'d0.W'``."""
        return Gathered(self.layers, 'g', prefix='d')

    @g.setter
    def g(self, gradients: Mapping[str, Array]) -> None:
        self._spread('g', 'd', gradients)

    @property
    def s(self) -> dict[str, Array]:
        """State of all layers inside, by names such as ``'0.mean'``."""
        return Gathered(self.layers, 's')

    @s.setter
    def s(self, state: Mapping[str, Array]) -> None:
        self._spread('s', '', state)

    @property
    def np_rng(self) -> 'np.random.Generator':
        """Stream of random numbers; each layer inside has one that was spawned from it."""
        return self._np_rng

    @np_rng.setter
    def np_rng(self, rng: 'np.random.Generator') -> None:
        self._np_rng = rng
        for layer, stream in zip(self.layers, rng.spawn(len(self.layers)), strict=True):
            layer.np_rng = stream

    @property
    def trainable(self) -> bool:
        """Whether any layer inside is trainable. Set it to freeze, or free, all of them."""
        return any(layer.trainable for layer in self.layers)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        for layer in self.layers:
            if layer.draws_parameters():
                layer.trainable = trainable

    def update_parameters(self) -> None:
        """Take one step of the optimizer in each layer inside."""
        for layer in self.layers:
            layer.update_parameters()

    def weights(self) -> list[str]:
        """Return the names of the weights of all layers inside, such as ``'0.W'``."""
        return [f'{i}.{name}' for i, layer in enumerate(self.layers) for name in layer.weights()]

    def add_penalty_gradient(self, scale: float) -> None:
        """Add the gradients of the penalties of the layers inside."""
        for layer in self.layers:
            layer.add_penalty_gradient(scale)

    def compute_penalty(self) -> float:
        """Return the penalties of the layers inside."""
        return sum(layer.compute_penalty() for layer in self.layers)

    def _spread(self, kind: str, prefix: str, arrays: Mapping[str, Array]) -> None:
        """Give each layer inside its arrays; those without any get an empty dictionary."""
        for i, layer in enumerate(self.layers):
            start = f'{prefix}{i}.'
            setattr(
                layer,
                kind,
                {
                    prefix + name.removeprefix(start): array
                    for name, array in arrays.items()
                    if name.startswith(start)
                },
            )
