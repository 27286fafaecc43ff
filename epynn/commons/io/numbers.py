"""The user's data as arrays of finite numbers."""

from pathlib import Path
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError
from epynn.commons.io.stored import Stored, as_stored, is_stored, pieces
from epynn.commons.io.user_data import (
    EXACT,
    ONE_SHAPE,
    as_array,
    frame_columns,
    is_frame,
    is_missing,
    spell,
    stack_columns,
)
from epynn.kernels.arrays import is_finite, ndarray

ENCODE = {'X_data': 'X_encode=True', 'Y_data': 'Y_encode=True'}
"""Options of the Embedding that turn words into numbers."""


def keep_in_file(data: Any, name: str, maps: bool = False) -> Any:
    """Return samples in a file as :class:`Stored`, checked piece by piece; other data as they are.

    With `maps` a memory map counts as such: it is read when it is used, not copied. Samples that
    are `Stored` were checked when they became so.
    """
    if isinstance(data, Stored):
        return data
    if is_stored(data) or (maps and isinstance(data, np.memmap) and data.ndim):
        X = as_stored(data)
        require_numbers(X, X, name)
        return X
    return data


def as_numbers(data: Any, name: str) -> ndarray:
    """Return data as an array of finite numbers: the same array, or a new one.

    Parameters
    ----------
    data : array_like
        Numbers or booleans, at least one: an array, a list, a frame or series.
    name : str
        The argument, for the errors.

    Raises
    ------
    DataError
        The data are ragged, empty, masked, not real numbers, not finite, or whole numbers that
        the floating-point numbers of a network do not hold; of a frame, the column is named.
    """
    array = frame_numbers(data, name) if is_frame(data) else as_array(data, name)
    require_numbers(data, array, name)
    return array


def require_numbers(data: Any, array: Any, name: str) -> None:
    """Refuse an array, made of data, that is none of finite numbers."""
    if array.dtype.kind not in 'fiub':
        raise not_numbers(data, array, name)
    if array.ndim == 0 or array.size == 0:
        raise DataError(
            name, 'at least one sample', f'an array of shape {array.shape}',
            'Pass samples along the first axis, each of at least one number.',
        )  # fmt: skip
    if array.dtype.kind == 'f':
        refuse_not_finite(array, name)
    elif array.dtype.itemsize == 8:
        refuse_inexact(array, name)


def frame_numbers(frame: Any, name: str) -> ndarray:
    """Return the columns of a frame side by side, each of them checked."""
    if not len(frame):
        return np.empty((0, len(frame.columns)))
    parts = []
    for series, where in frame_columns(frame, name):
        part = as_array(series, where)
        words = part.dtype.kind == 'O' and any(isinstance(item, str) for item in part)
        if words or part.dtype.kind in 'US':
            raise DataError(
                where, 'real numbers in every column', 'words',
                'Leave the column out, or turn it into numbers: one column of 0 and 1 a word.',
            )  # fmt: skip
        parts.append(as_numbers(part, where))
    return stack_columns(frame, parts)


def refuse_not_finite(array: Any, name: str) -> None:
    """Refuse NaN and infinity."""
    for start, piece in pieces(array):
        if not is_finite(piece):
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(piece))[0])
            index = start + place[0], *place[1:]
            raise DataError(
                name, 'finite numbers', f'{piece[place]} at index {index}',
                'Remove or replace the samples that hold it.',
            )  # fmt: skip


def refuse_inexact(array: Any, name: str) -> None:
    """Refuse whole numbers that the floating-point numbers of a network do not hold exactly."""
    for number in (
        int(bound) for _, piece in pieces(array) for bound in (piece.max(), piece.min())
    ):
        if abs(number) > EXACT:
            raise DataError(
                name, 'whole numbers up to 2**53, which float64 holds', f'{number}',
                f'Subtract the smallest, or drop digits: np.array({spell(name)}, dtype=float).',
            )  # fmt: skip


def not_numbers(data: Any, array: ndarray, name: str) -> DataError:
    """Return the error for data that are no real numbers, with the remedy for what they are."""
    expected, got, kind = 'real numbers', f'data of type {array.dtype}', array.dtype.kind
    it = spell(name)
    convert = f'Turn it into real numbers: np.array({it}, dtype=float).'
    if kind == 'c':
        remedy = f'Pass the two parts as features: np.stack([{it}.real, {it}.imag], axis=-1).'
    elif kind == 'M':
        remedy = f"Count days: ({it} - {it}.min()) / np.timedelta64(1, 'D')."
    elif kind == 'm':
        remedy = f"Divide by a unit: {it} / np.timedelta64(1, 's')."
    elif kind == 'O' and array.ndim == 0:
        got, remedy = describe(array.item()), 'Pass an array or a list of samples.'
    elif kind == 'O':
        return not_numbers_but_objects(array, name, convert)
    elif is_convertible(array):
        remedy = convert
    else:
        remedy = words_remedy(array, name)
    return DataError(name, expected, got, remedy)


def not_numbers_but_objects(array: ndarray, name: str, convert: str) -> DataError:
    """Return the error for an array of any objects: it names the first that is no number."""
    items = array.ravel().tolist()
    for number, item in enumerate(items):
        if is_missing(item):
            index = tuple(int(i) for i in np.unravel_index(number, array.shape))
            return DataError(
                name, 'a number everywhere', f'{item} at index {index}',
                'Remove or replace the samples that hold it.',
            )  # fmt: skip
    got = f'data of type {array.dtype}'
    if is_convertible(array):
        return DataError(name, 'real numbers', got, convert)
    if all(isinstance(item, (list, tuple)) or np.ndim(item) for item in items):
        if len({np.shape(item) if hasattr(item, 'shape') else len(item) for item in items}) == 1:
            remedy = f'Stack them: np.stack(list({spell(name)})).'
            return DataError(name, 'one array', 'an array of arrays', remedy)
        return DataError(
            name, 'samples of one and the same shape', 'samples of different shapes',
            ONE_SHAPE,
        )  # fmt: skip
    if all(isinstance(item, str) for item in items):
        return DataError(name, 'real numbers', got, words_remedy(array, name))
    if all(isinstance(item, int) for item in items):
        got, remedy = 'whole numbers beyond 64 bits', 'Divide them, or number what they stand for.'
        return DataError(name, 'real numbers', got, remedy)
    wrong = next(item for item in items if not isinstance(item, (bool, int, float, np.number)))
    return DataError(
        name, 'real numbers', f'{describe(wrong)} in {got}', 'Pass arrays or lists of numbers.'
    )


def is_convertible(array: ndarray) -> bool:
    """Return whether words or objects are numbers by another name."""
    try:
        array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def words_remedy(array: ndarray, name: str) -> str:
    """Return what to do about words where numbers are needed."""
    words = [str(word) for word in array.ravel()[:100].tolist()]
    if all(Path(word).suffix[1:].isalnum() and ' ' not in word for word in words):
        return 'Read the files first, and pass the numbers that are in them.'
    name = name.partition(',')[0]  # of one sample, what goes for all
    if name not in ENCODE:
        return 'Pass numbers.'
    return f'Encode words by the Embedding with {ENCODE[name]}.'
