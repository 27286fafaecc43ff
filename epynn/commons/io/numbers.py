"""The user's data as arrays of finite numbers."""

from typing import Any

import numpy as np

from epynn.commons.errors import DataError
from epynn.kernels.arrays import Array

ENCODE = {'X_data': 'X_encode=True', 'Y_data': 'Y_encode=True'}
"""Options of the Embedding that turn words into numbers."""


def as_numbers(data: Any, name: str) -> Array:
    """Return data as an array of finite numbers, or say what it is instead.

    Parameters
    ----------
    data : array_like
        Numbers or booleans, at least one.
    name : str
        The argument, for the errors.

    Returns
    -------
    array
        The same array, or a new one.

    Raises
    ------
    DataError
        The data are ragged, empty, masked, not real numbers, or not finite.
    """
    if np.ma.is_masked(data):
        raise DataError(
            name, 'numbers all of which count', 'a masked array',
            'Leave out what is masked, or fill it: data.filled(0).',
        )  # fmt: skip
    try:
        array = np.asarray(data)
    except ValueError:
        raise DataError(
            name, 'samples of one and the same shape', 'samples of different shapes',
            'Pad them to one length (epynn.commons.io.padding).',
        ) from None  # fmt: skip
    if array.dtype.kind not in 'fiub':
        remedy = f'Turn it into real numbers: np.array({name}, dtype=float).'
        if name in ENCODE and array.dtype.kind in 'USO':
            remedy = f'{remedy[:-1]}; or encode words by the Embedding with {ENCODE[name]}.'
        raise DataError(name, 'real numbers', f'data of type {array.dtype}', remedy)
    if array.ndim == 0 or array.size == 0:
        raise DataError(
            name, 'at least one sample', f'an array of shape {array.shape}',
            'Pass samples along the first axis, each of at least one number.',
        )  # fmt: skip
    finite = np.isfinite(array)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise DataError(
            name, 'finite numbers', f'{array[index]} at index {index}',
            'Remove or replace the samples that hold it.',
        )  # fmt: skip
    return array
