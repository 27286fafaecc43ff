"""What PyTorch calls the arrays of each layer, and how it lays them out."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from epynn import layers as known
from epynn.commons.arguments import describe
from epynn.commons.errors import LayerError
from epynn.commons.maths import relu, sigmoid, tanh
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


class Layout(NamedTuple):
    """An array here, and the tensor there that holds its numbers."""

    name: str
    """Name here: ``'W'``."""
    tensor: str
    """Name there, from the module of the layer: ``'weight'``."""
    axes: tuple[int | None, ...] = (0,)
    """Axes of the tensor, in the order that they have here; None for one of size 1, here alone."""
    kind: str = 'p'
    """``'p'`` for a parameter, ``'s'`` for a statistic."""
    rows: slice = slice(None)
    """Rows of the tensor, where gates lie below each other."""
    second: str = ''
    """Another tensor, which is added to it there; 0 in what comes from here."""

    def take(self, tensor: ndarray) -> ndarray:
        """Return the numbers as they are here, from all of the tensor."""
        axes = [axis for axis in self.axes if axis is not None]
        new = [place for place, axis in enumerate(self.axes) if axis is None]
        return np.expand_dims(tensor[self.rows].transpose(axes), new)

    def put(self, array: ndarray) -> ndarray:
        """Return the numbers as they are there, in these rows of the tensor."""
        new = tuple(place for place, axis in enumerate(self.axes) if axis is None)
        axes = [axis for axis in self.axes if axis is not None]
        return array.squeeze(new).transpose(np.argsort(axes))


def with_bias(*axes: int, row: bool = False) -> tuple[Layout, ...]:
    """Return ``W``, whose axes are told, and ``b``, which may be a row ``(1, u)``."""
    return Layout('W', 'weight', axes), Layout('b', 'bias', (None, 0) if row else (0,))


SCALE, SHIFT = Layout('gamma', 'weight'), Layout('beta', 'bias')
STATISTICS = Layout('mean', 'running_mean', kind='s'), Layout('var', 'running_var', kind='s')
LSTM_GATES = 'i', 'f', 'g', 'o'
"""The order in which PyTorch has the gates."""


def layouts_of_attention(layer: Any) -> Iterator[Layout]:
    """Yield weights and biases of the four products."""
    for letter, product in zip('qkvo', ('query', 'key', 'value', 'output'), strict=True):
        yield Layout(f'W{letter}', f'{product}.weight', (1, 0))
        yield Layout(f'b{letter}', f'{product}.bias')


def layouts_of_positions(layer: Any) -> tuple[Layout, ...]:
    """Return the rows, where they are learned."""
    return (Layout('W', 'weight', (0, 1)),) if layer.kind == 'learned' else ()


def layouts_of_rnn(layer: Any) -> Iterator[Layout]:
    """Yield the one gate."""
    return gates_below('' if layer.activate.function in (tanh, relu) else 'gates', layer, ('',))


def layouts_of_lstm(layer: Any) -> Iterator[Layout]:
    """Yield the four gates."""
    return gates_below('' if is_usual(layer) else 'gates', layer, LSTM_GATES)


def is_usual(layer: Any) -> bool:
    """Return whether an LSTM has the activations that it has in PyTorch."""
    gates = layer.activate_input, layer.activate_forget, layer.activate_output
    states = layer.activate, layer.activate_candidate
    return all(gate.function is sigmoid for gate in gates) and all(
        state.function is tanh for state in states
    )


def layouts_of_gru(layer: Any) -> Iterator[Layout]:
    """Yield both gates, and the candidate."""
    yield from gates_below('gates', layer, ('z', 'r'))
    yield from gates_below('candidate', layer, ('hh',))
    if layer.reset_after:
        yield Layout('bV', 'candidate.bias_hh', (None, 0))


def gates_of_torch(layer: Any) -> Iterator[Layout]:
    """Yield the gates of torch.nn.GRU, whose candidate has both biases by itself."""
    u = layer.d['u']
    for number, gate in enumerate(('r', 'z', 'hh')):
        rows, second = slice(number * u, (number + 1) * u), '' if gate == 'hh' else 'bias_hh_l0'
        yield Layout(f'U{gate}', 'weight_ih_l0', (1, 0), 'p', rows)
        yield Layout(f'V{gate}', 'weight_hh_l0', (1, 0), 'p', rows)
        yield Layout(f'b{gate}', 'bias_ih_l0', (None, 0), 'p', rows, second)
    yield Layout('bV', 'bias_hh_l0', (None, 0), 'p', slice(2 * u, 3 * u))


def gates_below(place: str, layer: Any, gates: tuple[str, ...]) -> Iterator[Layout]:
    """Yield ``U V b`` of gates, which lie below each other there.

    They are those of a module inside, or of a recurrent module of PyTorch itself.
    """
    names = [f'{place}.weight_ih', f'{place}.weight_hh', f'{place}.bias']
    if not place:
        names = ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0']
    for number, gate in enumerate(gates):
        rows = slice(number * layer.d['u'], (number + 1) * layer.d['u'])
        for symbol, tensor in zip('UVb', names, strict=True):
            axes = (None, 0) if symbol == 'b' else (1, 0)
            second = 'bias_hh_l0' if tensor == 'bias_ih_l0' else ''
            yield Layout(f'{symbol}{gate}', tensor, axes, 'p', rows, second)


LAYOUTS: Mapping[type[Layer], tuple[Layout, ...] | Callable[[Any], Any]] = MappingProxyType({
    known.Attention: layouts_of_attention,
    known.BatchNorm: (SCALE, SHIFT, *STATISTICS),
    known.Convolution: with_bias(2, 3, 1, 0),
    known.Convolution1D: with_bias(2, 1, 0),
    known.Dense: with_bias(1, 0, row=True),
    known.GRU: layouts_of_gru,
    known.GroupNorm: (SCALE, SHIFT),
    known.LSTM: layouts_of_lstm,
    known.LayerNorm: (SCALE, SHIFT),
    known.PReLU: (Layout('alpha', 'weight'),),
    known.PositionalEncoding: layouts_of_positions,
    known.RMSNorm: (SCALE,),
    known.RNN: layouts_of_rnn,
    known.Tokens: (Layout('W', 'weight', (0, 1)),),
    known.TransposedConvolution: with_bias(2, 3, 1, 0),
})  # fmt: skip
"""Arrays of each class of layers that has any by itself."""


def layouts_of(layer: Layer) -> list[Layout]:
    """Return the layouts of the arrays that a layer has by itself, without those inside."""
    told = LAYOUTS.get(type(layer), ())
    layouts = told(layer) if callable(told) else told
    use_bias = getattr(layer, 'use_bias', True)
    return [each for each in layouts if use_bias or not each.name.startswith('b')]


def prefixes_inside(layer: Any, where: str) -> list[str]:
    """Return what the names of each layer inside begin with there, from that of the layer."""
    numbers = range(len(layer.children()))
    kind = type(layer)
    if kind is known.Residual:
        chains = ['chain'] * len(layer.chain) + ['shortcut'] * len(layer.shortcut)
        return [f'{chain}.{i}' for i, chain in enumerate(chains)]
    if kind is known.Parallel:
        return [
            f'branches.{k}.{i}'
            for k, (start, end) in enumerate(zip(layer.ends, layer.ends[1:], strict=False))
            for i in range(start, end)
        ]
    if kind is known.TimeDistributed:
        return [f'module.{i}' for i in numbers]
    if kind is known.Bidirectional:
        return ['onward', 'back']
    if kind is known.Transformer:
        return [f'{i}' for i in numbers]
    if numbers:
        raise own_layer(layer, where)
    return []


def channels_first_order(shape: tuple[int, ...]) -> ndarray | None:
    """Return where each number of a sample ``(h, w, d)`` is in one of ``(d, h, w)``."""
    places = np.arange(int(np.prod(shape))).reshape(shape[-1], *shape[:-1])
    order = np.moveaxis(places, 0, -1).ravel()
    return None if np.array_equal(order, np.arange(order.size)) else order


def own_layer(layer: Layer, where: str) -> LayerError:
    """Return the error for a layer that PyTorch has no names for."""
    return LayerError(
        where, 'a layer of the library', describe(layer),
        'Write it as a module of PyTorch, and put it in its place.',
    )  # fmt: skip
