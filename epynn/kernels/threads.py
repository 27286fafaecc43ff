"""Work shared out among threads, in shares that depend on shapes alone.

Each share is done by the first thread that is free: the one that calls, or one of its helpers. So
the same numbers come out on any number of threads, and a helper that the system keeps waiting
leaves its shares to the others. Threads that wait sleep. NumPy lets go of the interpreter in its
loops and products; :mod:`epynn.kernels.blas` keeps these to the thread they are called in.
"""

import math
import os
import threading
from _thread import LockType, allocate_lock, start_new_thread
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread

SHARES = 8
"""Most shares of a job, and so the most threads that one can use."""

WORTH_A_SHARE = 6_000_000
"""Work that makes a share, in multiply-adds: a fraction of a millisecond."""

QUOTA = '/sys/fs/cgroup/cpu.max'
"""Where Linux says how much of the cores a container may use."""

Share = TypeVar('Share')
Result = TypeVar('Result')


class _Mail:
    """Where a helper waits, and finds its next job. A job that it came too late for is replaced."""

    def __init__(self) -> None:
        self.job: Callable[[], None] | None = None
        self.bell = allocate_lock()
        self.bell.acquire()

    def ring(self) -> None:
        if self.bell.locked():
            self.bell.release()


class _Helper:
    """A thread that computes for the one that made it, and ends with that one.

    Starting a thread for each job would take as long as a small job does; and after a pause, the
    system may leave a new thread waiting for milliseconds, on the core of the one that started it.
    """

    def __init__(self) -> None:
        self.mail = _Mail()
        start_new_thread(_serve, (self.mail,))

    def __del__(self) -> None:
        self.mail.job = _end
        self.mail.ring()


def _end() -> None:
    """Be the last job of a helper."""


def _serve(mail: _Mail) -> None:
    """Do jobs, in turn, until it is `_end`."""
    _own.serves = True
    while True:
        mail.bell.acquire()
        job, mail.job = mail.job, None
        if job is _end:
            return
        if job is not None:
            job()
        del job  # and the arrays that it holds


class _Own(threading.local):
    """What each thread has for itself: its helpers, once it had a job for them."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.helpers: list[_Helper] = []
        self.serves = False

    def find(self, count: int) -> list[_Helper]:
        """Return so many helpers; fewer where the system gives no more threads, or never did."""
        if self.process != os.getpid():  # a fork takes no threads along
            self.__init__()  # type: ignore[misc]
        if self.serves:  # a share within a share
            return []
        try:
            while len(self.helpers) < count:
                self.helpers.append(_Helper())
        except RuntimeError:
            pass
        return self.helpers[: max(count, 0)]


class _Job:
    """Shares of one job, taken one by one by whoever is free."""

    def __init__(self, work: Callable[[Any], Any], shares: Sequence[Any]) -> None:
        self.work = work
        self.shares = shares
        self.todo = deque(range(len(shares)))
        self.results: list[Any] = [None] * len(shares)
        self.errors: list[BaseException] = []
        # Threads do not share np.errstate: a part of the context, or in NumPy 1 of the thread
        self.context, self.reactions = copy_context(), np.geterr()

    def run(self) -> None:
        """Do shares until there are none."""
        while self.todo:
            try:
                number = self.todo.popleft()
            except IndexError:  # another thread was faster
                return
            self.results[number] = self.work(self.shares[number])

    def help(self, at_work: LockType) -> None:
        """Do shares in another thread; whoever finds the lock free need not wait for it."""
        with at_work:
            try:
                with np.errstate(**self.reactions):
                    self.context.copy().run(self.run)
            except BaseException as error:  # noqa: BLE001 - the caller raises it
                self.todo.clear()
                self.errors.append(error)


_own = _Own()
_wanted: list[int] = []
"""What :func:`set_threads` was told, if anything."""
_sharers: list[int] = []
"""How many processes share the cores, as each :func:`part_of_cores` under way was told."""


def set_threads(n: int | None) -> None:
    """Let the library compute in so many threads; the numbers that come out do not change.

    Parameters
    ----------
    n : int or None
        Threads, the caller's among them; None for as many as there are cores to use: those that
        the process is bound to, the quota of its control group, and ``OMP_NUM_THREADS`` allow.

    Raises
    ------
    ValueError
        If it is no whole number of at least 1.
    """
    if n is not None and (isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1):
        raise ValueError(
            f'set_threads(n): expected a whole number of at least 1, got {n!r}. None for all cores.'
        )
    _wanted[:] = [] if n is None else [int(n)]


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute without helpers inside a block, in the thread that enters it."""
    before, _own.serves = _own.serves, True
    try:
        yield
    finally:
        _own.serves = before


def count_threads() -> int:
    """Return in how many threads the library computes."""
    return _wanted[0] if _wanted else _count_cores(max(_sharers, default=1))


@contextmanager
def part_of_cores(sharers: int) -> Iterator[None]:
    """Compute inside a block in one of so many parts of the cores, unless ``set_threads`` was told.

    The others belong to other processes, which share these cores.
    """
    _sharers.append(sharers)
    try:
        yield
    finally:
        _sharers.remove(sharers)


@cache
def _count_cores(sharers: int = 1) -> int:
    """Return how many cores this process may use, at most `SHARES`; it looks once."""
    bound = hasattr(os, 'sched_getaffinity')
    cores = len(os.sched_getaffinity(0)) if bound else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no quota, or no control groups
        quota, period = Path(QUOTA).read_text().split()  # of a container
        cores = min(cores, math.ceil(int(quota) / int(period)))
    asked = os.environ.get('OMP_NUM_THREADS', '').split(',')[0].strip()
    most = min(SHARES, int(asked)) if asked.isdigit() and int(asked) else SHARES
    return max(1, min(most, cores // sharers))


def count_shares(work: float, pieces: int) -> int:
    """Return in how many shares a job is worth being cut, from its multiply-adds and pieces."""
    return max(1, min(SHARES, pieces, int(work / WORTH_A_SHARE)))


def share(work: Callable[[Share], Result], shares: Sequence[Share]) -> list[Result]:
    """Do each share of a job in the next thread that is free; return what came of them, in order.

    Each thread has helpers of its own, so that calls from different threads never meet. Shares are
    cut beforehand, as many as :func:`count_shares` says from shapes alone, so that sums come out
    the same each time.
    """
    with BlasOnOneThread():
        alone = len(shares) < 2  # small work asks nobody how many cores there are
        helpers = [] if alone else _own.find(min(count_threads(), len(shares)) - 1)
        if not helpers:
            return [work(part) for part in shares]
        job = _Job(work, shares)
        locks = [allocate_lock() for _ in helpers]
        try:
            for helper, lock in zip(helpers, locks, strict=True):
                helper.mail.job = lambda lock=lock: job.help(lock)
                helper.mail.ring()
            job.run()
        finally:
            job.todo.clear()
            for helper, lock in zip(helpers, locks, strict=True):
                helper.mail.job = None  # too late for it
                lock.acquire()
    if job.errors:
        raise job.errors[0]
    return job.results


def add_up(results: list[ndarray]) -> ndarray:
    """Add up what came of the shares of a job, in order and in place."""
    total, *others = results
    for other in others:
        total += other
    return total
