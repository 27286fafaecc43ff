"""Sequences of different lengths as one array, and the mask that says which steps are real."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError, ShapeError
from epynn.commons.io.numbers import as_numbers
from epynn.commons.io.stored import pieces
from epynn.commons.io.user_data import as_array, is_frame, spell
from epynn.kernels.arrays import ndarray

TOKEN_OF_PADDING = -1
"""What pads whole numbers that stand for tokens: none of them has it."""


def ragged_samples(data: Any) -> list[Any] | None:
    """Return the samples of a list, if they are sequences of different lengths; None otherwise.

    Strings are none: they are sequences only where tokens are encoded.
    """
    if isinstance(data, np.ndarray):
        samples = list(data) if data.dtype == object and data.ndim == 1 else []
    elif isinstance(data, list | tuple):
        samples = list(data)
    else:  # a series, such as one of arrays
        samples = data.to_list() if hasattr(data, 'to_list') and not is_frame(data) else []
    try:
        lengths = set(map(len, samples))
    except TypeError:  # a number has none
        return None
    if len(lengths) < 2 or any(isinstance(sample, str | bytes) for sample in samples):
        return None
    return samples


def pad_sequences(samples: list[Any], name: str) -> tuple[ndarray, ndarray]:
    """Return m sequences as one array, padded at their ends to s steps, and their mask.

    Parameters
    ----------
    samples : list of array_like
        Sequences of vectors ``(s_i, e)``, padded by zeros; or of whole numbers ``(s_i,)``, which
        may be tokens, padded by -1, which is none.
    name : str
        The argument, for the errors.

    Returns
    -------
    X : ndarray
        ``(m, s, e)``, or ``(m, s)``.
    mask : ndarray
        ``(m, s)`` of bool: True where a step is real.
    """
    arrays = []
    for number, sample in enumerate(samples):
        where = f'{name}, sample {number}'
        if len(sample) == 0:
            raise no_steps(where)
        arrays.append(as_numbers(sample, where))
        axes, first = arrays[-1].shape[1:], arrays[0].shape[1:]
        if axes != first:
            raise DataError(
                where, f'a step of shape {first}, as in the samples before', f'one of shape {axes}',
                'Give all steps the same features. Bring images to one size.',
            )  # fmt: skip
        if axes == () and arrays[-1].dtype.kind == 'f':
            raise DataError(
                where, f'{len(arrays[0])} numbers, as others have, or a sequence (s, e)',
                f'{len(sample)} numbers, or so many steps without their axis',
                'Give each sample all features; or, of sequences, each step an axis: '
                f'[np.reshape(x, (-1, 1)) for x in {spell(name)}].',
            )  # fmt: skip
    lengths = np.array([[len(array)] for array in arrays])
    mask = np.less(np.arange(lengths.max()), lengths)
    dtype = np.result_type(*{array.dtype for array in arrays}) if axes else np.dtype(np.int64)
    X = np.full((*mask.shape, *axes), 0 if axes else TOKEN_OF_PADDING, dtype)
    for x, array in zip(X, arrays, strict=True):
        x[: len(array)] = array
    return X, mask


def pad_ragged(X_data: Any, mask: Any, name: str = 'X_data') -> tuple[Any, Any]:
    """Return sequences of different lengths padded, with their mask; other data as they are."""
    samples = ragged_samples(X_data)
    if samples is None:
        return X_data, mask
    refuse_second_mask(mask)
    return pad_sequences(samples, name)


def mask_of_tokens(X: ndarray) -> ndarray | None:
    """Return which steps of one-hot vectors ``(m, s, e)`` are tokens; None where all are."""
    if X[:, -1].any(axis=-1).all():  # they are padded at their ends
        return None
    mask: ndarray = np.any(X, axis=-1)
    return mask


def refuse_second_mask(mask: Any) -> None:
    """Refuse a mask beside sequences that are padded here."""
    if mask is not None:
        raise DataError(
            'mask', 'none beside sequences of different lengths, which are padded here',
            describe(mask), 'Leave it out; or pad the sequences yourself, to one array.',
        )  # fmt: skip


def as_mask(mask: Any, X: Any, name: str = 'mask') -> ndarray | None:
    """Return the user's mask of samples X as an array ``(m, s)``; None where all steps are real.

    Raises
    ------
    ArgumentTypeError, ShapeError
        It does not say True or False for each step.
    DataError
        A sample has no real step.
    """
    if mask is None:
        return None
    real = as_array(mask, name)
    if real.dtype != bool:
        raise ArgumentTypeError(
            name, 'True for each real step, False for padding', describe(mask),
            'Compare with what pads: X_data != 0, for example.',
        )  # fmt: skip
    if len(X.shape) < 2 or real.shape != tuple(X.shape[:2]):
        raise ShapeError(
            name, f'True or False for each step of samples {tuple(X.shape)}, their first two axes',
            f'an array of shape {real.shape}', 'Give it the axes (m, s).',
        )  # fmt: skip
    empty = np.flatnonzero(~real.any(axis=1))
    if len(empty):
        raise no_steps(f'{name}, sample {empty[0]}')
    return none_if_real(real)


def real_pieces(X: Any, mask: ndarray | None) -> Iterator[ndarray]:
    """Yield the samples some at a time, of sequences their real steps ``(steps, ...)``."""
    for start, piece in pieces(X):
        yield piece if mask is None else piece[mask[start : start + len(piece)]]


def no_steps(where: str) -> DataError:
    """Return the error for a sequence without steps."""
    return DataError(
        where, 'at least one step', 'an empty sequence', 'Leave the sample out, and its label.'
    )


def none_if_real(mask: ndarray | None) -> ndarray | None:
    """Return a mask, or None where all steps are real."""
    return None if mask is None or mask.all() else mask


def cut_padding(
    X: ndarray, Y: ndarray | None, w: ndarray | None, mask: ndarray | None
) -> tuple[ndarray, ndarray | None, ndarray | None, ndarray | None]:
    """Cut off what is padding in all samples, at both ends: ``(m, s, ...) -> (m, s_max, ...)``.

    Labels ``(m, s, c)`` and weights ``(m, s)`` of steps are cut alike.
    """
    if mask is None:
        return X, Y, w, None
    steps = np.flatnonzero(mask.any(axis=0))
    part = slice(int(steps[0]), int(steps[-1]) + 1)
    Y = Y[:, part] if Y is not None and Y.ndim == 3 else Y
    w = w[:, part] if w is not None and w.ndim == 2 else w
    return X[:, part], Y, w, none_if_real(mask[:, part])
