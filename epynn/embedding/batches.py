"""The batches of an epoch: places in the order of the samples, gathered when they are used."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from epynn.commons.errors import DataError, StateError
from epynn.commons.models import dataSet
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


class Batches(Sequence[dataSet]):
    """Batches of a data set, each gathered from it whenever it is asked for.

    Nothing of the size of the data is copied: ``batches[k]`` holds the samples
    ``order[k * size : (k + 1) * size]``.

    Parameters
    ----------
    dset : dataSet
        The samples.
    order : array of int
        Their numbers, in the order in which they are learned.
    starts : range
        Where each batch begins in it.
    size : int
        Samples in a batch; the last one may have fewer.
    """

    def __init__(self, dset: dataSet, order: ndarray, starts: range, size: int) -> None:
        self.dset, self.order, self.starts, self.size = dset, order, starts, size

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, k: int) -> dataSet: ...

    @overload
    def __getitem__(self, k: slice) -> 'Batches': ...

    def __getitem__(self, k: int | slice) -> 'dataSet | Batches':
        if isinstance(k, slice):
            return Batches(self.dset, self.order, self.starts[k], self.size)
        start, dset = self.starts[k], self.dset
        ids = self.order[start : start + self.size]
        Y, w = (None if array is None else array[ids] for array in (dset.Y, dset.w))
        return dataSet(dset.X[ids], Y, 'batch', dset.ids[ids], w, dset.targets, dset.classes)


def embedding_training_batches(layer: 'Embedding', init: bool = False) -> None:
    """Shuffle the training samples and cut them into batches.

    Shuffles accumulate from epoch to epoch.

    Parameters
    ----------
    init : bool, optional
        Start again from the original order.
    """
    dtrain = layer.dtrain
    m = len(dtrain.X)
    # A new array each time: batches of epochs before keep their order
    order = np.arange(m) if init else layer.order.copy()
    if init:
        layer.given = None
    if len(order) != m:
        raise StateError(
            'Embedding.dtrain', f'the {len(order)} samples it had at initialize', f'{m}',
            'Call initialize(params=False) after a change of the data.',
        )  # fmt: skip
    layer.np_rng.shuffle(order)
    size = layer.se_dataset['batch_size'] or m
    stop = m - m % size if layer.se_dataset['drop_last'] else m
    if stop == 0:
        raise DataError(
            'Embedding.drop_last', f'at least one whole batch of {size} samples',
            f'{m} training samples', 'Choose a smaller batch_size.',
        )  # fmt: skip
    layer.order = order
    layer.batch_dtrain = Batches(dtrain, order, range(0, stop, size), size)
