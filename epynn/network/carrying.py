"""State that goes from one pass to the next: long series in pieces, or step by step.

Layers that carry state keep it in ``layer.carried``. That belongs to the training; predictions
keep theirs in ``model.carried``.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np

from epynn.commons.calls import in_words
from epynn.commons.errors import DataError, ShapeError
from epynn.commons.models import Layer, walk_layers
from epynn.kernels.arrays import ndarray
from epynn.network.state import Network

Carried: TypeAlias = list[dict[str, ndarray]]
"""What each of some layers carries, those inside others included."""


@in_words('EpyNN.reset_states', 'Write model.reset_states().')
def model_reset_states(model: Network) -> None:
    """Forget what layers carried over from passes before: the next ones begin new sequences.

    Both what training carries from batch to batch, and what :meth:`predict` carries from call to
    call. Each epoch begins anew by itself.
    """
    model.carried = []
    begin_anew(walk_layers(model.layers))


def begin_anew(layers: Iterable[Layer]) -> None:
    """Let layers forget what they carry."""
    for layer in layers:
        layer.carried = {}


@contextmanager
def carried_apart(layers: Sequence[Layer]) -> Iterator[list[Layer]]:
    """Begin anew in a block, and put back behind it what layers carried; yield them one by one."""
    inside = list(walk_layers(layers))
    before = [layer.carried for layer in inside]
    begin_anew(inside)
    try:
        yield inside
    finally:
        for layer, carried in zip(inside, before, strict=True):
            layer.carried = carried


@contextmanager
def carried_by_rank(model: Network, samples: int) -> Iterator[None]:
    """Let layers carry what is of the samples of this rank inside a block; of all, outside."""
    ranks = model.ranks
    layers = [layer for layer in walk_layers(model.layers) if layer.carries]
    if ranks.size == 1 or not layers:
        yield
        return
    m = ranks.add(samples)
    part = ranks.part(m)
    for layer in layers:
        for name, array in layer.carried.items():
            each = len(array) // m  # rows of a sample, which are its steps in TimeDistributed
            layer.carried[name] = array[part.start * each : part.stop * each]
    yield
    for layer in layers:
        layer.carried = {name: ranks.join(array) for name, array in layer.carried.items()}


def require_equal_batches(model: Network) -> None:
    """Refuse a last batch that is smaller where each has to go on from the one before."""
    embedding = model.embedding
    carries = any(layer.carries for layer in walk_layers(model.layers))
    if not carries or embedding.batch_function is not None:
        return
    samples, size = len(embedding.dtrain.X), embedding.se_dataset['batch_size']
    if size and samples > size and samples % size and not embedding.se_dataset['drop_last']:
        raise DataError(
            'Embedding.batch_size', 'batches of as many samples each, as each goes on from the '
            'one before', f'{samples} training samples in batches of {size}',
            'Choose a divisor, or leave out the last ones: drop_last=True.',
        )  # fmt: skip


def require_carried_of(X: ndarray, carried: Carried, what: str) -> None:
    """Refuse other samples than those whose state is carried."""
    for arrays in carried:
        for array in arrays.values():
            if len(array) != len(X):
                raise ShapeError(
                    f'EpyNN.{what}(X_data)',
                    f'{len(array)} samples, which go on from the call before', f'{len(X)}',
                    'Pass as many each time, or call model.reset_states() to begin new sequences.',
                )  # fmt: skip


def carry_part(layers: Sequence[Layer], carried: Carried, part: slice) -> None:
    """Let layers carry what is of some of the samples."""
    for layer, arrays in zip(layers, carried, strict=True):
        layer.carried = {name: array[part] for name, array in arrays.items()}


def join_parts(parts: Sequence[Carried]) -> Carried:
    """Join what layers carried after each part of the samples."""
    return [
        {name: np.concatenate([each[name] for each in arrays]) for name in arrays[0]}
        for arrays in zip(*parts, strict=True)
    ]
