"""A row of `layer_table.py`: what is expected of a layer, and how it is run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from epynn.commons.models import Layer


@dataclass(frozen=True)
class Row:
    """A layer and what is expected of it.

    Attributes
    ----------
    name : str
        Name of the case, for the reports of pytest.
    make : function
        Makes the layer, a new one at each call.
    input_shape, output_shape : tuple of int
        With the batch size in front.
    parameters : dict
        Shapes of the parameters by name, in the order in which they are drawn.
    smooth : bool
        Whether the layer is an analytic function of its input, without kinks or decisions, so that
        complex-step differentiation applies.
    random : bool
        Whether it draws random numbers in training.
    modes_differ : bool
        Whether it does something else in training than outside.
    any_features : bool
        Whether inputs of another number of features are welcome once the parameters are drawn.
        Always so for a layer without parameters.
    tokens : int
        Inputs are whole numbers from 0 to `tokens - 1`, without a gradient; 0 for real numbers.
    fewest : int
        Samples that a training batch has at least.
    masked : str
        Which steps a mask may leave out: ``'any'`` or ``'ends'``; ``''`` where it is refused.
    also : tuple of shapes
        Other input shapes that the layer has to take with the same parameters. Other batch sizes
        go without saying.
    """

    name: str
    make: Callable[[], Layer]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    smooth: bool = True
    random: bool = False
    modes_differ: bool = False
    any_features: bool = False
    tokens: int = 0
    fewest: int = 1
    masked: str = ''
    also: tuple[tuple[int, ...], ...] = ()

    def draw_input(self, dtype=np.float64, shape=None, seed=3):
        """Return an input for the layer: the same numbers at each call."""
        rng = np.random.default_rng(seed)
        shape = self.input_shape if shape is None else shape
        if self.tokens:
            return rng.integers(0, self.tokens, shape)
        return rng.standard_normal(shape).astype(dtype)

    def make_layer(self, dtype=np.float64, seed=5):
        """Return a new layer of that data type with a seeded stream, and nothing drawn yet."""
        layer = self.make()
        layer.np_rng = np.random.default_rng(seed)
        if self.tokens:
            layer.dtype = np.dtype(dtype)  # cannot be read off the input
        return layer

    def run(self, dtype=np.float64, training=True, layer=None, X=None, dA=None):
        """Pass forward and backward and compute the gradients; return layer, A and dX."""
        layer = self.make_layer(dtype) if layer is None else layer
        layer.training = training
        A = layer.forward(self.draw_input(dtype) if X is None else X)
        if dA is None:
            dA = np.random.default_rng(4).standard_normal(A.shape).astype(dtype)
        dX = layer.backward(dA)
        layer.compute_gradients()
        return layer, A, dX


IMAGES = (2, 6, 7, 2)
SIGNALS = (3, 10, 2)
SEQUENCES = (3, 4, 5)
OTHER_SEQUENCES = ((2, 7, 5), (1, 1, 5))


def gates(names, e, u):
    """Return the shapes of the parameters of a recurrent layer, gate after gate."""
    return {
        f'{symbol}{gate}': (rows, u)
        for gate in names
        for symbol, rows in (('U', e), ('V', u), ('b', 1))
    }


def inside(*layers):
    """Return the shapes of the parameters of layers inside another one, ``'0.W'``."""
    return {f'{i}.{name}': shape for i, p in enumerate(layers) for name, shape in p.items()}


def channels(d):
    """Return the shapes of the parameters of a normalization."""
    return {'gamma': (d,), 'beta': (d,)}


def heads(e, u, kv, bias=True):
    """Return the shapes of the parameters of attention, `kv` units in keys and values."""
    shapes = {'q': (e, u), 'k': (e, kv), 'v': (e, kv), 'o': (u, e)}
    weights = {f'W{name}': shape for name, shape in shapes.items()}
    return weights | {f'b{name}': shape[1:] for name, shape in shapes.items() if bias}
