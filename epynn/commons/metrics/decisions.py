"""Decisions: the labels that outputs stand for, and how often each is taken for which."""

from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, DataError, LabelError, ShapeError
from epynn.commons.io.user_data import EXACT, as_array
from epynn.commons.maths.floating import floating
from epynn.commons.rows import put_steps, take_steps
from epynn.commons.targets import MULTILABEL, kind_of_targets
from epynn.kernels.arrays import ndarray


def decide(A: ndarray, multilabel: bool = False) -> ndarray:
    """Return the decisions that outputs stand for: one label a sample, or yes or no a column.

    Parameters
    ----------
    A : array
        Outputs or one-hot truth, shape (m, U) or (m,).
    multilabel : bool, default False
        Each column is a question of its own, and several may hold at once. Outputs do not tell:
        the targets do.

    Returns
    -------
    array
        Labels, int64, shape (m,): the index of the largest column, the first of equals, where
        ``U > 1``; the value rounded to the nearest integer, 0.5 to 0, where ``U = 1``, and kept
        within ``2**53``, up to which float64 holds every integer. With ``multilabel``, shape
        (m, U): 1 where the output is above 0.5, else 0.

    Raises
    ------
    ShapeError
        There are more than 2 axes, none, or no columns.
    DataError
        There is a NaN.
    """
    A = _numbers(A)
    if A.ndim == 1:
        A = A[:, np.newaxis]
    if A.ndim != 2 or A.shape[1] == 0:
        raise ShapeError(
            'decide', 'outputs of shape (m, U) or (m,)', f'shape {A.shape}',
            'Of steps give a row each: A.reshape(-1, A.shape[-1]), or of the real ones A[mask].'
            if A.ndim == 3 else 'Flatten what a sample has into one row.',
        )  # fmt: skip
    if np.isnan(A).any():
        raise DataError(
            'decide', 'outputs that are numbers', 'NaN',
            'Look for what made it: a rate too large, or data with NaN.',
        )  # fmt: skip
    if multilabel:
        return (A > 0.5).astype(np.int64)
    if A.shape[1] > 1:
        return np.asarray(np.argmax(A, axis=1), dtype=np.int64)
    if np.can_cast(A.dtype, np.int64):  # whole numbers, beyond 2**53 too
        return A[:, 0].astype(np.int64)
    rounded = np.rint(A[:, 0].astype(np.float64))
    return np.clip(rounded, -EXACT, EXACT).astype(np.int64)


def decide_each(A: ndarray, multilabel: bool = False) -> ndarray:
    """Return the decisions of samples, as :func:`decide` does, or of steps: (m, s, U) -> (m, s)."""
    if np.ndim(A) != 3:
        return decide(A, multilabel)
    return put_steps(decide(take_steps(A), multilabel), A.shape)


def decide_both(Y: ndarray, A: ndarray, multilabel: bool | None = None) -> tuple[ndarray, ndarray]:
    """Return the decisions of truth and outputs, as many of one as of the other.

    They are (m,), or (m, U) where several columns may hold at once: by default, if Y has columns of
    0 and 1 that are not one-hot. Errors are those of :func:`decide`; another is that the lengths of
    Y and A differ.
    """
    if multilabel is None:
        multilabel = is_multilabel(Y)
    truth, decisions = decide(Y, multilabel), decide(A, multilabel)
    if truth.shape != decisions.shape:
        raise ShapeError(
            'metrics', 'as many truths as outputs', f'Y {np.shape(Y)} and A {np.shape(A)}',
            'Give both of the same samples.',
        )  # fmt: skip
    return truth, decisions


def is_multilabel(Y: Any) -> bool:
    """Return whether truth has columns of 0 and 1 of which several may hold, or none, at once."""
    Y = _numbers(Y)
    return Y.ndim == 2 and kind_of_targets(Y) == MULTILABEL


def refuse_multilabel(Y: Any, where: str, remedy: str) -> None:
    """Refuse truth with several labels a sample where one is needed."""
    if is_multilabel(Y):
        raise LabelError(
            where, 'one label a sample', 'columns of which several, or none, hold at once', remedy
        )


def check_column(positive_label: int) -> None:
    """Refuse a positive label that is none of two columns."""
    if positive_label not in (0, 1):
        raise ArgumentError(
            'positive_label', '0 or 1', repr(positive_label), 'Name a column of the two.'
        )


def columns(Y: ndarray, A: ndarray) -> int:
    """Return how many columns classes have: those of Y or, where Y holds labels, of A."""
    return max(np.shape(array)[1] if np.ndim(array) == 2 else 1 for array in (Y, A))


def confusion_matrix(Y: ndarray, A: ndarray) -> ndarray:
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
    LabelError
        There are several labels a sample.
    """
    refuse_multilabel(
        Y, 'confusion_matrix', 'Take a column at a time: confusion_matrix(Y[:, 0], A[:, 0]).'
    )
    truth, decisions = decide_both(Y, A, multilabel=False)
    U = columns(Y, A)
    labels = np.union1d(np.arange(U if U > 1 else 0), np.concatenate([truth, decisions]))
    k = len(labels)
    pairs = np.searchsorted(labels, truth) * k + np.searchsorted(labels, decisions)
    counts: ndarray = np.bincount(pairs, minlength=k * k).reshape(k, k)
    return counts


def _numbers(x: Any) -> ndarray:
    """Return an array of numbers: integers and booleans as they are, else of floats."""
    x = as_array(x, 'A')
    return x if x.dtype.kind in 'iub' else floating(x, 'A')
