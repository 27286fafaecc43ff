"""What makes a network in Keras of one of ours, and which numbers of both are the same."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import torch
from keras import activations, layers

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import LayerError
from epynn.commons.models import Layer
from epynn.interchange.keras.layouts import layout_of
from epynn.kernels.arrays import ndarray

Make: TypeAlias = Callable[['Builder', Any, Any, str], Any]
"""What makes of a layer and its input the output there; errors name the place."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType({
    'relu': activations.relu, 'lrelu': lambda Z, alpha: activations.leaky_relu(Z, alpha),
    'elu': lambda Z, alpha: activations.elu(Z, alpha), 'selu': activations.selu,
    'sigmoid': activations.sigmoid, 'hard_sigmoid': activations.hard_sigmoid,
    'tanh': activations.tanh, 'hard_tanh': activations.hard_tanh,
    'softsign': activations.softsign, 'softplus': activations.softplus,
    'gelu': lambda Z: activations.gelu(Z, approximate=False),
    'gelu_tanh': lambda Z: activations.gelu(Z, approximate=True),
    'hard_swish': activations.hard_silu, 'relu6': activations.relu6, 'silu': activations.silu,
    'mish': activations.mish, 'softmax': lambda Z, T: activations.softmax(Z / T),
    'identity': activations.linear,
})  # fmt: skip
"""Each activation function ``f(Z)``, or with the hyper-parameter that it has here."""


class Link(NamedTuple):
    """A parameter or a statistic here, and where its numbers are there."""

    layer: Layer
    kind: str
    """``'p'`` or ``'s'``."""
    name: str
    variable: Any
    """The variable of Keras that holds them."""
    place: Any
    """Index of its numbers in that."""

    @property
    def tensor(self) -> torch.Tensor:
        """The tensor of the variable."""
        tensor: torch.Tensor = self.variable.value
        return tensor

    @property
    def there(self) -> torch.Tensor:
        """The numbers there."""
        return self.tensor[self.place]

    @property
    def array(self) -> ndarray:
        """The numbers here."""
        array: ndarray = getattr(self.layer, self.kind)[self.name]
        return array

    def take(self, tensor: torch.Tensor | None = None) -> ndarray:
        """Return the numbers from there, or those of another tensor of that layout, as here."""
        there = (self.tensor if tensor is None else tensor)[self.place]
        taken: ndarray = there.detach().numpy().reshape(self.array.shape)
        return taken


class Builder:
    """What makes a network in Keras, layer by layer, and notes which numbers are the same.

    Parameters
    ----------
    makers : mapping
        What makes each class of layers there.
    """

    def __init__(self, makers: Mapping[type[Layer], Make]) -> None:
        self.makers = makers
        self.links: list[Link] = []
        self.Z: Any = None
        """What the last activation took."""

    def chain(self, chain: Any, X: Any, place: str, start: int = 0) -> Any:
        """Return what layers in turn make of a tensor."""
        for number, layer in enumerate(chain, start):
            where = f'{place}{number}.{layer.name}'
            make = self.makers.get(type(layer))
            if make is None:
                raise lacks(layer, where)
            X = make(self, layer, X, where)
        return X

    def made(self, layer: Layer, make: Any, *inputs: Any, **settings: Any) -> Any:
        """Return what a layer of Keras makes of its inputs; it has the numbers of ours."""
        make.trainable = layer.trainable
        A = make(*inputs, **settings)
        self.join(layer, make)
        return A

    def join(self, layer: Layer, made: Any) -> None:
        """Note which numbers are the same, and copy them."""
        layout = layout_of(layer)
        assert layout is not None
        for array, variable in zip(layout.arrays_of(layer), made.weights, strict=True):
            variable.assign(array.give(layer))
            for number, name in enumerate(array.parts):
                place = array.place(number, getattr(layer, array.kind)[name].shape[-1])
                if name not in array.parts[:number]:
                    self.links.append(Link(layer, array.kind, name, variable, place))
                elif layer.trainable:  # a second bias, which is 0 and does not learn
                    variable.value.register_hook(partial(without, place))

    def activated(self, X: Any, activate: BoundActivation, place: str) -> Any:
        """Return the activation of a tensor."""
        self.Z = X
        return layers.Activation(function_of(activate, place))(X)


def function_of(activate: BoundActivation, place: str) -> Callable[[Any], Any]:
    """Return an activation function of the library as one of Keras."""
    if not activate.is_bundled:
        raise LayerError(
            f'EpyNN.verify, {place}', 'an activation function of the library',
            describe(activate.function), 'What you wrote yourself is yours to compare.',
        )  # fmt: skip
    function = FUNCTIONS[activate.__name__]
    numbers = tuple(activate.hyperparameters.values())
    return (lambda Z: function(Z, *numbers)) if numbers else function


def without(place: Any, gradient: torch.Tensor) -> torch.Tensor:
    """Return a gradient that is 0 at a place."""
    gradient = gradient.clone()
    gradient[place] = 0
    return gradient


def lacks(layer: Layer, place: str, what: str = 'a layer that Keras has') -> LayerError:
    """Return the error for what Keras does not have."""
    return LayerError(
        f'EpyNN.verify, {place}', what, describe(layer), "Compare it against='torch', which has it."
    )
