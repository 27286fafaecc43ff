"""Which labels and tokens a model file can hold: known here, so that nobody trains in vain."""

from collections.abc import Iterable
from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError
from epynn.commons.io.user_data import spell

WRITABLE = frozenset({type(None), bool, int, float, str, bytes})
"""Types that files know; a kind of theirs, such as IntEnum, would come back as another value."""
DIGITS = 4300
"""Python reads whole numbers of at most so many digits."""


def is_writable(value: Any) -> bool:
    """Return whether a file can hold a label or token, and gives the same one back."""
    if type(value) is tuple:
        return all(map(is_writable, value))
    if type(value) is int:
        return value.bit_length() < DIGITS * 3
    if type(value) is str:
        return not any('\ud800' <= letter <= '\udfff' for letter in value)  # halves of characters
    return type(value) in WRITABLE


def refuse_unwritable(values: Iterable[Any], name: str) -> None:
    """Refuse labels or tokens that a network with them could not be saved with: name the first."""
    for value in values:
        if not is_writable(value):
            remedy = f'Write them as text: list(map(str, {spell(name)})).'
            if type(value) in (int, str):
                remedy = 'Number them from 0, or give them names.'
            raise DataError(
                name, 'values that a model file can hold: numbers, text, bytes and tuples of them',
                ascii(describe(value))[1:-1], remedy,
            )  # fmt: skip
