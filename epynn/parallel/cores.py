"""Where ranks run, and the cores of a machine, which those on it share."""

import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from epynn.kernels.threads import part_of_cores


def find_place() -> list[Any]:
    """Return where this process runs: the machine, its number there, and the cores it may use."""
    known = hasattr(os, 'sched_getaffinity')
    return [platform.node(), os.getpid(), sorted(os.sched_getaffinity(0)) if known else []]


@contextmanager
def sharing_cores(places: Sequence[list[Any]], rank: int) -> Iterator[None]:
    """Compute inside a block in this rank's part of the cores, unless ``set_threads`` was called.

    Ranks share cores where they run on one machine and may use the same ones: those that their
    launcher bound to cores of their own keep all of these.
    """
    machine, _, cores = places[rank]
    with part_of_cores(sum(place[0] == machine and place[2] == cores for place in places)):
        yield
