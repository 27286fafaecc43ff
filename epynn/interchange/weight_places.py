"""Where the arrays of a network are in PyTorch: by what name, and in which order of features."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from epynn.commons.arguments import as_flag, describe
from epynn.commons.errors import ArgumentTypeError, LayerError
from epynn.commons.models import Layer
from epynn.files.vocabulary import is_known_layer
from epynn.interchange.layouts import (
    Layout,
    channels_first_order,
    layouts_of,
    own_layer,
    prefixes_inside,
)
from epynn.kernels.arrays import ndarray
from epynn.layers import Activation, BatchNorm, Dense, Dropout, Flatten, LayerNorm, PReLU, RMSNorm
from epynn.network.models import EpyNN
from epynn.network.ownership import require_initialized

OF_FEATURES = ('W', 'gamma', 'beta', 'mean', 'var', 'alpha')
"""Arrays that have a row or a number for each feature that comes in."""


class Place(NamedTuple):
    """A layer with arrays of its own, and where they are there."""

    layer: Layer
    prefix: str
    order: ndarray | None
    """Where each feature that comes in is there; None where the order is the same."""

    def here(self, layout: Layout, tensor: ndarray) -> ndarray:
        """Return an array as it is here, from all of a tensor."""
        array = layout.take(tensor)
        moved = self.order is not None and layout.name in OF_FEATURES and len(array) > 1
        return array[self.order] if moved else array

    def there(self, layouts: Sequence[Layout]) -> dict[str, ndarray]:
        """Return the tensors that hold the arrays of the layer there, by their whole names."""
        pieces: dict[str, list[ndarray]] = {}
        for layout in sorted(layouts, key=lambda layout: layout.rows.start or 0):
            array: ndarray = getattr(self.layer, layout.kind)[layout.name]
            if self.order is not None and layout.name in OF_FEATURES and len(array) > 1:
                array = array[np.argsort(self.order)]
            pieces.setdefault(layout.tensor, []).append(layout.put(array))
            if layout.second:
                nothing = np.zeros_like(pieces[layout.tensor][-1])
                pieces.setdefault(layout.second, []).append(nothing)
        # By rows: safetensors writes memory as it lies
        return {
            f'{self.prefix}.{name}': np.ascontiguousarray(np.concatenate(each))
            for name, each in pieces.items()
        }


def find_places(model: Any, names: Any, channels_first: Any, where: str) -> list[Place]:
    """Return the layers of a network that have arrays, those inside others too, in their order."""
    if not isinstance(model, EpyNN):
        raise ArgumentTypeError(
            f'{where}(model)', 'a network', describe(model), 'Pass an EpyNN object.'
        )
    require_initialized(model, where)
    names = check_names(names, len(model.layers), where)
    first = as_flag(channels_first, f'{where}(channels_first)')
    orders = find_orders(model, where) if first else {}
    return [
        place
        for number, layer in enumerate(model.layers[1:], 1)
        for place in places_in(layer, names.get(number, f'{number}'), orders.get(number), where)
    ]


def check_names(names: Any, count: int, where: str) -> Mapping[int, str]:
    """Return what names begin with, by the numbers of layers."""
    names = {} if names is None else names
    found: dict[int, str] = dict(names) if isinstance(names, Mapping) else {}
    fits = isinstance(names, Mapping) and all(
        type(number) is int and 0 < number < count and isinstance(prefix, str)
        for number, prefix in found.items()
    )
    if not fits:
        raise ArgumentTypeError(
            f'{where}(names)', f'a dict of numbers of layers, 1 to {count - 1}, and beginnings',
            describe(names), "Write {1: '0', 3: 'classifier'}.",
        )  # fmt: skip
    return found


def places_in(
    layer: Layer, prefix: str, order: ndarray | None, where: str
) -> Iterator[Place]:  # fmt: skip
    """Yield a layer, or those inside."""
    if not is_known_layer(layer):
        raise own_layer(layer, where)
    if layouts_of(layer):
        yield Place(layer, prefix, order)
    for inner, name in zip(layer.children(), prefixes_inside(layer, where), strict=True):
        yield from places_in(inner, f'{prefix}.{name}', None, where)


def find_orders(model: EpyNN, where: str) -> dict[int, ndarray]:
    """Return for layers behind a Flatten where each feature is, channels first, by their number."""
    orders, order = {}, None
    for number, layer in enumerate(model.layers):
        if isinstance(layer, Flatten):
            order = channels_first_order(model.network[number]['forward']['X'][1:])
        elif order is None or isinstance(layer, Activation | Dropout):
            continue
        elif isinstance(layer, Dense | BatchNorm | LayerNorm | RMSNorm | PReLU):
            orders[number] = order
            order = None if isinstance(layer, Dense) else order
        else:
            raise LayerError(
                f'{where}(channels_first)', 'a Dense behind Flatten', describe(layer),
                'Leave it out: to_torch(model) has its channels last.',
            )  # fmt: skip
    return orders
