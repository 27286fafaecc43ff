"""Two halves of a job at the same time."""

import os
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TypeVar

Piece = TypeVar('Piece')
Result = TypeVar('Result')


def in_halves(
    work: Callable[[Sequence[Piece]], Result], pieces: Sequence[Piece], alone: bool = False
) -> list[Result]:
    """Do the first half of the pieces in this thread and the second half in another.

    The thread lives for this call only: nothing is left behind, and calls from different threads
    never meet. Starting it costs half of what a thread of :mod:`threading` costs, which waits until
    it has begun. Which half a piece falls into depends on the number of
    pieces alone, so that sums come out the same each time.

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
    if _count_cores() == 1:
        return [work(pieces[:half]), work(pieces[half:])]
    context = copy_context()  # carries np.errstate over
    results: list[Result] = []
    errors: list[BaseException] = []
    done = allocate_lock()

    def do_second_half() -> None:
        try:
            results.append(context.run(work, pieces[half:]))
        except BaseException as error:  # noqa: BLE001 - the caller raises it
            errors.append(error)
        finally:
            done.release()

    done.acquire()
    start_new_thread(do_second_half, ())
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
