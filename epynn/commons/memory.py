"""Memory: an error in words where it is short; and what is freed is kept for the next step."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from epynn.commons.errors import OutOfMemoryError


@contextmanager
def enough_memory(where: str, expected: str, remedy: str) -> Iterator[None]:
    """Give a MemoryError of Python or NumPy the name of what was going on, and the remedy."""
    try:
        yield
    except OutOfMemoryError:
        raise
    except MemoryError as error:
        raise OutOfMemoryError(where, expected, str(error) or 'too little', remedy) from error


def keep_memory() -> None:
    """Have the C library keep memory that is freed, for the next step.

    Arrays come and go in each step, of the same sizes. glibc hands the memory of large ones back to
    the system and fetches it anew, page by page, unless a larger array was freed before: this one,
    of 30 MB, which nobody writes to and which therefore takes no memory.
    """
    np.empty(30 << 20, dtype=np.uint8)
