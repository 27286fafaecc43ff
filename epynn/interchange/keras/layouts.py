"""Arrays of Keras's layers, and what they are here: one table, read in both directions."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from epynn import layers as known
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray

Shape: TypeAlias = tuple[int, ...]
Lay: TypeAlias = Callable[[Any, Shape], Shape]
"""What shape Keras gives to an array of a layer that has one shape here."""


def as_here(layer: Layer, shape: Shape) -> Shape:
    """Return the same shape."""
    return shape


def bias_alone(layer: Layer, shape: Shape) -> Shape:
    """Return ``(1, u) -> (u,)``."""
    return shape[-1:]


def two_biases(layer: Layer, shape: Shape) -> Shape:
    """Return ``(1, 2 n) -> (2, n)``: biases of the input, and below them those of the state."""
    return 2, shape[-1] // 2


def heads_last(layer: Any, shape: Shape) -> Shape:
    """Return ``(e, heads k) -> (e, heads, k)``, and so for biases."""
    return *shape[:-1], shape[-1] // layer.d['k'], layer.d['k']


def heads_first(layer: Any, shape: Shape) -> Shape:
    """Return ``(heads k, e) -> (heads, k, e)``."""
    return shape[0] // layer.d['k'], layer.d['k'], shape[1]


def depthwise(layer: Any, shape: Shape) -> Shape:
    """Return ``(fh, fw, 1, d n) -> (fh, fw, d, n)``, where each channel is a group."""
    groups = layer.d['g'] if shape[-2] == 1 else 1
    return (*shape[:-2], groups, shape[-1] // groups) if groups > 1 else shape


def spread(layer: Layer, shape: Shape) -> Shape:
    """Return ``(d,) -> (1, ..., 1, d)``, for slopes that all places share."""
    return *[1] * (len(layer.fs['X']) - 2), *shape


class Array(NamedTuple):
    """An array of a layer of Keras."""

    name: str
    """As Keras calls it."""
    parts: tuple[str, ...]
    """What lies side by side in it, by its name here. What is there twice is one sum here."""
    lay: Lay = as_here
    also: Lay | None = None
    """Another shape that it may have there."""
    kind: str = 'p'

    def joined(self, layer: Layer) -> Shape:
        """Return the shape of the parts side by side, as they are here."""
        *rows, columns = getattr(layer, self.kind)[self.parts[0]].shape
        return *rows, columns * len(self.parts)

    def shapes(self, layer: Layer) -> list[Shape]:
        """Return the shapes that it may have in Keras, the usual one first."""
        lays = [self.lay] if self.also is None else [self.lay, self.also]
        return list(dict.fromkeys(lay(layer, self.joined(layer)) for lay in lays))

    def place(self, number: int, u: int) -> Any:
        """Return the index of a part of so many units in the array of Keras."""
        row, column = divmod(number, len(self.parts) // (2 if self.lay is two_biases else 1))
        columns = slice(column * u, (column + 1) * u)
        return ... if len(self.parts) == 1 else (row if self.lay is two_biases else ..., columns)

    def take(self, layer: Layer, values: ndarray) -> dict[str, ndarray]:
        """Return the numbers of Keras as the layer has them, by name."""
        here: dict[str, ndarray] = {}
        pieces = np.split(values.reshape(self.joined(layer)), len(self.parts), -1)
        for name, piece in zip(self.parts, pieces, strict=True):
            here[name] = here[name] + piece if name in here else piece
        dtype = getattr(layer, self.kind)[self.parts[0]].dtype
        return {name: piece.astype(dtype) for name, piece in here.items()}

    def give(self, layer: Layer) -> ndarray:
        """Return the numbers of the layer as Keras has them."""
        ours, pieces = getattr(layer, self.kind), list[ndarray]()
        for number, name in enumerate(self.parts):
            again = name in self.parts[:number]
            pieces.append(np.zeros_like(ours[name]) if again else ours[name])
        return np.concatenate(pieces, -1).reshape(self.shapes(layer)[0])


class Layout(NamedTuple):
    """The arrays of a layer of Keras, in the order of its ``get_weights()``."""

    names: tuple[str, ...]
    """What files call such a layer; a number may follow."""
    arrays: tuple[Array, ...]
    inside: tuple[str, ...] = ('',)
    """Where in the layer they are."""

    def arrays_of(self, layer: Layer) -> list[Array]:
        """Return those that a layer has: it may lack a bias."""
        here = {*layer.p, *layer.s}
        return [array for array in self.arrays if here.issuperset(array.parts)]


BIAS = Array('bias', ('b',), bias_alone)
FILTERS = Array('kernel', ('W',), also=depthwise), BIAS
AFFINE = Array('gamma', ('gamma',)), Array('beta', ('beta',))
MEAN = Array('moving_mean', ('mean',), kind='s')
VARIANCE = Array('moving_variance', ('var',), kind='s')
PROJECTIONS = tuple(
    Array(f'{name} {kind}', (f'{symbol}{name[0]}',), heads_last)
    for name in ('query', 'key', 'value')
    for kind, symbol in (('kernel', 'W'), ('bias', 'b'))
)
OUTPUT = Array('output kernel', ('Wo',), heads_first), Array('output bias', ('bo',))
ATTENTIONS = 'multi_head_attention', 'grouped_query_attention'
DENSES = tuple(f'{name}_dense' for name in ('query', 'key', 'value', 'output'))


def gates(*letters: str) -> tuple[Array, ...]:
    """Return the arrays of a recurrent layer, whose gates lie side by side in that order."""
    U, V, b = (tuple(f'{symbol}{letter}' for letter in letters) for symbol in 'UVb')
    bias = Array('bias', b, bias_alone)
    return Array('kernel', U), Array('recurrent_kernel', V), bias


GRU_GATES = gates('z', 'r', 'hh')
RESET_AFTER = Array('bias', ('bz', 'br', 'bhh', 'bz', 'br', 'bV'), two_biases)

LAYOUTS: Mapping[type[Layer], tuple[Layout, ...]] = MappingProxyType({
    known.Attention: (
        Layout(ATTENTIONS, (*PROJECTIONS, *OUTPUT), DENSES),
    ),
    known.BatchNorm: (Layout(('batch_normalization',), (*AFFINE, MEAN, VARIANCE)),),
    known.Convolution: (Layout(('conv2d', 'depthwise_conv2d'), FILTERS),),
    known.Convolution1D: (Layout(('conv1d', 'depthwise_conv1d'), FILTERS),),
    known.Dense: (Layout(('dense',), (Array('kernel', ('W',)), BIAS)),),
    known.GRU: (
        Layout(('gru',), GRU_GATES, ('cell',)),
        Layout(('gru',), (*GRU_GATES[:2], RESET_AFTER), ('cell',)),
    ),
    known.GroupNorm: (Layout(('group_normalization',), AFFINE),),
    known.LSTM: (Layout(('lstm',), gates('i', 'f', 'g', 'o'), ('cell',)),),
    known.LayerNorm: (Layout(('layer_normalization',), AFFINE),),
    known.PReLU: (Layout(('p_re_lu',), (Array('alpha', ('alpha',), spread),)),),
    known.PositionalEncoding: (Layout(('embedding',), (Array('embeddings', ('W',)),)),),
    known.RMSNorm: (Layout(('rms_normalization',), (Array('scale', ('gamma',)),)),),
    known.RNN: (Layout(('simple_rnn',), gates(''), ('cell',)),),
    known.Tokens: (Layout(('embedding',), (Array('embeddings', ('W',)),)),),
    known.TransposedConvolution: (
        Layout(('conv2d_transpose',), (Array('kernel', ('W',)), BIAS)),
    ),
})  # fmt: skip
"""How each class of layers is laid out in Keras; of several, the first that has all it has here."""


def layout_of(layer: Layer) -> Layout | None:
    """Return the layout of a layer with parameters, if Keras has it."""
    here = {*layer.p, *layer.s}
    for layout in LAYOUTS.get(type(layer), ()):
        if here <= {part for array in layout.arrays for part in array.parts}:
            return layout
    return None
