"""Ranks in the threads of one process: a communicator that needs no MPI."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np


class Aborted(BaseException):
    """A rank ended all."""


class ThreadCommunicator:
    """What :mod:`epynn.parallel` asks of a communicator of mpi4py, among threads."""

    def __init__(self, rank, size, barrier, slots, ended):
        self.rank, self.size, self.barrier, self.slots = rank, size, barrier, slots
        self.ended = ended

    def Get_rank(self):
        return self.rank

    def Get_size(self):
        return self.size

    def meet(self, array):
        """Return what all ranks came with."""
        self.slots[self.rank] = np.array(array)
        self.barrier.wait(60)
        everyone = list(self.slots)
        self.barrier.wait(60)
        return everyone

    def Allgather(self, send, receive):
        receive.reshape(-1)[:] = np.concatenate([a.ravel() for a in self.meet(send)])

    def Allgatherv(self, send, receive):
        array, counts = receive
        everyone = self.meet(send)
        assert [len(a) for a in everyone] == list(counts)
        array[:] = np.concatenate(everyone)

    def Alltoall(self, send, receive):
        parts = [a.reshape(self.size, -1)[self.rank] for a in self.meet(send)]
        receive[:] = np.stack(parts)

    def Abort(self, status):
        self.ended.append(self.rank)
        self.barrier.abort()
        raise Aborted(f'rank {self.ended[0]}, status {status}')


def run_ranks(size, work):
    """Return what ``work(communicator)`` returns on each of so many ranks, in their order.

    An error is raised: that of the rank that ended the others, if one did.
    """
    shared = threading.Barrier(size), [None] * size, []
    ranks = [ThreadCommunicator(rank, size, *shared) for rank in range(size)]
    with ThreadPoolExecutor(size) as pool:
        futures = [pool.submit(work, rank) for rank in ranks]
    errors = [future.exception() for future in futures]
    aborted = [error for error in errors if isinstance(error, Aborted)]
    for error in [*aborted, *errors]:
        if error is not None:
            raise error
    return [future.result() for future in futures]
