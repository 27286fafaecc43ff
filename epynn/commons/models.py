"""What every layer shares. The class of data sets is here too, where scripts import it from."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.axes import layer_check_axes
from epynn.commons.dataset import dataSet as dataSet
from epynn.commons.errors import ArgumentTypeError, LayerError
from epynn.commons.outputs import (
    layer_activation_gradient,
    layer_last_activation,
    layer_output_range,
    layer_set_activations,
    layer_set_hyperparameters,
)
from epynn.commons.passes import layer_cast_parameters, layer_receive_gradient, layer_receive_input
from epynn.commons.ranks import ALONE
from epynn.commons.state import Cache, Shapes, State
from epynn.commons.state import HyperParameters as HyperParameters
from epynn.commons.weights import layer_add_penalty_gradient, layer_compute_penalty, layer_weights
from epynn.kernels.arrays import ndarray


class Layer(State):
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
        Their shapes.
    ps : dict
        Shapes of the parameters and of the state, as `compute_shapes` notes them.
    o : dict
        Anything else; rare.
    activation : dict
        Names of the activation functions by argument, for the tables.
    input_gradient : bool
        Whether the backward pass has to return ``dX``. In training the network tells so the first
        layer that learns: nobody reads its ``dX``, and a layer may return None in its place.
    mask : ndarray or None
        Which steps of the input are real, ``(m, s)`` of bool: the others pad sequences to one
        length. None where all are. The network hands it on from layer to layer; a layer alone is
        given it before its forward pass.
    carries : bool
        Whether a forward pass begins where the one before ended, sample by sample, as if the steps
        of both were one sequence.
    carried : dict
        What it carries over, by symbol; each array has the samples first, ``(m, ...)``, and each
        pass puts new arrays in the place of those before. Empty before the first pass.
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
    ranks : Ranks
        Those that a training is shared out among, see :mod:`epynn.commons.ranks`.
    owner : Owner or None
        What stands for the network that initialized the layer last.
    """

    check_axes = layer_check_axes
    receive_input = layer_receive_input
    receive_gradient = layer_receive_gradient
    cast_parameters = layer_cast_parameters
    set_activations = layer_set_activations
    set_hyperparameters = layer_set_hyperparameters
    last_activation = layer_last_activation
    activation_gradient = layer_activation_gradient
    output_range = layer_output_range
    weights = layer_weights
    add_penalty_gradient = layer_add_penalty_gradient
    compute_penalty = layer_compute_penalty

    def has_passes_of(self, statement: str, *passes: str) -> bool:
        """Return whether methods are still those of the class that made a statement about them.

        A class derived from it that has others has to make it again; one that has none yet makes
        it in vain. What this class says of all layers holds.
        """
        cls = type(self)
        says = next(base for base in cls.__mro__ if statement in vars(base))
        return says is Layer or all(
            getattr(says, name, None) is getattr(cls, name) and name not in vars(self)
            for name in passes
        )

    def update_parameters(self) -> None:
        """Take one step of the optimizer, if the layer is trainable.

        By default that is gradient descent: ``p = p - lrate[e] * g``.
        """
        self.optimizer.update(self)

    def output_mask(self) -> ndarray | None:
        """Return the mask of the output: that of the input, where its steps are still there."""
        return self.mask

    def output_layer(self) -> 'Layer':
        """Return the layer whose output this one gives out: itself, or a last one inside."""
        return self

    def in_turn(self) -> bool:
        """Return whether sequences may come step by step: no output depends on later steps."""
        says = self.steps_in_turn and self.has_passes_of('steps_in_turn', 'forward')
        return says and all(layer.in_turn() for layer in self.children())

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
            vars(twin)[name] = with_twins(value, inside)
        twin.fs = Shapes(twin.ps)
        twin.fs.update(self.fs)
        twin.fc = Cache(twin.fs, self.fc.where)
        twin.bc = Cache(twin.bs, self.bc.where)
        twin.training, twin.ranks = False, ALONE
        return twin


def with_twins(value: Any, twins: dict[int, Layer]) -> Any:
    """Return a value with twins in the place of layers, in lists and dicts of its own."""
    if isinstance(value, dict) and not isinstance(value, Cache):
        return {key: with_twins(each, twins) for key, each in value.items()} if twins else {**value}
    if twins and type(value) in (list, tuple):
        return type(value)([with_twins(each, twins) for each in value])
    return twins.get(id(value), value)


def as_layers(layers: Any, name: str, expected: str, remedy: str) -> list[Layer]:
    """Return layers as a list; refuse what is none, is there twice, or was not constructed."""
    if isinstance(layers, (str, Layer)) or not isinstance(layers, Sequence):
        raise ArgumentTypeError(name, expected, describe(layers), remedy)
    for number, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            remedy = 'Pass Layer objects.'
            if isinstance(layer, type):
                remedy = f'Add parentheses: {layer.__name__}().'
            elif callable(layer) and hasattr(layer, '__name__'):
                remedy = f'Give it to a layer, or write Activation({layer.__name__}).'
            elif isinstance(layer, list | tuple):
                remedy = 'Put layers into one list, none inside another.'
            raise LayerError(f'{name}[{number}]', 'a layer', describe(layer), remedy)
        if 'fc' not in vars(layer):
            raise LayerError(
                type(layer).__name__, 'a constructor that calls super().__init__()',
                'one without it', 'Call it in the first line of __init__.',
            )  # fmt: skip
    inside = list(walk_layers(layers))
    if len({id(layer) for layer in inside}) < len(inside):
        raise LayerError(name, 'each layer once', 'the same object twice', 'Make a second layer.')
    return list(layers)


def run_layer(layer: Layer, A: ndarray, mask: ndarray | None) -> tuple[ndarray, ndarray | None]:
    """Pass an array through a layer; return the output, and its mask."""
    layer.mask = mask
    A = layer.forward(A)
    return A, layer.output_mask()


def check_array(layer: Layer, method: str, array: Any, shape: tuple[int, ...]) -> None:
    """Refuse what a pass of a layer returned, unless it is an array whose shape begins so."""
    got = getattr(array, 'shape', None)
    if got is None or got[: len(shape)] != shape:
        beginning = f'({", ".join(map(str, shape))}, ...)' if method == 'forward' else f'{shape}'
        raise LayerError(
            f'{layer.name}.{method}', f'an array of shape {beginning} to be returned',
            describe(array), 'Return A (or dX, going backward) for every sample.',
        )  # fmt: skip


def walk_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield layers in order, each followed by the layers inside it."""
    for layer in layers:
        yield layer
        yield from walk_layers(layer.children())
