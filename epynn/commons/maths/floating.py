"""Arrays of floating-point numbers: made of anything, kept finite, and rounded without a word."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from epynn.commons.io.numbers import not_numbers
from epynn.commons.io.user_data import as_array
from epynn.kernels.arrays import ndarray

Arguments = ParamSpec('Arguments')
Result = TypeVar('Result')


def floating(x: Any, name: str = 'x') -> ndarray:
    """Return `x` itself if it holds floating-point numbers, else a float64 array of it."""
    kind = getattr(getattr(x, 'dtype', None), 'kind', None)
    if kind in ('f', 'c') and not hasattr(x, 'to_numpy'):
        array: ndarray = x
        return array
    array = as_array(x, name)
    if array.dtype.kind in 'fc':
        return array
    if array.dtype.kind not in 'iub':
        raise not_numbers(x, array, name)
    return array.astype(np.float64)


def saturate(x: ndarray) -> ndarray:
    """Bring infinities back to the largest finite number of their sign."""
    # The bound has the dtype of x: NumPy 1 would take a Python float of that size for float64.
    largest = np.finfo(x.dtype).max
    return np.clip(x, -largest, largest)


def rounds_to_zero(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Have a function computed without errors of underflow, whatever ``np.seterr`` asks for.

    Of all roundings, it is the one that NumPy can be made to stop at. Here it is never a mistake:
    the exponential of a large negative number is 0, as is the square of a tiny one. Overflow and
    invalid numbers are left to those who asked to hear of them.
    """

    @wraps(function)
    def rounded(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        with np.errstate(under='ignore'):
            return function(*arguments, **options)

    return rounded
