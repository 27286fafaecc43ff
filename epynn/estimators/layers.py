"""The layers of an estimator's network, from what its constructor was given."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from epynn.commons.arguments import as_int, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.maths import relu
from epynn.commons.models import Layer, as_layers
from epynn.dense.models import Dense
from epynn.flatten.models import Flatten
from epynn.kernels.arrays import ndarray


class Meta(NamedTuple):
    """What a function that makes layers is told of the data."""

    features: tuple[int, ...]
    """Shape of a sample: ``(n,)``, or more axes for images and sequences."""
    classes: ndarray | None
    """The labels, in the order of the outputs; None for amounts."""
    outputs: int
    """Units of the output layer, which the estimator adds: 1 for two classes."""


def make_layers(
    meta: Meta,
    hidden: int | Sequence[int],
    layers: Sequence[Layer] | Callable[..., Sequence[Layer]] | None,
    layers_kwargs: Mapping[str, Any] | None,
    name: str,
) -> list[Layer]:
    """Return new layers for all but the output: those given, those that `layers` makes, or Dense.

    `name` is that of the estimator, for the errors.
    """
    if callable(layers):
        layers = layers(meta, **(layers_kwargs or {}))
    elif layers_kwargs is not None:
        raise ArgumentError(
            f'{name}.layers_kwargs', 'a function layers=f(meta, ...) that takes them',
            describe(layers), 'Leave it out, or write a function that returns the list.',
        )  # fmt: skip
    if layers is None:
        units = [hidden] if not isinstance(hidden, Sequence) else hidden
        dense = [Dense(as_int(u, f'{name}.hidden'), relu) for u in units]
        return [Flatten(), *dense] if len(meta.features) > 1 else [*dense]
    expected = 'a list of layers, or a function f(meta) that returns one'
    found = as_layers(layers, f'{name}.layers', expected, 'For example layers=[Dense(64, relu)].')
    if any(layer.holds_data for layer in found):
        raise ArgumentTypeError(
            f'{name}.layers', 'layers behind the data', 'an Embedding among them',
            'Leave it out: fit is given the data.',
        )  # fmt: skip
    return copy.deepcopy(found)
