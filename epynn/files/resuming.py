"""A training under way, to and from a file: all that the next batch depends on.

Beside what every file holds, these are: what the optimizer remembers, what layers carry from batch
to batch, the state of each random stream, the order of the samples and the place in it, what
schedules and callbacks remember, and the sums of the epoch under way; and marks of the data, which
files do not hold.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from epynn.commons.calls import constructor_names
from epynn.commons.data_source import as_data_source, name_batch
from epynn.commons.errors import ArgumentError
from epynn.commons.logs import process_logs
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import OPTIMIZERS
from epynn.commons.schedule import ReduceOnPlateau
from epynn.embedding.models import Embedding
from epynn.files.data_marks import describe_data, require_same_data
from epynn.files.decoding import Decoder
from epynn.files.encoding import Encoder
from epynn.kernels.arrays import ndarray
from epynn.network.history import Tally
from epynn.network.models import EpyNN
from epynn.network.state import Interrupted

STREAMS = ('PCG64', 'PCG64DXSM', 'MT19937', 'Philox', 'SFC64')
"""The generators of random bits that NumPy has."""


class Training(NamedTuple):
    """What the next batch of a training depends on, beside network and data."""

    step: int
    """Batches of the epoch under way that are learned; -1 before it is shuffled."""
    told: tuple[str, tuple[int, int], int]
    """As ``told`` of the network."""
    interrupted: tuple[Any, ...]
    tally: tuple[Any, ...]
    batch_loss: list[float]
    seconds: list[float]
    schedules: dict[Any, Any]
    """``schedule_memory`` of the network."""
    order: ndarray
    key: int
    """Of the generators for ``augment``."""
    data: dict[str, Any]
    streams: list[dict[str, Any]]
    """State of the random stream of the model, then of each layer and those inside."""
    moments: list[dict[str, dict[str, Any]]]
    """Those of each layer and those inside."""
    carried: Sequence[dict[str, ndarray]] = ()
    """What each of them carries from the batch before; empty where all carry nothing."""


def describe_training(model: EpyNN, encoder: Encoder) -> dict[str, Any]:
    """Return the training under way in words that JSON knows; arrays go to the encoder."""
    require_no_hidden_state(model)
    embedding, layers = model.embedding, list(walk_layers(model.layers))
    busy = model.owner.busy
    callbacks = [(type(callback).__name__, callback.state()) for callback in model.callbacks]
    under_way = Interrupted(callbacks, model.stopped if busy else '', busy)
    training = Training(
        step=model.progress[1],
        told=model.told,
        interrupted=model.interrupted or under_way,  # as it was read, until it trains
        tally=model.tally[:3],
        batch_loss=model.batch_loss,
        seconds=model.seconds,
        schedules=model.schedule_memory,
        order=embedding.order,
        key=getattr(embedding.batch_dtrain, 'key', 0),
        data=describe_data(embedding),
        streams=[stream_state(rng) for rng in (model.np_rng, *(each.np_rng for each in layers))],
        moments=[layer.moments for layer in layers],
        carried=[layer.carried for layer in layers] if any(each.carried for each in layers) else [],
    )
    parts = training._asdict().items()
    return {name: encoder.encode(value, f'the training, {name}') for name, value in parts}


def require_no_hidden_state(model: EpyNN) -> None:
    """Refuse an optimizer of the user's own that remembers where no file would look."""
    optimizer = model.optimizer
    hidden = sorted(vars(optimizer).keys() - set(constructor_names(type(optimizer))))
    if hidden:
        raise ArgumentError(
            'EpyNN.write(resume=True)', 'optimizers that remember in moments alone',
            f'{type(optimizer).__name__} with {", ".join(hidden)}',
            'Keep in moments, which step is given, what the next step depends on.',
        )  # fmt: skip


