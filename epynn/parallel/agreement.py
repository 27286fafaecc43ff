"""What ranks have to have in common before they learn together: the network and its data."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, DataError, EpynnError, LayerError
from epynn.commons.models import walk_layers
from epynn.commons.ranks import Ranks
from epynn.files.data_marks import describe_data
from epynn.kernels.arrays import ndarray
from epynn.network.state import Network

WHERE = 'EpyNN.train(parallel)'
WORDS: dict[str, tuple[type[EpynnError], str]] = {
    'seed': (ArgumentError, 'Give each rank the same: initialize(seed=1).'),
    'layers': (LayerError, 'Make the same network on each rank.'),
    'settings': (ArgumentError, 'Give initialize and train the same arguments on each rank.'),
    'data': (DataError, 'Give the Embedding all samples on each rank, in the same order: each '
             'takes its part of every batch.'),
    'random streams': (ArgumentError, 'Let each rank do the same before it trains.'),
    'parameters': (ArgumentError, 'Let each rank draw or read the same ones.'),
}  # fmt: skip
"""For what may differ: the error, and the remedy."""


def find_difference(ranks: Ranks, model: Network, settings: Mapping[str, Any]) -> EpynnError | None:
    """Return the error to raise on all ranks where one has something else than the first.

    Without a seed, all take what the first one drew.
    """
    marks = {
        'seed': str(model.seed),
        'layers': describe_layers(model),
        'settings': describe_settings(model, settings),
        'data': json.dumps(describe_data(model.embedding), sort_keys=True),
    }
    difference = compare(ranks, marks)
    if difference is not None:
        return difference
    if model.seed is None:
        follow_first(ranks, model)
    numbers = hashlib.sha256()
    for holder, name in learned_arrays(model):
        numbers.update(np.ascontiguousarray(holder[name]).tobytes())
    return compare(ranks, {'random streams': streams(model), 'parameters': numbers.hexdigest()})


def compare(ranks: Ranks, marks: Mapping[str, str]) -> EpynnError | None:
    """Return the error for the first mark in which a rank differs from the first one."""
    short = {name: hashlib.sha256(mark.encode()).hexdigest() for name, mark in marks.items()}
    everyone = [json.loads(words) for words in ranks.exchange(json.dumps(short))]
    for name in marks:
        for rank, theirs in enumerate(everyone):
            if theirs[name] != everyone[0][name]:
                error, remedy = WORDS[name]
                return error(
                    WHERE, f'the same {name} on all ranks', f'others on rank {rank}', remedy
                )
    return None


def describe_layers(model: Network) -> str:
    """Return what the layers are, and the shapes of their parameters."""
    layers = [
        [repr(layer), layer.trainable, [[name, p.shape] for name, p in layer.p.items()]]
        for layer in walk_layers(model.layers)
    ]
    return without_places(json.dumps([model.name, layers]))


def describe_settings(model: Network, settings: Mapping[str, Any]) -> str:
    """Return the arguments of ``initialize`` and ``train``, and how far training is."""
    names = [getattr(f, '__name__', f) for f in (model.training_loss, *model.metrics_functions)]
    parts = (
        model.se_hPars, names, model.reduction, model.optimizer, model.dtype, model.class_weights,
        model.positive_label, model.epochs, model.progress, dict(settings),
    )  # fmt: skip
    return without_places(repr(parts))


def without_places(words: str) -> str:
    """Return words without the places in memory of functions: they differ in each process."""
    return re.sub(r' at 0x[0-9a-fA-F]+', '', words)


def streams(model: Network) -> str:
    """Return the states of all random streams, and the order of the samples."""
    generators = [model.np_rng, *(layer.np_rng for layer in walk_layers(model.layers))]
    states = [generator.bit_generator.state for generator in generators]
    return json.dumps([states, model.embedding.order.tolist()], default=np.ndarray.tolist)


def learned_arrays(model: Network) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the dictionary and the name of each array: parameters, state, and moments."""
    for leaf in walk_layers(model.layers):
        if not leaf.children():
            for holder in (leaf.p, leaf.s, *leaf.moments.values()):
                yield from ((holder, name) for name in sorted(holder) if is_array(holder[name]))


def is_array(value: Any) -> bool:
    """Return whether a value is an array of numbers."""
    return isinstance(value, np.ndarray)


def follow_first(ranks: Ranks, model: Network) -> None:
    """Take the random streams, the order of the samples and the parameters of the first rank."""

    def of_first(array: ndarray) -> ndarray:
        taken: ndarray = ranks.add(array if ranks.is_first else np.zeros_like(array))
        return taken

    states, order = json.loads(ranks.exchange(streams(model))[0])
    generators = [model.np_rng, *(layer.np_rng for layer in walk_layers(model.layers))]
    for generator, state in zip(generators, states, strict=True):
        generator.bit_generator.state = state
    model.embedding.order = np.array(order, dtype=model.embedding.order.dtype)
    for holder, name in list(learned_arrays(model)):
        holder[name] = of_first(holder[name])
