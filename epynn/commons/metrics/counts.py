"""Counts of right and wrong decisions for each label in turn, and the mean of their ratios."""

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
