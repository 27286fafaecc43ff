"""Layers made of layers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, EpynnError, LayerError
from epynn.commons.models import Layer, as_layers, check_array, run_layer
from epynn.kernels.arrays import ndarray


def check_inner_layers(layers: Any, name: str) -> list[Layer]:
    """Return the layers for the inside of another one as a list, at least one, none with data."""
    words = 'a list of at least one layer', 'Put the layer into brackets.'
    inside = as_layers(layers, name, *words)
    if not inside:
        raise ArgumentTypeError(name, words[0], describe(layers), words[1])
    for layer in inside:
        if layer.holds_data:
            raise LayerError(
                name, 'layers other than an Embedding', describe(layer),
                'It comes first in the list of a network.',
            )  # fmt: skip
    return inside


class Gathered(dict[str, ndarray]):
    """Arrays of the layers inside in one dictionary. What is put here is put there."""

    def __init__(self, layers: Sequence[Layer], kind: str, prefix: str = '') -> None:
        super().__init__()
        self.places: dict[str, tuple[dict[str, ndarray], str]] = {}
        for i, layer in enumerate(layers):
            arrays = getattr(layer, kind)
            for name, array in arrays.items():
                key = f'{prefix}{i}.{name.removeprefix(prefix)}'
                self.places[key] = arrays, name
                super().__setitem__(key, array)

    def __setitem__(self, key: str, array: ndarray) -> None:
        arrays, name = self.places[key]
        arrays[name] = array
        super().__setitem__(key, array)

    def update(self, *others: Any, **arrays: ndarray) -> None:
        """Put several arrays."""
        for key, array in dict(*others, **arrays).items():
            self[key] = array

    def __reduce__(self) -> Any:
        """Make copies that are plain dictionaries: there are no layers for them to reach."""
        return dict, (dict(self),)


class OfAll:
    """An attribute that is made of those of the layers inside: their arrays, see :class:`Gathered`.

    Who sets it gives each layer inside its arrays; those without any get an empty dictionary.
    """

    def __init__(self, prefix: str = '') -> None:
        self.prefix = prefix

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, layer: Layer | None, owner: type) -> Any:
        return self if layer is None else Gathered(layer.children(), self.name, self.prefix)

    def __set__(self, layer: Layer, arrays: Mapping[str, ndarray]) -> None:
        for i, inner in enumerate(layer.children()):
            start = f'{self.prefix}{i}.'
            own = {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
            setattr(inner, self.name, {f'{self.prefix}{k}': v for k, v in own.items()})


class HandedOn:
    """An attribute that a composite hands on: who sets it sets it on the layers inside, too.

    Parameters
    ----------
    share : function, optional
        What each layer inside gets, ``share(value, count)``; left out, all get the value itself.
    """

    def __init__(self, share: Callable[[Any, int], Sequence[Any]] | None = None) -> None:
        self.share = share

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, layer: Layer | None, owner: type) -> Any:
        return self if layer is None else vars(layer)[self.name]

    def __set__(self, layer: Layer, value: Any) -> None:
        vars(layer)[self.name] = value
        inside = layer.children()
        values = [value] * len(inside) if self.share is None else self.share(value, len(inside))
        for inner, each in zip(inside, values, strict=True):
            setattr(inner, self.name, each)


class Composite(Layer):
    """Base class of layers that hold other layers, such as a skip connection.

    Its parameters are those of the layers inside, under names that say where they are: ``p['0.W']``
    is ``W`` of the first layer inside, the same array. What is set on it is set on the layers
    inside: all that is marked `HandedOn`, hyper-parameters, and freezing; updates and penalties are
    theirs. A class of your own has no part in that: it computes, forward and backward, mostly along
    chains of the layers inside, by :meth:`pass_through` and :meth:`pass_back`.

    Parameters
    ----------
    layers : sequence of Layer
        The layers inside, each used nowhere else.
    """

    takes_tokens = True  # the layers inside turn them into floats, where they have to

    training = HandedOn()
    dtype = HandedOn()
    np_rng = HandedOn(lambda rng, count: rng.spawn(count))  # streams of their own, from it
    optimizer = HandedOn()
    se_hPars = HandedOn()
    penalty = HandedOn()
    owner = HandedOn()
    e = HandedOn()
    carries = HandedOn()
    ranks = HandedOn()

    p = OfAll()  # '0.W'
    g = OfAll('d')  # 'd0.W'
    s = OfAll()  # '0.mean'
    ps = OfAll()  # '0.W'

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers: list[Layer] = []
        super().__init__()
        self.layers = check_inner_layers(layers, f'{self.name}.layers')

    def children(self) -> list[Layer]:
        """Return the layers inside."""
        return self.layers

    def compute_shapes(self, A: ndarray) -> None:
        """Read ``m`` off the input ``(m, ...)``. The layers inside note the rest on their way."""
        self.d['m'] = A.shape[0]

    def pass_through(self, chain: Sequence[Layer], A: ndarray, mask: ndarray | None) -> ndarray:
        """Pass an array, and its mask, through some of the layers inside, one after the other."""
        for inner in chain:
            try:
                X = A
                A, mask = run_layer(inner, X, mask)
                check_array(inner, 'forward', A, X.shape[:1])
            except EpynnError as error:
                raise error.placed(self.place(inner)) from None
        return A

    def pass_back(self, chain: Sequence[Layer], dA: ndarray) -> ndarray:
        """Pass a gradient back through a chain, the last layer first."""
        dX = dA
        for inner in reversed(chain):
            try:
                dX = inner.backward(dX)
                check_array(inner, 'backward', dX, inner.fs.get('X', ()))
            except EpynnError as error:
                raise error.placed(self.place(inner)) from None
        return dX

    def in_floats(self, A: ndarray) -> ndarray:
        """Return whole numbers, which no layer inside has turned into floats, as such."""
        return A.astype(self.dtype) if A.dtype.kind in 'biu' else A

    def place(self, inner: Layer) -> str:
        """Return where a layer stands: its number is that in the names of its parameters."""
        return f', layer {self.layers.index(inner)} inside {self.name}'

    def mask_after(self, *chains: Sequence[Layer]) -> ndarray | None:
        """Return the mask of what chains give out, one for all. An empty one gives its input."""
        masks = [chain[-1].output_mask() if chain else self.mask for chain in chains]
        if not all(np.array_equal(np.asarray(mask), np.asarray(masks[0])) for mask in masks):
            raise LayerError(
                self.name, 'chains of layers behind which the same steps are real',
                'some behind which there are others, or none', 'Put layers of one kind last.',
            )  # fmt: skip
        return masks[0]

    def set_hyperparameters(self, se_hPars: Mapping[str, Any]) -> None:
        """Give them to the activation functions of all layers inside, too."""
        super().set_hyperparameters(se_hPars)
        for layer in self.layers:
            layer.set_hyperparameters(se_hPars)

    @property
    def trainable(self) -> bool:
        """Whether any layer inside is trainable. Set it to freeze, or free, all of them."""
        return any(layer.trainable for layer in self.layers)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        for layer in self.layers:
            if layer.draws_parameters():
                layer.trainable = trainable

    def initialize_parameters(self) -> None:
        """Leave it to the layers inside, which draw theirs when they see their input."""

    def compute_gradients(self) -> None:
        """Compute the gradients of the layers inside."""
        for layer in self.layers:
            layer.compute_gradients()

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
