"""Two halves of a job at the same time."""

import os
from _thread import allocate_lock, get_ident, start_new_thread
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from queue import SimpleQueue
from typing import TypeVar

Piece = TypeVar('Piece')
Result = TypeVar('Result')
Job = Callable[[], None]

_helper: ContextVar[tuple[int, SimpleQueue[Job | None]] | None]
_helper = ContextVar('helper', default=None)
"""The thread that has a helper in this context, and where its helper takes jobs from."""


@contextmanager
def helper_thread() -> Iterator[None]:
    """Keep the thread for second halves alive while the block runs, in place of one for each job.

    A job then starts in a third of the time. The helper serves the thread that entered the block,
    and no other; within another such block of the same thread there is still one.
    """
    if _find_helper() is not None or _count_cores() == 1:
        yield
        return
    jobs: SimpleQueue[Job | None] = SimpleQueue()
    start_new_thread(_serve, (jobs,))
    token = _helper.set((get_ident(), jobs))
    try:
        yield
    finally:
        _helper.reset(token)
        jobs.put(None)


def _serve(jobs: SimpleQueue[Job | None]) -> None:
    """Do jobs, in turn, until there is a None."""
    while (job := jobs.get()) is not None:
        job()


def _find_helper() -> SimpleQueue[Job | None] | None:
    """Return where the helper of this thread takes jobs from; None without one."""
    thread, jobs = _helper.get() or (0, None)
    return jobs if thread == get_ident() else None


def in_halves(
    work: Callable[[Sequence[Piece]], Result], pieces: Sequence[Piece], alone: bool = False
) -> list[Result]:
    """Do the first half of the pieces in this thread and the second half in another.

    The thread lives for this call, or for a block of :func:`helper_thread`: nothing is left behind,
    and calls from different threads never meet. Starting it costs half of what a thread of
    :mod:`threading` costs, which waits until it has begun. Which half a piece falls into depends on
    the number of pieces alone, so that sums come out the same each time.

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
    helper = _find_helper()
    if helper is not None:
        helper.put(do_second_half)
    else:
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
