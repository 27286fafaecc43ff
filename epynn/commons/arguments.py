"""Arguments are normalized once, by helpers that know the argument's name.

Each helper returns the value in the one form that the rest of the code uses, or raises an error
that names the argument (``'Convolution.filter_size'``), what was expected, what came, and the
remedy.
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, ArgumentTypeError


def describe(value: Any) -> str:
    """Return a short description of a value for an error message: its text and its type."""
    if isinstance(value, type):
        return f'{value.__name__} (class)'
    if callable(value) and hasattr(value, '__name__'):
        return f'{value.__name__} (function)'
    text = repr(value)
    if len(text) > 60:
        text = text[:57] + '...'
    return f'{text} ({type(value).__name__})'


def as_int(value: Any, name: str, minimum: int = 1, otherwise: str = '') -> int:
    """Return `value` as an int of at least `minimum`; booleans and fractions are refused.

    For the message, `otherwise` says what else the caller would have accepted.
    """
    expected = f'a whole number of at least {minimum}'
    if isinstance(value, bool):
        raise ArgumentTypeError(name, expected + otherwise, describe(value))
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentTypeError(
            name, expected + otherwise, describe(value), 'Pass an int.'
        ) from None
    if number < minimum:
        raise ArgumentError(name, expected, describe(value))
    return number


def as_pair(value: Any, name: str, minimum: int = 1) -> tuple[int, int]:
    """Return ``n`` as ``(n, n)`` and a pair of ints as a tuple, each at least `minimum`."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ArgumentError(
                name, 'one int or a pair (height, width)', describe(value), 'Give both numbers.'
            )
        first, second = value
        return as_int(first, f'{name}[0]', minimum), as_int(second, f'{name}[1]', minimum)
    number = as_int(value, name, minimum, ' or a pair of them (height, width)')
    return number, number


def as_float(value: Any, name: str, low: float, high: float = math.inf) -> float:
    """Return `value` as a finite float in ``[low, high]``."""
    expected = f'a number from {low:g}' + ('' if math.isinf(high) else f' to {high:g}')
    if isinstance(value, (bool, str)):
        raise ArgumentTypeError(name, expected, describe(value))
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ArgumentTypeError(name, expected, describe(value)) from None
    if not (math.isfinite(number) and low <= number <= high):
        raise ArgumentError(name, expected, describe(value))
    return number


def as_function(value: Any, name: str, example: str) -> Callable[..., Any]:
    """Return `value` if it can be called; `example` shows what would be accepted."""
    if not callable(value):
        remedy = 'Pass it without quotes.' if isinstance(value, str) else 'Import it or write one.'
        raise ArgumentTypeError(name, f'a function such as {example}', describe(value), remedy)
    return value  # type: ignore[no-any-return]


def as_choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    """Return `value` if it is one of the names in `choices`."""
    if value not in choices:
        raise ArgumentError(name, f'one of {", ".join(choices)}', describe(value))
    return str(value)


def as_flag(value: Any, name: str) -> bool:
    """Return `value` if it is True or False; 0, 1 and strings are refused."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentTypeError(name, 'True or False', describe(value))
    return bool(value)


def function_named(where: str, table: Mapping[str, Callable[..., Any]], key: Any) -> Any:
    """Return the function that ``key`` stands for: one of the table's names, or itself a function.

    Parameters
    ----------
    where : str
        The argument concerned, for the error: ``'loss'``.
    table : mapping of str to function
        The names that are known.
    key : str or callable
        A name or a function.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    ArgumentError
        ``key`` is neither a function nor one of the names.
    """
    if callable(key):
        return key
    if isinstance(key, str) and key in table:
        return table[key]
    raise ArgumentError(where, f'a function or one of {", ".join(table)}', repr(key))
