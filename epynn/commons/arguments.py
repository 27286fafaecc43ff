"""Arguments are normalized once, by helpers that know the argument's name.

Each returns the value in the one form that the rest of the code uses, or raises an error that names
the argument (``'Convolution.filter_size'``), what was expected, what came, and the remedy.
"""

import difflib
import inspect
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.foreign import MODULE


def describe(value: Any) -> str:
    """Return a short description of a value for an error message: its text and its type."""
    if isinstance(value, type):
        return f'{value.__name__} (class)'
    if isinstance(value, partial):
        return f'a partial of {describe(value.func)}'
    if callable(value) and hasattr(value, '__name__'):
        return f'{value.__name__} (function)'
    if isinstance(value, np.ndarray):
        return f'an array of shape {value.shape}'
    try:
        text = ' '.join(repr(value)[:1000].split())  # split, a long text takes much memory
    except ValueError:  # Python prints whole numbers of at most 4,300 digits
        return f'one of thousands of digits ({type(value).__name__})'
    if ' at 0x' in text.lower():
        return f'an object of the class {type(value).__name__}'
    if text.startswith(f'{type(value).__name__}(') and len(text) <= 60:
        return text
    if len(text) > 60:
        text = text[:57] + '...'
    return f'{text} ({type(value).__name__})'


def brief(value: Any, longest: int = 40) -> str:
    """Return a value as one would write it in a call; dots where that is long."""
    if isinstance(value, type) or (callable(value) and hasattr(value, '__name__')):
        return str(value.__name__)
    text = '...' if isinstance(value, np.ndarray) or hasattr(value, 'iloc') else repr(value)
    return text if len(text) <= longest and '\n' not in text and ' at 0x' not in text else '...'


def write_call(cls: type, arguments: Mapping[str, Any], longest: int = 60) -> str:
    """Return a call as one would write it: ``Dense(10, activate=softmax)``, the first unnamed."""
    first = list(inspect.signature(cls).parameters)[:1]
    words = [
        brief(value, longest) if [name] == first else f'{name}={brief(value, longest)}'
        for name, value in arguments.items()
    ]
    return f'{cls.__name__}({", ".join(words)})'


def as_int(
    value: Any, name: str, minimum: int = 1, otherwise: str = '', remedy: str = 'Pass an int.'
) -> int:
    """Return `value` as an int of at least `minimum`; booleans and fractions are refused.

    For the message, `otherwise` says what else the caller would have accepted, and `remedy` what to
    do where it is no whole number.
    """
    expected = f'a whole number of at least {minimum}'
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        if is_function(value):
            remedy = f'{remedy[:-1]}, and functions by name: activate=relu.'
        raise ArgumentTypeError(name, expected + otherwise, describe(value), remedy)
    if number < minimum:
        raise ArgumentError(name, expected, describe(value), f'Pass {minimum} or more.')
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


def as_float(
    value: Any,
    name: str,
    low: float,
    high: float = math.inf,
    above: bool = False,
    below: bool = False,
    otherwise: str = '',
) -> float:
    """Return `value` as a finite float in ``[low, high]``; `above` and `below` leave these out."""
    if math.isinf(low):
        expected = 'a number that is finite'
    else:
        expected = f'a number {"above" if above else "from"} {low:g}'
        to = ', below' if below else ' to'
        expected += otherwise if math.isinf(high) else f'{to} {high:g}'
    try:
        number = None if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        number = None
    except OverflowError:  # an int beyond the range of floats
        number = math.inf
    if number is None:
        raise ArgumentTypeError(name, expected, describe(value), 'Pass a float.')
    inside = math.isfinite(number) and low <= number <= high
    if not inside or (above and number == low) or (below and number == high):
        raise ArgumentError(name, expected, describe(value), 'Choose a number of that range.')
    return number


