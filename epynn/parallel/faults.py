"""What ends one rank ends all: the others would wait for it for ever."""

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from epynn.commons.errors import EpynnError
from epynn.commons.logs import complain, show
from epynn.commons.ranks import Ranks

TURN, TURNS = 0.7, 4
"""Seconds between ranks that have the same to say: the first one ends the others meanwhile. And how
many wait so: who comes later waits no longer."""
PAUSE, GRACE = 0.4, 5
"""Seconds in which words reach the terminal, by way of mpiexec; and those in which all end."""


@contextmanager
def ending_all(ranks: Ranks, end: Callable[[int], object]) -> Iterator[None]:
    """End all ranks where an error, Ctrl-C or SIGTERM ends the block on one, which says so.

    `end` does it, and is told the status to end with.
    """
    handles = threading.current_thread() is threading.main_thread()
    handles = handles and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if handles:
        signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except BaseException as error:
        with suppress(KeyboardInterrupt):  # another one takes the turn
            wait_for_turn(ranks.rank)
        try:
            words = f'Rank {ranks.rank} of {ranks.size} ended the training on all ranks'
            show('', end='', flush=True)
            complain(f'{words}: {describe_error(error)}')
            time.sleep(PAUSE)
        finally:  # also where another signal comes meanwhile, or nobody reads the words
            end(1)
        time.sleep(GRACE)  # it ends this one, too, in a moment
        raise
    finally:
        if handles:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise a signal, as Python does for Ctrl-C."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def wait_for_turn(rank: int) -> None:
    """Let ranks before this one speak first."""
    time.sleep(TURN * min(rank, TURNS))


def describe_error(error: BaseException) -> str:
    """Return the words of an error, and where what is not of this library was raised."""
    words = f'{type(error).__name__}: {error}'
    raised = error.__cause__ if isinstance(error, EpynnError) else error
    if raised is None or isinstance(raised, KeyboardInterrupt):
        return words
    return f'{words}\n{"".join(traceback.format_exception(raised))}'
