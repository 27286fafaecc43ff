"""Arrays of floating-point numbers: made of anything, and kept finite."""

from typing import Any

import numpy as np

from epynn.commons.errors import DataError
from epynn.kernels.arrays import Array


def floating(x: Any) -> Array:
    """Return `x` itself if it holds floating-point numbers, else a float64 array of it."""
    if hasattr(x, 'dtype') and x.dtype.kind in 'fc':
        array: Array = x
        return array
    try:
        return np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            'x', 'numbers, in rows of one length', f'something else: {type(x).__name__}',
            'Make an array of floats: np.array(x, dtype=float).',
        ) from None  # fmt: skip


def saturate(x: Array) -> Array:
    """Bring infinities back to the largest finite number of their sign."""
    # The bound has the dtype of x: NumPy 1 would take a Python float of that size for float64.
    largest = np.finfo(x.dtype).max
    return np.clip(x, -largest, largest)