def stream_state(rng: 'np.random.Generator') -> Any:
    """Return the state of a random stream, with lists in the place of arrays."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: plain(each) for name, each in value.items()}
        return value.tolist() if isinstance(value, np.ndarray) else value

    return plain(rng.bit_generator.state)


def decode_training(record: Any, model: EpyNN, decoder: Decoder) -> Training:
    """Return the training that a file describes, if it fits the network."""
    decoder.require(isinstance(record, dict), 'a training by its parts', record)
    parts = {name: decoder.decode(value) for name, value in record.items()}
    training: Training = decoder.build(Training, **parts)
    fits = decoder.build(fits_network, training, model)
    decoder.require(fits, 'a training of this network', record)
    return training


def fits_network(training: Training, model: EpyNN) -> bool:
    """Return whether the parts of a training are of the right types, and those of this network."""
    layers = list(walk_layers(model.layers))
    name, (e, step), count = training.told
    callbacks, stopped, unfinished = training.interrupted
    loss, samples, seconds = training.tally
    order, numbers = training.order, [*training.batch_loss, *training.seconds, loss, seconds]
    there = np.zeros(len(order), bool)
    there[order] = True
    return (
        len([make_stream(state) for state in training.streams]) == len(layers) + 1
        and all(fits_layer(*pair) for pair in zip(training.moments, layers, strict=True))
        and len(training.carried) in (0, len(layers))
        and all(a.dtype.kind in 'biuf' for each in training.carried for a in each.values())
        and all(type(n) is int for n in (training.step, e, step, count, samples, training.key))
        and min(training.step, step) >= -1
        and min(count, samples, training.key) >= 0
        and all(type(each) is str for each in (name, stopped, *(kind for kind, _ in callbacks)))
        and all(type(state) is dict for _, state in callbacks)
        and type(unfinished) is bool
        and len(training.batch_loss) == len(training.seconds) <= model.epochs
        and all(type(number) is float for number in numbers)
        and all(is_memory(*pair) for pair in training.schedules.items())
        and isinstance(order, np.ndarray)
        and order.dtype == np.int64
        and order.ndim == 1
        and bool(there.all())
        and training.data['sets']['dtrain']['samples'][0][0] == len(order)
        and all(
            mark is None or (type(mark[0]), type(mark[1])) == (list, str)
            for marks in training.data['sets'].values()
            for mark in marks.values()
        )
    )


def is_memory(schedule: Any, memory: Any) -> bool:
    """Return whether a schedule can have remembered this; of your own ones nobody knows."""
    return not isinstance(schedule, ReduceOnPlateau) or (
        tuple(map(type, memory)) == (float, float, int, int)
    )


def fits_layer(moments: Mapping[str, Mapping[str, Any]], layer: Layer) -> bool:
    """Return whether moments fit the parameters of a layer; those of your own need not be alike."""
    ours = type(layer.optimizer) in OPTIMIZERS.values()
    return all(
        type(each['t']) is int
        and each['t'] >= 0
        and (not ours or all(is_like(each[key], layer.p[name]) for key in each.keys() - {'t'}))
        for name, each in moments.items()
    )


def is_like(value: Any, p: ndarray) -> bool:
    """Return whether this is an array of the shape and data type of a parameter."""
    return isinstance(value, np.ndarray) and (value.shape, value.dtype) == (p.shape, p.dtype)


def make_stream(state: Mapping[str, Any]) -> 'np.random.Generator':
    """Return a random stream in that state."""
    name = state['bit_generator']
    if name not in STREAMS:
        raise ValueError(f'no generator {name}')
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)


def resume(model: EpyNN, training: Training) -> None:
    """Let a network, which has its data again, go on where the training was."""
    embedding = model.layers[0]
    assert isinstance(embedding, Embedding)
    require_same_data(embedding, training.data)
    embedding.cut_batches(training.order, training.key)
    model.progress = model.epochs, training.step
    model.told = training.told
    callbacks, stopped, unfinished = training.interrupted
    model.interrupted = Interrupted(callbacks, stopped, unfinished)
    model.tally = Tally(*training.tally)
    model.batch_loss, model.seconds = training.batch_loss, training.seconds
    model.schedule_memory = training.schedules
    model.np_rng, *streams = map(make_stream, training.streams)
    layers = walk_layers(model.layers)
    carried = training.carried or [{} for _ in streams]
    for layer, stream, moments, arrays in zip(
        layers, streams, training.moments, carried, strict=True
    ):
        layer.np_rng, layer.moments, layer.carried = stream, moments, arrays
    place = f'after epoch {model.epochs - 1}' if model.epochs else 'before the first epoch'
    if training.step >= 0:
        batch = name_batch(as_data_source(embedding), training.step)
        place = f'in epoch {model.epochs}, after {batch}'
    process_logs(f'{model.name}: goes on {place}, as if it had not been interrupted.')
