"""The array type of all signatures, which arrays the fast wing takes, and which are finite."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    ndarray: TypeAlias = npt.NDArray[Any]
else:  # a name for signatures: help() shows classes of this module by their name alone
    ndarray = type('ndarray', (np.ndarray,), {'__module__': 'builtins'})


def fast_type(*arrays: ndarray) -> np.dtype[Any] | None:
    """Return the type in which the fast wing takes these arrays, or None for the plain wing.

    The fast wing takes NumPy arrays whose common type is float32 or float64.
    """
    if not all(isinstance(array, np.ndarray) for array in arrays):
        return None
    dtype = np.result_type(*arrays)
    return dtype if dtype.char in 'fd' else None


def beside(array: ndarray, like: ndarray) -> ndarray:
    """Return a NumPy array as one of the library that `like` is of: as it is, if that is NumPy."""
    return np.asarray(array, like=like)


def is_finite(x: ndarray) -> bool:
    """Return whether all numbers are finite, in one pass: a sum of squares hands on NaN and inf."""
    flat = x.ravel()
    with np.errstate(all='ignore'):
        # Squares may overflow where the numbers do not.
        return bool(np.isfinite(np.dot(flat, flat)) or np.isfinite(x).all())
