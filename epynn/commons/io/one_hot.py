"""One column for each class or token."""

import numpy as np

from epynn.commons.errors import DataError
from epynn.kernels.arrays import ndarray


def one_hot(indices: ndarray, size: int) -> ndarray:
    """Encode an array of indices below ``size``: (...) -> (..., size), float64."""
    try:
        encoded = np.zeros((*indices.shape, size))
    except MemoryError:
        raise DataError(
            'one-hot encoding', 'columns that fit into memory',
            f'{size} columns for {indices.size} values, {indices.size * size / 2**27:.1f} GiB',
            'Number classes from 0 and take loss="ICCE"; number tokens and take a Tokens layer.',
        ) from None  # fmt: skip
    np.put_along_axis(encoded, indices[..., np.newaxis], 1, axis=-1)
    return encoded
