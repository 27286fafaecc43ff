"""The batches of an epoch: places in the order of the samples, gathered when they are used."""

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np

from epynn.commons.arguments import as_flag, as_function, check_call, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError, StateError
from epynn.commons.io.numbers import refuse_not_finite
from epynn.commons.io.sequences import cut_padding
from epynn.commons.models import dataSet
from epynn.commons.ranks import ALONE, Ranks
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


Augment: TypeAlias = Callable[[ndarray, 'np.random.Generator'], ndarray]
"""What a function to augment samples looks like: ``f(X, rng)``."""
WINDOW = 32
"""Batches whose samples are sorted by length among themselves, to group similar ones."""


class Batches(Sequence[dataSet]):
    """Batches of a data set, each gathered from it whenever it is asked for.

    Nothing of the size of the data is copied: ``batches[k]`` holds the samples
    ``order[k * size : (k + 1) * size]``. Steps that pad all of them are cut off.

    Parameters
    ----------
    dset : dataSet
        The samples.
    order : array of int
        Their numbers, in the order in which they are learned.
    starts : sequence of int
        Where each batch begins in it.
    size : int
        Samples in a batch; the last one may have fewer.
    augment : function, optional
        ``f(X, rng)``, what to make of the samples of a batch. Its generator is made for the batch,
        from `key` and the number of its first sample: ``batches[k]`` is the same each time.
    key : int, optional
        Seed of these generators, drawn for the epoch.
    ranks : Ranks, optional
        Those that the samples of each batch are shared out among.
    """

    def __init__(
        self,
        dset: dataSet,
        order: ndarray,
        starts: Sequence[int],
        size: int,
        augment: Augment | None = None,
        key: int = 0,
        ranks: Ranks = ALONE,
    ) -> None:
        self.dset, self.order, self.starts, self.size = dset, order, starts, size
        self.augment, self.key, self.ranks = augment, key, ranks

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, k: int) -> dataSet: ...

    @overload
    def __getitem__(self, k: slice) -> 'Batches': ...

    def __getitem__(self, k: int | slice) -> 'dataSet | Batches':
        if isinstance(k, slice):
            batches = copy.copy(self)
            batches.starts = self.starts[k]
            return batches
        start, dset = self.starts[k], self.dset
        whole = self.order[start : start + self.size]
        part = self.ranks.part(len(whole))
        ids = whole[part]
        Y, w = (None if a is None else a[ids] for a in (dset.Y, dset.w))
        # What is padding in all samples, and what is random, are of the whole batch
        mask = None if dset.mask is None else dset.mask[whole]
        X = dset.X[ids if self.augment is None else whole]
        X, Y, w, mask = cut_padding(X, Y, w, mask)
        if self.augment is not None:
            X = augmented(self.augment, X, np.random.default_rng([self.key, start]))[part]
        mask = None if mask is None else mask[part]
        return dataSet(X, Y, 'batch', dset.ids[ids], w, dset.targets, dset.classes, mask)

    def of_rank(self, ranks: Ranks) -> 'Batches':
        """Return them with the samples of one rank of several."""
        batches = copy.copy(self)
        batches.ranks = ranks
        return batches


def as_augment(augment: Any) -> Augment:
    """Return the user's function to augment samples, if it is one."""
    where = 'Embedding.augment'
    function = as_function(augment, where, 'f(X, rng)')
    check_call(function, where, 'f(X, rng), which returns samples like X', 2)
    return function


def as_order(shuffle: Any, bucket: Any) -> tuple[bool, bool]:
    """Return the two flags that say in which order samples come, if they agree."""
    shuffle, bucket = as_flag(shuffle, 'Embedding.shuffle'), as_flag(bucket, 'Embedding.bucket')
    if bucket and not shuffle:
        raise ArgumentError(
            'Embedding.bucket', 'shuffle=True, as batches of similar lengths are shuffled',
            'shuffle=False', 'Leave one of them out; sequences in the order given need no bucket.',
        )  # fmt: skip
    return shuffle, bucket


def augmented(augment: Augment, X: ndarray, rng: 'np.random.Generator') -> ndarray:
    """Return what the user's function makes of samples; refuse what could not stand for them."""
    shape, dtype = X.shape, X.dtype
    made: Any = augment(X, rng)
    where, expected = 'Embedding.augment', f'from f(X, rng) an array {shape} of {dtype}, as X is'
    if not isinstance(made, np.ndarray):
        raise ArgumentTypeError(where, expected, describe(made), 'Return an array.')
    if made.shape != shape:
        raise ArgumentError(
            where, expected, f'one of shape {made.shape}', 'Return as many samples, of one shape.'
        )
    if made.dtype != dtype:
        raise ArgumentTypeError(
            where, expected, f'one of {made.dtype}', f"Write return X.astype('{dtype}')."
        )
    if dtype.kind == 'f':
        refuse_not_finite(made, where)
    return made


def embedding_training_batches(layer: 'Embedding', init: bool = False) -> None:
    """Shuffle the training samples and cut them into batches.

    Shuffles accumulate from epoch to epoch; with ``shuffle=False`` there are none.

    Parameters
    ----------
    init : bool, optional
        Start again from the original order.
    """
    m = len(layer.dtrain.X)
    # A new array each time: batches of epochs before keep their order
    order = np.arange(m) if init else layer.order.copy()
    if init:
        layer.given = None
    if len(order) != m:
        raise StateError(
            'Embedding.dtrain', f'the {len(order)} samples it had at initialize', f'{m}',
            'Call initialize(params=False) after a change of the data.',
        )  # fmt: skip
    if layer.shuffle:
        layer.np_rng.shuffle(order)
    source = layer.batch_function
    draws = layer.augment is not None or layer.bucket or (source is not None and source.takes_rng)
    key = int(layer.np_rng.integers(2**63)) if draws else 0
    layer.cut_batches(order, key)


def embedding_cut_batches(layer: 'Embedding', order: ndarray, key: int) -> None:
    """Cut the training samples, in that order, into batches; of a stream, have them drawn.

    Parameters
    ----------
    order : array of int
        Their numbers.
    key : int
        Seed of the generators for `augment`, for a function that draws batches, and with `bucket`.
    """
    if layer.batch_function is not None:
        layer.order, layer.batch_dtrain = order, layer.batch_function.epoch(layer, key)
        return
    m = len(layer.dtrain.X)
    size = layer.se_dataset['batch_size'] or m
    stop = m - m % size if layer.se_dataset['drop_last'] else m
    if stop == 0:
        raise DataError(
            'Embedding.drop_last', f'at least one whole batch of {size} samples',
            f'{m} training samples', 'Choose a smaller batch_size.',
        )  # fmt: skip
    layer.order = order
    starts: Sequence[int] = range(0, stop, size)
    lengths = layer.dtrain.lengths if layer.bucket else None
    if lengths is not None:
        order = group_lengths(order, lengths, WINDOW * size, stop)
        starts = np.random.default_rng(key).permutation(starts).tolist()
    layer.batch_dtrain = Batches(layer.dtrain, order, starts, size, layer.augment, key)


def group_lengths(order: ndarray, lengths: ndarray, window: int, stop: int) -> ndarray:
    """Return the first `stop` samples sorted by length, so many of them at a time."""
    grouped = order[:stop].copy()
    for start in range(0, stop, window):
        some = grouped[start : start + window]
        grouped[start : start + window] = some[np.argsort(lengths[some], kind='stable')]
    return grouped
