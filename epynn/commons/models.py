"""What every layer shares. The class of data sets is here too, where scripts import it from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from epynn.commons.arguments import as_function, check_call, describe, write_call
from epynn.commons.axes import layer_check_axes
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.cache import Cache
from epynn.commons.dataset import dataSet as dataSet
from epynn.commons.elementwise import check_elementwise
from epynn.commons.errors import (
    ArgumentTypeError,
    DataError,
    LayerError,
    ShapeError,
    StateError,
)
from epynn.commons.foreign import LAYER
from epynn.commons.names import NotCalled, constructor_names
from epynn.commons.optimize import SGD, Optimizer
from epynn.commons.penalties import Penalty, check_penalty
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

    check_axes = layer_check_axes
    initialize_parameters: ClassVar[Callable[..., None]] = no_parameters
    compute_gradients: ClassVar[Callable[..., None]] = no_parameters

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

    def set_activations(self, **functions: Any) -> None:
        """Store activation functions as attributes and note their names in `activation`.

        Parameters
        ----------
        **functions
            The functions by argument name: ``activate=relu``.
        """
        for argument, function in functions.items():
            where = f'{self.name}.{argument}'
            function = as_function(function, where, 'relu')
            check_call(function, where, 'f(x, deriv=False), an activation', 1, 'deriv')
            check_elementwise(function, where)
            activate = BoundActivation(function, self.se_hPars)
            setattr(self, argument, activate)
            if argument in self.activation and argument in constructor_names(type(self)):
                self.arguments[argument] = function  # in place of that of the constructor
            self.activation[argument] = activate.__name__

    def set_hyperparameters(self, se_hPars: Mapping[str, Any]) -> None:
        """Give the layer's activation functions their hyper-parameters, the layer's own first."""
        for argument in self.activation:
            getattr(self, argument).set_hyperparameters({**se_hPars, **(self.se_hPars or {})})

    def receive_input(self, A: Array) -> Array:
        """Open a forward pass: check the axes, size the layer, draw parameters if there are none.

        Parameters
        ----------
        A : ndarray
            Output of the layer before.

        Returns
        -------
        X : ndarray
            The same array, also stored as ``fc['X']``. Whole numbers are turned into the data type
            of the layer, where it has one.

        Raises
        ------
        ShapeError
            If the axes are not those the layer expects, or the features are not as many as when
            the parameters were drawn.
        """
        self.check_axes(A)
        if self.training:
            self.bc.clear()  # of the step before: its memory serves this one
        if A.dtype.kind in 'biu' and self.dtype is not None and not self.takes_tokens:
            A = A.astype(self.dtype)
        self.compute_shapes(A)
        if self.draws_parameters():
            if not self.p:
                self._draw_parameters(A)
            self.keep_dtype()
            for name, parameter in self.p.items():
                if self.fs.get(name, parameter.shape) != parameter.shape:
                    self._refuse_features(name, A)
        self.fc['X'] = A
        return A

    def receive_gradient(self, dX: Array) -> Array:
        """Open a backward pass: check that `dX` of the layer after fits this layer's output.

        Returns
        -------
        dA : ndarray
            The same array, also stored as ``bc['dA']``.

        Raises
        ------
        StateError
            If there was no forward pass.
        ShapeError
            If the shape is not that of the output.
        """
        if 'A' not in self.fc:
            raise StateError(
                self.name, 'a forward pass before the backward pass', 'none', 'Call forward first.'
            )
        if np.shape(dX) != self.fs['A']:
            raise ShapeError(
                f'{self.name}.backward', f'a gradient of the shape of its output {self.fs["A"]}',
                'None' if dX is None else f'{np.shape(dX)}',
                'Return dX from backward of the layer after.' if dX is None
                else 'Pass the gradient of the loss with respect to that output.',
            )  # fmt: skip
        self.bc['dA'] = dX
        return dX

    def activation_gradient(self, dA: Array) -> Array:
        """Return ``dZ = dA * activate'(Z)``; for softmax, the product with its Jacobian.

        In the output layer of a network in training, loss and activation may have a joint closed
        form, such as ``A - Y`` for sigmoid with binary cross-entropy. The network then leaves it
        in `output_dZ`, which is exact where ``dA`` alone would overflow.
        """
        if self.output_dZ is not None:
            return self.output_dZ
        activate: BoundActivation = self.activate  # type: ignore[attr-defined]
        return activate.gradient(dA, self.fc['Z'], self.fc['A'])

    def has_joint_gradient(self) -> bool:
        """Return whether `output_dZ` may stand in for the way back through the activation.

        The class has to say so, by `activation_is_last`, and is taken at its word for the passes
        that it had then: a class derived from it that has others has to say so again, and an object
        that was given others does not count.
        """
        passes = ('forward', 'backward', 'activation_gradient')
        return self.activation_is_last and self.has_passes_of('activation_is_last', *passes)

    def has_passes_of(self, statement: str, *passes: str) -> bool:
        """Return whether methods are still those of the class that made a statement about them."""
        cls = type(self)
        says = next(base for base in cls.__mro__ if statement in vars(base))
        return says is Layer or all(
            getattr(cls, name) is getattr(says, name) and name not in vars(self) for name in passes
        )

    def output_range(self) -> tuple[float, float] | None:
        """Return the smallest and the largest number that may come out; None if it is not known.

        A class that says so is taken at its word for the forward pass that it had then.
        """
        if not self.has_joint_gradient():
            return None
        activate: BoundActivation = self.activate  # type: ignore[attr-defined]
        return activate.range if activate.is_bundled else None

    def update_parameters(self) -> None:
        """Take one step of the optimizer, if the layer is trainable.

        By default that is gradient descent: ``p = p - lrate[e] * g``.
        """
        self.optimizer.update(self)

    def add_penalty_gradient(self, scale: float) -> None:
        """Add the gradient of the penalty, times `scale`, to the gradients of the weights."""
        if self.penalty is not None:
            for name in self.weights():
                self.g[f'd{name}'] = self.g[f'd{name}'] + scale * self.penalty.gradient(
                    self.p[name]
                )

    def compute_penalty(self) -> float:
        """Return the penalty of all weights, 0 without one."""
        if self.penalty is None:
            return 0.0
        return sum(self.penalty(self.p[name]) for name in self.weights())

    def weights(self) -> list[str]:
        """Return the names of the parameters that penalties are about: weights, not biases."""
        return [name for name in self.p if name[0] in 'WUV']

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

    def _draw_parameters(self, A: Array) -> None:
        """Draw parameters and state in float64, then cast them to the layer's data type."""
        self.initialize_parameters()
        for name, p in self.p.items():
            where, shape = f'{self.name}.p[{name!r}]', self.fs.get(name, np.shape(p))
            if np.shape(p) != shape:
                raise ShapeError(
                    where, f'parameters of shape {shape}', describe(p),
                    'Return an array of the shape that initialization is called with.',
                )  # fmt: skip
            if not np.isfinite(p).all():
                raise DataError(
                    where, 'finite numbers', 'NaN or infinity', 'Choose another initialization.'
                )
        if self.dtype is None:
            self.dtype = A.dtype.newbyteorder('=') if A.dtype.kind == 'f' else np.dtype(np.float64)
        self.cast_parameters()

    def keep_dtype(self) -> None:
        """Cast parameters that were put here by hand, or moved by an update that cast them.

        Complex ones stay: they take a complex step, whose imaginary part is the gradient.
        """
        if self.children() or self.dtype is None:
            return
        dtypes = {getattr(p, 'dtype', None) for p in self.p.values()}
        if not dtypes <= {self.dtype, np.dtype(complex)}:
            self.cast_parameters()

    def cast_parameters(self) -> None:
        """Turn parameters and state into the layer's data type."""
        # By rows, as files hold them: a matrix product rounds by the order of memory.
        self.p = {name: np.ascontiguousarray(p, self.dtype) for name, p in self.p.items()}
        self.s = {name: s.astype(self.dtype, copy=False) for name, s in self.s.items()}

    def _refuse_features(self, name: str, A: Array) -> None:
        raise ShapeError(
            self.name, f'an input that fits its {name} of shape {self.p[name].shape}',
            f'an input of shape {A.shape}, which needs {name} of shape {self.fs[name]}',
            'Pass as many features as the layer was given first, or make a new layer.',
        )  # fmt: skip


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
