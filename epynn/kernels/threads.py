"""Two halves of a job at the same time."""

import os
import threading
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Sequence
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

Piece = TypeVar('Piece')
Result = TypeVar('Result')
Job = Callable[[], None]

_own = threading.local()
"""What each thread has for itself: its helper, once it had a job."""


class _Helper:
    """A thread that does second halves for the one that made it, and ends with that one.

    Starting a thread for each job would take as long as a small job does; and after a pause, the
    system may leave a new thread waiting for milliseconds, on the core of the one that started it.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        start_new_thread(_serve, (self.jobs,))

    def __del__(self) -> None:
        self.jobs.put(None)


def _serve(jobs: 'SimpleQueue[Job | None]') -> None:
    """Do jobs, in turn, until there is a None."""
    while (job := jobs.get()) is not None:
        job()
        del job  # and the arrays that it holds


def _find_helper() -> _Helper | None:
    """Return the helper of this thread; a new one at first, and in the child after a fork.

    Return None where the system gives no more threads, or never did.
    """
    helper: _Helper | None = getattr(_own, 'helper', None)
    if helper is None or helper.process != os.getpid():
        try:
            helper = _own.helper = _Helper()
        except RuntimeError:
            return None
    return helper


def in_halves(
    work: Callable[[Sequence[Piece]], Result], pieces: Sequence[Piece], alone: bool = False
) -> list[Result]:
    """Do the first half of the pieces in this thread and the second half in another.

    Each thread has a helper of its own, so that calls from different threads never meet. Which half
    a piece falls into depends on the number of pieces alone, so that sums come out the same each
    time.

    Parameters
    ----------
    work : callable
        Takes some of the pieces. NumPy lets go of the interpreter in its loops.
    pieces : sequence
        The pieces of the job, in order.
    alone : bool
        Do all in this thread: the job is not worth a second one.

    Returns
    -------
    list
        What `work` returned, for one or both halves.
    """
    half = (len(pieces) + 1) // 2
    if alone or half == len(pieces):
        return [work(pieces)]
    helper = _find_helper() if _count_cores() > 1 else None
    if helper is None:
        return [work(pieces[:half]), work(pieces[half:])]
    # Threads do not share np.errstate: a part of the context, or in NumPy 1 of the thread.
    context, reactions = copy_context(), np.geterr()
    results: list[Result] = []
    errors: list[BaseException] = []
    done = allocate_lock()

    def do_second_half() -> None:
        try:
            with np.errstate(**reactions):
                results.append(context.run(work, pieces[half:]))
        except BaseException as error:  # noqa: BLE001 - the caller raises it
            errors.append(error)
        finally:
            done.release()

    done.acquire()
    helper.jobs.put(do_second_half)
    try:
        first = work(pieces[:half])
    finally:
        done.acquire()
    if errors:
        raise errors[0]
    return [first, *results]


def _count_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
