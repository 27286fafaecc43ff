"""A rehearsal, whether layers that were read from a file fit each other.

An empty batch passes through the network. It takes no memory and hardly any time, and yet it shows
the shape of every output. Dimensions alone do not: a file may say of a pooling that it halves, and
of the layer behind it that it sees a third.
"""

from functools import partial

import numpy as np

from epynn.attention.models import Attention
from epynn.commons.models import Layer, walk_layers
from epynn.commons.recurrence import Recurrent
from epynn.commons.windows import Sliding
from epynn.files.decoding import Decoder
from epynn.files.vocabulary import is_known_layer
from epynn.kernels.arrays import ndarray
from epynn.network.models import EpyNN


def rehearse(model: EpyNN, decoder: Decoder) -> None:
    """Refuse a network whose layers do not fit each other.

    Layers of epynn that cannot rehearse are taken at their word, the shapes that they noted when
    the network was initialized. Of your own ones it is the layer after that noted what they gave.
    """
    shape: tuple[int, ...] | None = None
    for number, layer in enumerate(model.layers):
        noted = model.network[number]['forward']
        X = noted['X'][1:] if 'X' in noted else shape
        decoder.require(shape in (None, X), f'{layer.name} with samples of shape {shape}', [X])
        if X is not None and all(can_rehearse(inner) for inner in walk_layers([layer])):
            shape = decoder.build(rehearse_layer, layer, X)
        else:
            shape = noted['A'][1:] if 'A' in noted and is_known_layer(layer) else None
    steps = model.embedding.se_dataset['per_step']
    axes = '3 axes (m, s, u)' if steps else '2 axes (m, u)'
    plain = shape is None or len(shape) == 1 + steps
    decoder.require(plain, f'a network whose output has {axes}', [shape])


def can_rehearse(layer: Layer) -> bool:
    """Return whether a layer may get an empty batch.

    Functions and layers of your own need not take one.
    """
    bundled = all(getattr(layer, argument).is_bundled for argument in layer.activation)
    return bundled and is_known_layer(layer)


def rehearse_layer(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a sample of the output: an empty batch passes through a twin."""
    return rehearse_twin(layer.twin(), shape)


def rehearse_twin(twin: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Pass an empty batch through a twin, which then knows all shapes; return that of a sample."""
    for inner in walk_layers([twin]):
        if isinstance(inner, Recurrent):
            vars(inner)['forward'] = partial(give_empty_states, inner)
        elif isinstance(inner, Sliding) and inner.how:
            vars(inner)['forward'] = partial(give_empty_places, inner)
        elif isinstance(inner, Attention):
            vars(inner)['forward'] = partial(give_empty_steps, inner)
    # Without samples only statistics enter: a variance below 0 has no root and is refused.
    with np.errstate(all='ignore', invalid='raise'):
        return tuple(twin.forward(np.empty((0, *shape), twin.dtype)).shape[1:])


def give_empty_states(layer: Recurrent, A: ndarray) -> ndarray:
    """Return the output of a recurrent layer without taking its steps, of which there may be many.

    Its forward pass would take each of them even for no samples.
    """
    layer.receive_input(A)
    axes = A.shape[:2] if layer.sequences else A.shape[:1]
    return np.empty((*axes, layer.d['u']), A.dtype)


def give_empty_steps(layer: Attention, A: ndarray) -> ndarray:
    """Return the output of attention without noting which of its steps see which."""
    layer.receive_input(A)
    return A


def give_empty_places(layer: Sliding, A: ndarray) -> ndarray:
    """Return the output of a pooling without going through the points of its window."""
    layer.receive_input(A)
    places = layer.window.size_out[-(A.ndim - 2) :]
    return np.empty((0, *places, A.shape[-1]), A.dtype)
