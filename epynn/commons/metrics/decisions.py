"""Decisions: the labels that outputs stand for, and how often each is taken for which."""

import numpy as np

from epynn.commons.errors import DataError, ShapeError
from epynn.commons.io.arrays import as_array
from epynn.commons.maths.floating import floating
from epynn.kernels.arrays import Array

# The largest magnitude below which float64 holds every integer: rounded outputs stop there.
_LARGEST_LABEL = 2.0**53


def decide(A: Array) -> Array:
    """Return the decisions that outputs stand for, one label a sample.

    Parameters
    ----------
    A : array
        Outputs or one-hot truth, shape (m, U) or (m,).

    Returns
    -------
    array
        Labels, int64, shape (m,): the index of the largest column, the first of equals, where
        ``U > 1``; the value rounded to the nearest integer, 0.5 to 0, where ``U = 1``.

    Raises
    ------
    ShapeError
        There are more than 2 axes, none, or no columns.
    DataError
        There is a NaN.
    """
    A = as_array(A, 'A')
    A = A if A.dtype.kind in 'iub' else floating(A, 'A')
    if A.ndim == 1:
        A = A[:, np.newaxis]
    if A.ndim != 2 or A.shape[1] == 0:
        raise ShapeError(
            'decide', 'outputs of shape (m, U) or (m,)', f'shape {A.shape}',
            'Flatten what a sample has into one row.',
        )  # fmt: skip
    if np.isnan(A).any():
        raise DataError(
            'decide', 'outputs that are numbers', 'NaN',
            'Look for what made it: a rate too large, or data with NaN.',
        )  # fmt: skip
    if A.shape[1] > 1:
        labels: Array = np.argmax(A, axis=1).astype(np.int64)
        return labels
    rounded = np.rint(A[:, 0].astype(np.float64))
    within = np.minimum(np.maximum(rounded, -_LARGEST_LABEL), _LARGEST_LABEL)
    labels = within.astype(np.int64)
    return labels


def decide_both(Y: Array, A: Array) -> tuple[Array, Array]:
    """Return the labels of truth and outputs, as many of one as of the other.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).

    Returns
    -------
    tuple of arrays
        Labels, int64, both (m,).

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    """
    truth, decisions = decide(Y), decide(A)
    if len(truth) != len(decisions):
        raise ShapeError(
            'metrics', 'as many truths as outputs', f'Y {np.shape(Y)} and A {np.shape(A)}',
            'Give both of the same samples.',
        )  # fmt: skip
    return truth, decisions


def columns(Y: Array, A: Array) -> int:
    """Return how many columns classes have: those of Y or, where Y holds labels, of A."""
    return max(np.shape(array)[1] if np.ndim(array) == 2 else 1 for array in (Y, A))


def confusion_matrix(Y: Array, A: Array) -> Array:
    """Return how many samples of each class were taken for which.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).

    Returns
    -------
    array
        Counts, int64, shape (k, k): a row for each class of the truth, a column for each decision.
        The classes are the columns 0 to U - 1 where there are several, and otherwise the labels
        that occur in truth or decisions, sorted.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    """
    truth, decisions = decide_both(Y, A)
    U = columns(Y, A)
    labels = np.union1d(np.arange(U if U > 1 else 0), np.concatenate([truth, decisions]))
    k = len(labels)
    pairs = np.searchsorted(labels, truth) * k + np.searchsorted(labels, decisions)
    counts: Array = np.bincount(pairs, minlength=k * k).reshape(k, k)
    return counts
