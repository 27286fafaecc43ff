"""Labels and weights of each step of sequences: read as rows of real steps, and put in place."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np

from epynn.commons.errors import EpynnError, LabelError
from epynn.commons.io.sequences import ragged_samples
from epynn.commons.io.user_data import as_array, as_list
from epynn.commons.rows import put_steps, take_steps
from epynn.kernels.arrays import ndarray


def are_of_steps(Y_data: Any, X: Any, mask: ndarray | None, encode: bool) -> bool:
    """Return whether labels have a form in which they can only be those of steps.

    That is if samples are sequences, and labels of different lengths, or have an axis for steps and
    one for columns; or, where labels are to be encoded, if each sample has one for each of its
    steps.
    """
    if len(X.shape) < 2 or (len(X.shape) == 2 and X.dtype.kind == 'f'):  # features
        return False
    if ragged_samples(Y_data) is not None:
        return True
    if not encode:
        return as_array(Y_data, 'Y_data').ndim == 3
    samples = as_list(Y_data, 'Y_data')
    if not all(isinstance(y, (list, tuple, np.ndarray)) for y in samples):
        return False
    lengths = real_steps(X, mask)
    return max(lengths) > 1 and list(map(len, samples)) == lengths


def read_labels(
    read: Callable[[Any], ndarray],
    Y_data: Any,
    X: Any,
    mask: ndarray | None,
    whole: bool,
    name: str = 'Y_data',
) -> ndarray:
    """Return labels of steps as an array ``(m, s, c)``, 0 where a step pads.

    Parameters
    ----------
    read : function
        Turns labels of samples into an array ``(m,)`` or ``(m, c)``, such as by encoding them. It
        is given those of all real steps, as of so many samples.
    Y_data : array_like
        For each sample a label for each real step, or an array ``(m, s)`` or ``(m, s, c)``.
    X : ndarray
        The samples, ``(m, s, ...)``.
    mask : ndarray or None
        Which steps are real.
    whole : bool
        Whether labels may come for steps that pad, too, as the user padded samples and labels.
    name : str, optional
        The argument, for the errors.
    """
    labels, lengths = take_labels(Y_data, X, mask, whole, name)
    with naming_steps(lengths):
        rows = read(labels)
    rows = rows[:, np.newaxis] if rows.ndim == 1 else rows
    return put_labels(rows, len(X), mask)


def read_weights(
    read: Callable[[Any], ndarray], w: Any, X: Any, mask: ndarray | None, whole: bool
) -> ndarray:
    """Return weights of steps as an array ``(m, s)``; arguments as for :func:`read_labels`."""
    rows, _ = take_labels(w, X, mask, whole, 'sample_weight')
    return put_labels(read(rows), len(X), mask)


def take_labels(
    Y_data: Any, X: Any, mask: ndarray | None, whole: bool, name: str
) -> tuple[Any, list[int]]:
    """Return the labels of all real steps in a row, and how many each sample has."""
    if len(X.shape) < 2:
        raise LabelError(
            name, 'samples that are sequences (m, s, ...), as each step has a label',
            f'samples of shape {X.shape}', 'Leave per_step out.',
        )  # fmt: skip
    if isinstance(Y_data, np.ndarray) and Y_data.ndim >= 2 and len(Y_data) == len(X):
        if mask is None:
            return take_steps(Y_data), [Y_data.shape[1]] * len(Y_data)
        if whole and Y_data.shape[:2] == mask.shape:
            return Y_data[mask], real_steps(X, mask)
    samples, lengths = as_list(Y_data, name), real_steps(X, mask)
    if mask is None and ragged_samples(Y_data) is None and hasattr(samples[0], '__len__'):
        lengths = [len(samples[0])] * len(X)  # a layer may leave fewer steps
    if len(samples) != len(lengths):
        raise LabelError(
            name, f'one list for each of the {len(lengths)} samples', f'{len(samples)}',
            'Give as many as samples.',
        )  # fmt: skip
    for number, (sample, length) in enumerate(zip(samples, lengths, strict=True)):
        if not hasattr(sample, '__len__'):
            raise LabelError(
                f'{name}, sample {number}', f'one for each of its {length} steps', f'{sample!r}',
                'Give a list for each sample, or one label each without per_step.',
            )  # fmt: skip
        if whole and mask is not None and len(sample) == mask.shape[1]:
            real = zip(sample, mask[number], strict=True)
            samples[number] = [label for label, is_real in real if is_real]
        elif len(sample) != length:
            raise LabelError(
                f'{name}, sample {number}', f'one for each of its {length} steps',
                f'{len(sample)}', 'Give as many as the sequence has steps, none for padding.',
            )  # fmt: skip
    return list(chain.from_iterable(samples)), lengths


def is_flat(w: Any) -> bool:
    """Return whether weights are one a sample, rather than lists or rows of those of steps."""
    return ragged_samples(w) is None and as_array(w, 'sample_weight').ndim < 2


def put_labels(rows: ndarray, m: int, mask: ndarray | None) -> ndarray:
    """Put labels of real steps in place: ``(M, c) -> (m, s, c)``, 0 where a step pads."""
    return put_steps(rows, (m, len(rows) // m) if mask is None else mask.shape, mask)


def real_steps(X: Any, mask: ndarray | None) -> list[int]:
    """Return how many real steps each sample has."""
    counts: list[int] = [X.shape[1]] * len(X) if mask is None else mask.sum(axis=1).tolist()
    return counts


@contextmanager
def naming_steps(lengths: list[int]) -> Iterator[None]:
    """Let errors inside name the sample and the step where they name the row of a label."""
    try:
        yield
    except EpynnError as error:
        place = re.fullmatch(r'Y_data, sample (\d+)', error.where)
        if place is None:
            raise
        ends = np.cumsum(lengths)
        sample = int(np.searchsorted(ends, int(place[1]), side='right'))
        step = int(place[1]) - int(ends[sample]) + lengths[sample]
        where = f'Y_data, sample {sample}, step {step}'
        raise type(error)(where, error.expected, error.got, error.remedy) from None
