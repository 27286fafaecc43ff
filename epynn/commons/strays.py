"""Stray layers: those that a layer holds and hands nothing on to."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from epynn.commons.composite import Composite
from epynn.commons.errors import LayerError
from epynn.commons.models import Layer, walk_layers
from epynn.commons.names import Named


def require_composites(layers: Sequence[Layer], since: Iterable[Layer] | None = None) -> None:
    """Refuse layers that hold others without being a :class:`Composite`, or besides its own.

    Nothing would be handed on to those: they would drop out in prediction, and not learn.

    Parameters
    ----------
    layers : sequence of Layer
        The layers of a network.
    since : iterable of Layer, optional
        Layers that were there, with those inside, when everything was handed on: no others may be.
    """
    known = list(walk_layers(layers))
    late = [] if since is None else [layer for layer in known if layer not in set(since)]
    if late:
        raise LayerError(
            late[0].name, 'layers inside a layer to be there before its first input',
            'one that was added then', 'Pass it to the constructor of Composite.',
        )  # fmt: skip
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
