"""Memory that is not there, in the words of what it was wanted for."""

from collections.abc import Iterator
from contextlib import contextmanager

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
