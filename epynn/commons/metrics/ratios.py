"""Metrics from counts of right and wrong decisions; see :mod:`epynn.commons.metrics`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from epynn.commons.arguments import as_choice
from epynn.commons.errors import LabelError
from epynn.commons.metrics.decisions import check_column, columns, decide_both
from epynn.kernels.arrays import ndarray

AVERAGES = ('micro', 'macro', 'weighted', 'samples')


class Counts(NamedTuple):
    """Counts of each label in turn as the positive one, each (labels,), and the labels' weights."""

    TP: ndarray
    FP: ndarray
    FN: ndarray
    TN: ndarray
    w: ndarray | None = None


def count_decisions(
    Y: ndarray, A: ndarray, positive_label: int, multilabel: bool | None, average: str | None
) -> Counts:
    """Count agreements and disagreements of the labels that the metric is about."""
    if average is not None:
        as_choice(average, 'average', AVERAGES)
    truth, decisions = decide_both(Y, A, multilabel)
    if truth.ndim == 2:
        n = _count_columns(truth, decisions, axis=1 if average == 'samples' else 0)
    elif average == 'samples':
        raise LabelError(
            'average', 'several labels a sample for the mean over samples', 'one label a sample',
            "Take 'macro', the mean over labels.",
        )  # fmt: skip
    else:
        one = None if average is not None else _positive(Y, A, truth, positive_label)
        n = _count_labels(truth, decisions, one)
    if average == 'micro':
        return Counts(*(counts.sum(keepdims=True) for counts in n[:4]))
    return n._replace(w=n.TP + n.FN) if average == 'weighted' else n


def _positive(Y: ndarray, A: ndarray, truth: ndarray, positive_label: int) -> int | None:
    """Return the label that the metric is about where there are two classes, or None."""
    U = columns(Y, A)
    if U == 2:
        check_column(positive_label)
    two = U == 2 or (U == 1 and np.union1d(truth, [positive_label]).size <= 2)
    return positive_label if two else None


def _count_columns(truth: ndarray, decisions: ndarray, axis: int) -> Counts:
    """Count over the samples (axis 0) or over the columns (axis 1) of multilabel decisions."""
    pairs = ((truth, decisions), (1 - truth, decisions), (truth, 1 - decisions))
    TP, FP, FN = (np.sum(t & d, axis=axis) for t, d in pairs)
    return Counts(TP, FP, FN, truth.shape[axis] - TP - FP - FN)


def _count_labels(truth: ndarray, decisions: ndarray, one: int | None) -> Counts:
    """Count for each label that occurs, or for one of them, where each sample has one label."""
    if one is not None:
        # The label that counts has number 0, any other 1.
        k, numbers = 1, np.where(np.concatenate([truth, decisions]) == one, 0, 1)
    else:
        labels, numbers = np.unique(np.concatenate([truth, decisions]), return_inverse=True)
        k = len(labels)
    m = len(truth)
    of_truth, of_decision = numbers[:m], numbers[m:]
    TP = np.bincount(of_truth[of_truth == of_decision], minlength=k)[:k]
    FN = np.bincount(of_truth, minlength=k)[:k] - TP
    FP = np.bincount(of_decision, minlength=k)[:k] - TP
    return Counts(TP, FP, FN, m - TP - FP - FN)


def mean_ratio(n: Counts, part: ndarray, whole: ndarray) -> float:
    """Return the mean over the labels of part / whole, 0 / 0 being 0; NaN for no samples."""
    if not n.TP.size or not np.any(n.TP + n.FP + n.FN + n.TN):
        return float('nan')
    ratio = part / np.maximum(whole, 1)
    if n.w is None:
        return float(np.mean(ratio))
    return float(np.sum(ratio * n.w) / max(np.sum(n.w), 1))


def accuracy(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None
) -> float:
    """Return the share of right decisions; of samples with all labels right, where several hold.

    The latter is the subset accuracy, as in scikit-learn.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot or multilabel, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        Of no effect; every metric by name takes it.
    multilabel : bool, optional
        Whether several columns may hold at once; by default, what Y looks like.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`epynn.commons.metrics.decide`; the lengths of Y and A differ.
    """
    truth, decisions = decide_both(Y, A, multilabel)
    right = truth == decisions
    right = right.all(axis=1) if right.ndim == 2 else right
    return float(np.mean(right)) if len(right) else float('nan')


def hamming_loss(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None
) -> float:
    """Return the share of wrong decisions, each label counted by itself where several hold.

    0 is best. Arguments, result and errors as for :func:`accuracy`.
    """
    truth, decisions = decide_both(Y, A, multilabel)
    return float(np.mean(truth != decisions)) if len(truth) else float('nan')


def recall(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the recall, ``TP / (TP + FN)``: the share of the positives that were found.

    Parameters
    ----------
    Y, A : array
        As for :func:`accuracy`.
    positive_label : int, default 1
        The positive class where there are two; where there are more, each is in turn, and the
        metric is the mean over them.
    multilabel : bool, optional
        As for :func:`accuracy`.
    average : str, optional
        Another mean: ``'micro'``, ``'macro'``, ``'weighted'`` or ``'samples'``; see
        :mod:`epynn.commons.metrics`.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        As for :func:`accuracy`.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1, or ``average`` is none of
        these.
    LabelError
        ``'samples'``, where each sample has one label.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, n.TP, n.TP + n.FN)


def precision(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the precision, ``TP / (TP + FP)``: the share of positive decisions that are right.

    Parameters
    ----------
    Y, A, positive_label, multilabel, average : optional
        As for :func:`recall`; so are result and errors.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, n.TP, n.TP + n.FP)


def fscore(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the F1 score, ``2 TP / (2 TP + FP + FN)``: harmonic mean of recall and precision.

    Of more than two classes the mean is that of their scores, not the score of mean recall and mean
    precision.

    Parameters
    ----------
    Y, A, positive_label, multilabel, average : optional
        As for :func:`recall`; so are result and errors.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, 2 * n.TP, 2 * n.TP + n.FP + n.FN)


def specificity(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the specificity, ``TN / (TN + FP)``: the share of the negatives that were found.

    Parameters
    ----------
    Y, A, positive_label, multilabel, average : optional
        As for :func:`recall`; so are result and errors.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, n.TN, n.TN + n.FP)


def NPV(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the negative predictive value, ``TN / (TN + FN)``: of negative decisions, the right.

    Parameters
    ----------
    Y, A, positive_label, multilabel, average : optional
        As for :func:`recall`; so are result and errors.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, n.TN, n.TN + n.FN)


RATIOS = (recall, precision, fscore, specificity, NPV)
"""The metrics that know other averages, each by a name of its own: ``'recall_micro'``."""


@dataclass(frozen=True)
class Average:
    """A metric by one of its averages, ``'fscore_micro'`` by name."""

    metric: Callable[..., float]
    average: str

    @property
    def __name__(self) -> str:
        """Name for the tables."""
        return f'{self.metric.__name__}_{self.average}'

    def __call__(
        self, Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None
    ) -> float:
        """Return the metric; arguments as for :func:`accuracy`."""
        return self.metric(Y, A, positive_label, multilabel, self.average)
