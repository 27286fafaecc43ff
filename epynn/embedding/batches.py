"""The batches of an epoch: places in the order of the samples, gathered when they are used."""

from collections.abc import Sequence
from typing import overload

from epynn.commons.models import dataSet
from epynn.kernels.arrays import Array


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

    def __init__(self, dset: dataSet, order: Array, starts: range, size: int) -> None:
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
