"""Numbers that are too small for their data type become 0, and nobody needs to hear of it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

Arguments = ParamSpec('Arguments')
Result = TypeVar('Result')


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
