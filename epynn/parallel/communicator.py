"""Ranks that speak to each other by a communicator of mpi4py."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, MissingExtraError
from epynn.commons.ranks import ALONE, Ranks
from epynn.kernels.arrays import ndarray
from epynn.network.models import EpyNN
from epynn.network.state import Network
from epynn.parallel.agreement import find_difference
from epynn.parallel.cores import find_place, sharing_cores
from epynn.parallel.faults import ending_all, wait_for_turn

SMALL = 2**14
"""Numbers, of all ranks together, that each rank adds up by itself: one message is faster."""
METHODS = 'Get_rank', 'Get_size', 'Allgather', 'Allgatherv', 'Alltoall', 'Abort'
"""What is asked of a communicator."""


class MPIRanks(Ranks):
    """The ranks of a communicator of mpi4py.

    Sums are taken in the order of the ranks, by one of them for all or by each alike: so all have
    the same bits, whatever MPI it is.

    Parameters
    ----------
    communicator : mpi4py.MPI.Comm
        Such as ``MPI.COMM_WORLD``.
    """

    def __init__(self, communicator: Any) -> None:
        self.communicator = communicator
        self.rank, self.size = communicator.Get_rank(), communicator.Get_size()

    def add(self, x: Any) -> Any:
        """Return the sum over the ranks of an array, or of a number."""
        array = np.asarray(x)
        total = self.sum_of(array.ravel())
        return total.reshape(array.shape) if array.ndim else total.item()

    def sum_of(self, x: ndarray) -> ndarray:
        """Return the sum over the ranks of arrays ``(n,)``."""
        n, size = len(x), self.size
        if n * size <= SMALL:
            rows = np.empty((size, n), x.dtype)
            self.communicator.Allgather(x, rows)
            return rows.sum(axis=0)  # type: ignore[no-any-return]
        # A stretch of the numbers goes to each rank, which adds it up; then all get all of them
        each = -(-n // size)
        padded = np.zeros(size * each, x.dtype)
        padded[:n] = x
        rows, total = np.empty((size, each), x.dtype), np.empty_like(padded)
        self.communicator.Alltoall(padded, rows)
        self.communicator.Allgather(rows.sum(axis=0), total)
        return total[:n]

    def join(self, rows: ndarray) -> ndarray:
        """Return the rows of all ranks, those of the first one on top."""
        counts = np.empty(self.size, np.int64)
        self.communicator.Allgather(np.array([len(rows)], np.int64), counts)
        joined = np.empty((int(counts.sum()), *rows.shape[1:]), rows.dtype)
        parts = counts * (joined[:1].nbytes if len(joined) else 0)
        self.communicator.Allgatherv(as_bytes(rows), [as_bytes(joined), parts])
        return joined

    def exchange(self, words: str) -> list[str]:
        """Return the words of each rank."""
        letters = np.frombuffer(words.encode(), np.uint8)
        lengths, joined = self.join(np.array([len(letters)])), self.join(letters).tobytes()
        ends = np.cumsum(lengths).tolist()
        pairs = zip([0, *ends], ends, strict=False)
        return [joined[start:end].decode() for start, end in pairs]

    @contextmanager
    def training(self, model: Network, **settings: Any) -> Iterator[None]:
        """Share the training of a network inside a block.

        Raises
        ------
        ArgumentError, DataError, LayerError
            If the ranks have not the same network and data, on each of them.
        """
        with ending_all(self, self.communicator.Abort):
            places = self.exchange(json.dumps(find_place()))
            self.places = [json.loads(place) for place in places]
            difference = find_difference(self, model, settings)
        if difference is not None:
            wait_for_turn(self.rank)
            raise difference
        with ending_all(self, self.communicator.Abort), sharing_cores(self.places, self.rank):
            set_ranks(model, self)
            try:
                yield
            finally:
                set_ranks(model, ALONE)


def set_ranks(model: Network, ranks: Ranks) -> None:
    """Let a network, and its layers, share what they do among ranks."""
    model.ranks = ranks
    for layer in model.layers:
        layer.ranks = ranks


def as_bytes(array: ndarray) -> ndarray:
    """Return an array in bytes, ``(n,)``; a view where it is in one piece."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def as_ranks(model: Network, parallel: Any) -> Ranks:
    """Return the ranks that were given as `parallel`, of which one is alone."""
    if parallel is None or parallel is False:
        return ALONE
    if parallel is True:
        parallel = import_mpi().COMM_WORLD
    if not all(callable(getattr(parallel, name, None)) for name in METHODS):
        raise ArgumentTypeError(
            'EpyNN.train(parallel)', 'a communicator of mpi4py, such as MPI.COMM_WORLD, or True',
            describe(parallel), 'Write train(..., parallel=True).',
        )  # fmt: skip
    return MPIRanks(parallel) if parallel.Get_size() > 1 else ALONE


def import_mpi() -> Any:
    """Return the module MPI of mpi4py, or say how to install it."""
    try:
        return import_module('mpi4py.MPI')
    except (ImportError, RuntimeError) as error:  # RuntimeError: there is mpi4py, but no MPI
        why = str(error).partition('\n')[0]  # then, all places where it was looked for
        raise MissingExtraError(
            'EpyNN.train(parallel)', 'mpi4py and an MPI', f'none ({why})',
            "Install them: python -m pip install 'epynn-numpy[mpi]' mpich",
        ) from None  # fmt: skip


EpyNN.as_ranks = as_ranks
