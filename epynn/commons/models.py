"""What every layer shares. The class of data sets is here too, where scripts import it from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from epynn.commons.arguments import describe, write_call
from epynn.commons.axes import layer_check_axes
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.cache import Cache
from epynn.commons.dataset import dataSet as dataSet
from epynn.commons.errors import ArgumentTypeError, LayerError
from epynn.commons.foreign import LAYER
from epynn.commons.names import NotCalled
from epynn.commons.optimize import SGD, Optimizer
from epynn.commons.outputs import (
    layer_activation_gradient,
    layer_last_activation,
    layer_output_range,
    layer_set_activations,
    layer_set_hyperparameters,
)
from epynn.commons.passes import (
    layer_cast_parameters,
    layer_keep_dtype,
    layer_receive_gradient,
    layer_receive_input,
)
from epynn.commons.penalties import (
    Penalty,
    check_penalty,
    layer_add_penalty_gradient,
    layer_compute_penalty,
    layer_weights,
)
from epynn.kernels.arrays import Array


def no_parameters(layer: 'Layer') -> None:
    """Do nothing: the layer has no parameters to draw and no gradients to compute."""


class Layer(NotCalled):
    """Base class of all layers: state by the names of the house, checks, and the update.

    A layer is a class that binds, in its body, the functions of its folder::

        class Dense(Layer):
            input_axes = ('m', 'n')
            compute_shapes = dense_compute_shapes
            initialize_parameters = dense_initialize_parameters
            forward = dense_forward
            backward = dense_backward
            compute_gradients = dense_compute_gradients

    A layer without parameters leaves out `initialize_parameters` and `compute_gradients`. A class
    that lacks one of the other pieces fails when it is constructed.

    Parameters
    ----------
    se_hPars : dict, optional
        Hyper-parameters of this layer alone, by the names in :mod:`epynn.settings`. What it
        does not name is taken from the model.

    penalty : Penalty, optional
        Penalty on the weights of this layer, such as ``L2(1e-4)``.

    Attributes
    ----------
    d : dict
        Dimensions by symbol: ``d['m']`` samples, ``d['u']`` units.
    p, g : dict
        Parameters and the gradients of the loss with respect to them. For each ``p['W']`` there is
        ``g['dW']`` of the same shape.
    fc, bc : dict
        Forward and backward cache: every intermediate array by its symbol.
    fs, bs : dict
        Their shapes, and those of the parameters.
    o : dict
        Anything else; rare.
    activation : dict
        Names of the activation functions by argument, for the tables.
    input_gradient : bool
        Whether the backward pass has to return ``dX``. In training the network tells so the first
        layer that learns: nobody reads its ``dX``, and a layer may return None in its place.
    training : bool
        Whether a forward pass is one of training. Layers such as Dropout read it.
    trainable : bool
        Whether the update changes the parameters. Set it to False to freeze the layer.
    s : dict
        State that is saved with the parameters but not learned by gradient, such as running means.
    penalty : Penalty or None
        Penalty on the weights.
    optimizer : Optimizer
        How the parameters move; gradient descent unless the model says otherwise.
    moments : dict
        What the optimizer remembers of each parameter.
    np_rng : numpy.random.Generator
        The layer's own stream of random numbers.
    lrate : list of float
        The learning rate of each epoch.
    e : int
        The current epoch.
    dtype : numpy.dtype or None
        Data type of the parameters; None to take that of the first input.
    owner : Owner or None
        What stands for the network that initialized the layer last.
    """

    elsewhere = LAYER

    input_axes: ClassVar[tuple[str, ...] | None] = None
    """Symbols of the axes that the layer expects, such as ``('m', 'n')``; None for any."""

    takes_any_scale: ClassVar[bool] = False
    """Whether the layer learns as well from numbers of hundreds as from numbers around 1."""

    compute_shapes: ClassVar[Callable[..., None]]
    forward: ClassVar[Callable[..., Array]]
    """Takes ``A``, the output of the layer before, and returns that of this layer."""

    backward: ClassVar[Callable[..., Any]]
    """Takes ``dX`` of the layer after, the gradient of the loss with respect to the output of this
    one, and returns its own ``dX``; or None, if it likes, where `input_gradient` is False."""

    activation_is_last: ClassVar[bool] = False
    """Whether the layer ends with ``A = activate(Z)`` and goes back by `activation_gradient`."""

    holds_data: ClassVar[bool] = False
    """Whether the layer is the first of a network, which holds the data: an Embedding."""

    takes_tokens: ClassVar[bool] = False
    """Whether whole numbers are to reach the layer as they are, however large."""

    moves_only: ClassVar[bool] = False
    """Whether the output has the numbers of the input, in other places."""

    weight_names: tuple[str, ...] | None = None
    """Names of the parameters that penalties are about. None: those of the table of symbols."""

    activate: BoundActivation
    """The activation function, of a layer that has one."""

    initialize_parameters: ClassVar[Callable[..., None]] = no_parameters
    compute_gradients: ClassVar[Callable[..., None]] = no_parameters

    check_axes = layer_check_axes
    receive_input = layer_receive_input
    receive_gradient = layer_receive_gradient
    keep_dtype = layer_keep_dtype
    cast_parameters = layer_cast_parameters
    set_activations = layer_set_activations
    set_hyperparameters = layer_set_hyperparameters
    last_activation = layer_last_activation
    activation_gradient = layer_activation_gradient
    output_range = layer_output_range
    weights = layer_weights
    add_penalty_gradient = layer_add_penalty_gradient
    compute_penalty = layer_compute_penalty

    arguments: dict[str, Any]
    """Arguments of the constructor by name, from which an equal layer can be made."""

    def note_arguments(self, arguments: dict[str, Any]) -> None:
        """Keep the arguments of the constructor for saving."""
        self.arguments = arguments

    def __init__(
        self, se_hPars: Mapping[str, Any] | None = None, penalty: Penalty | None = None
    ) -> None:
        self._check_pieces()
        self.name = type(self).__name__
        self.d: dict[str, int] = {}
        self.p: dict[str, Array] = {}
        self.g: dict[str, Array] = {}
        self.fs: dict[str, tuple[int, ...]] = {}
        self.bs: dict[str, tuple[int, ...]] = {}
        self.fc = Cache(self.fs, f'{self.name}.fc')
        self.bc = Cache(self.bs, f'{self.name}.bc')
        self.o: dict[str, Any] = {}
        self.activation: dict[str, str] = {}
        if not isinstance(se_hPars, Mapping | None):
            raise ArgumentTypeError(
                f'{self.name}.se_hPars', 'a dict of hyper-parameters', describe(se_hPars),
                'See epynn.settings for the names.',
            )  # fmt: skip
        self.se_hPars = se_hPars
        self.input_gradient = True
        self.training = True
        self.trainable = self.draws_parameters()
        self.np_rng = np.random.default_rng()
        self.s: dict[str, Array] = {}
        self.penalty = check_penalty(penalty, f'{self.name}.penalty')
        self.optimizer: Optimizer = SGD()
        self.moments: dict[str, dict[str, Any]] = {}
        self.lrate: list[float] = [(se_hPars or {}).get('learning_rate', 0.1)]
        self.e = 0
        self.dtype: np.dtype[Any] | None = None
        self.owner: Any = None
        self.output_dZ: Array | None = None

    def _check_pieces(self) -> None:
        """Refuse a class that lacks a piece, or has one half of a pair."""
        cls = type(self)
        missing = [
            piece
            for piece in ('compute_shapes', 'forward', 'backward')
            if not callable(getattr(cls, piece, None))
        ]
        draws = cls.initialize_parameters is not no_parameters
        if draws and cls.compute_gradients is no_parameters:
            missing.append('compute_gradients')
        if missing:
            raise LayerError(
                cls.__name__,
                'a layer with compute_shapes, forward and backward, and with compute_gradients '
                'where it has parameters',
                f'a class without {", ".join(missing)}',
                f'Bind each in the class body: {missing[0]} = my_{missing[0]}.',
            )

    def __repr__(self) -> str:
        return write_call(type(self), self.arguments)

    def has_passes_of(self, statement: str, *passes: str) -> bool:
        """Return whether methods are still those of the class that made a statement about them."""
        cls = type(self)
        says = next(base for base in cls.__mro__ if statement in vars(base))
        return says is Layer or all(
            getattr(cls, name) is getattr(says, name) and name not in vars(self) for name in passes
        )

    def update_parameters(self) -> None:
        """Take one step of the optimizer, if the layer is trainable.

        By default that is gradient descent: ``p = p - lrate[e] * g``.
        """
        self.optimizer.update(self)

    def update_shapes(self, cache: Mapping[str, Any], shapes: dict[str, tuple[int, ...]]) -> None:
        """Note the shape of every array of `cache` in `shapes`."""
        shapes.update({name: np.shape(value) for name, value in cache.items()})

    def draws_parameters(self) -> bool:
        """Return whether this is a layer with parameters."""
        return type(self).initialize_parameters is not no_parameters

    def children(self) -> list['Layer']:
        """Return the layers inside this one; most layers have none."""
        return []

    def twin(self) -> 'Layer':
        """Return a layer that computes as this one does, outside training, and leaves it alone.

        It reads the same parameters and state, those of this moment, and has caches of its own. The
        layers inside have twins too, wherever this one keeps them. A layer whose object was given a
        `forward` of its own is its own twin: that function computes where it was made.
        """
        if 'forward' in vars(self):
            self.training = False
            return self
        twin = object.__new__(type(self))
        inside = {id(layer): layer.twin() for layer in self.children()}
        for name, value in vars(self).items():
            if isinstance(value, dict) and not isinstance(value, Cache):
                value = dict(value)
            elif inside and isinstance(value, list | tuple):
                value = type(value)([inside.get(id(item), item) for item in value])
            vars(twin)[name] = inside.get(id(value), value)
        twin.fc = Cache(twin.fs, self.fc.where)
        twin.bc = Cache(twin.bs, self.bc.where)
        twin.training = False
        return twin

    def count_parameters(self) -> int:
        """Return the number of parameters, 0 before they are drawn."""
        return sum(parameter.size for parameter in self.p.values())


def require_state(layer: Layer) -> None:
    """Refuse a layer whose class has a constructor that forgets that of :class:`Layer`."""
    if 'fc' not in vars(layer):
        raise LayerError(
            type(layer).__name__, 'a constructor that calls super().__init__()', 'one without it',
            'Call it in the first line of __init__.',
        )  # fmt: skip


def walk_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield layers in order, each followed by the layers inside it."""
    for layer in layers:
        yield layer
        yield from walk_layers(layer.children())