def as_hyperparameter(
    value: Any, name: str, expected: str, low: float, high: float, kind: type[Any] = Real
) -> Any:
    """Return an entry of `se_hPars` that is a number of some kind in ``[low, high]``."""
    if isinstance(value, bool) or not (isinstance(value, kind) and low <= value <= high):
        raise ArgumentError(name, expected, repr(value), 'Set it in se_hPars.')
    return value


def is_function(value: Any) -> bool:
    """Return whether a value can be called; a layer, which refuses it in words, cannot."""
    return callable(value) and not getattr(value, 'refuses_calls', False)


def as_function(value: Any, name: str, example: str) -> Callable[..., Any]:
    """Return `value` if it can be called; `example` shows what would be accepted."""
    refuse_class(value, name, f'a function such as {example}')
    if not is_function(value):
        remedy = 'Import it or write one.'
        if value is None and example == 'relu':
            remedy = 'For none, take identity: from epynn import identity.'
        if isinstance(value, int) and example == 'relu':
            remedy = 'Leave it out: a layer takes the size of its input from the data.'
        if isinstance(value, str):
            remedy = f'Pass it without quotes: from epynn import {MODULE.get(value, value)}.'
        raise ArgumentTypeError(name, f'a function such as {example}', describe(value), remedy)
    return value  # type: ignore[no-any-return]


def as_initializer(value: Any, name: str) -> Callable[..., Any]:
    """Return `value` if it is a function that draws parameters, ``f(shape, rng)``."""
    function = as_function(value, name, 'xavier')
    check_call(function, name, 'f(shape, rng), an initializer', 1, 'rng')
    return function


def check_call(
    function: Callable[..., Any], name: str, form: str, count: int, *keywords: str
) -> None:
    """Refuse a function that cannot be called by `count` arguments and these keywords.

    The message gives `form`: ``'f(x, deriv=False), an activation'``. A function that does not tell
    its arguments is let pass, unless it is one of NumPy's.
    """
    fits = True
    if isinstance(function, np.ufunc):
        fits = not keywords
    else:
        try:
            inspect.signature(function).bind(*range(count), **dict.fromkeys(keywords))
        except TypeError:
            fits = False
        except ValueError:  # of a function that is not written in Python
            pass
    if not fits:
        raise ArgumentTypeError(
            name, f'a function {form}', f'{describe(function)} of another form',
            'Give it these arguments, or import one from epynn.',
        )  # fmt: skip


def as_choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    """Return `value` if it is one of the names in `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ArgumentError(
            name, f'one of {", ".join(choices)}', describe(value), suggest(value, choices)
        )
    return value


def refuse_class(value: Any, where: str, expected: str) -> None:
    """Refuse a class where an object of it is needed: ``Adam`` instead of ``Adam()``."""
    if isinstance(value, type):
        remedy = f'Add parentheses: {value.__name__}().'
        raise ArgumentTypeError(where, expected, describe(value), remedy)


def suggest(value: Any, names: Iterable[str], otherwise: str = 'Choose one of these names.') -> str:
    """Return the remedy for a name that is unknown: the one that may have been meant."""
    known = {name.lower(): name for name in names}
    here = MODULE.get(value) if isinstance(value, str) else None
    if here in known.values():
        return f"Here it is called '{here}'."
    close = difflib.get_close_matches(str(value).lower(), known, n=1)
    return f"Perhaps '{known[close[0]]}' was meant." if close else otherwise


def as_flag(value: Any, name: str) -> bool:
    """Return `value` if it is True or False; 0, 1 and strings are refused."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentTypeError(name, 'True or False', describe(value), 'Pass one of the two.')
    return bool(value)


def function_named(where: str, table: Mapping[str, Callable[..., Any]], key: Any) -> Any:
    """Return the function that `key` stands for: one of the table's names, or itself a function."""
    if is_function(key):
        return key
    if isinstance(key, str) and key in table:
        return table[key]
    raise ArgumentError(
        where, f'a function or one of {", ".join(table)}', repr(key), suggest(key, table)
    )
