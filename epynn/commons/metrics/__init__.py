"""Metrics: how well the decisions or the outputs of a network agree with the truth.

Outputs become decisions by :func:`decide`: the largest of several columns, or the rounded value of
one column. From the counts of true and false positives and negatives, TP, FP, FN, TN:

==============  =====================
accuracy        share of right decisions
recall          ``TP / (TP + FN)``
precision       ``TP / (TP + FP)``
fscore          ``2 TP / (2 TP + FP + FN)``
specificity     ``TN / (TN + FP)``
NPV             ``TN / (TN + FN)``
==============  =====================

With two classes the counts are those of the positive class, 1 by default. There are two classes
where there are two columns, or one column in which ``positive_label`` and at most one other
label occur. Otherwise every label that occurs in the truth or the decisions is the positive one in
turn and the metric is the plain mean over them, the macro average: the numbers of scikit-learn
with ``average='binary'`` and ``average='macro'``. A ratio of 0 to 0 counts as 0. The metric of no
samples at all is NaN.

ROC_AUC, R2, RMSE and ``TopK(k)`` look at the outputs themselves; ``confusion_matrix(Y, A)`` is an
array and no column of a table. A metric of your own is a plain function ``f(Y, A)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, overload

import numpy as np

from epynn.commons.arguments import check_call, function_named
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.metrics.decisions import columns, confusion_matrix, decide, decide_both
from epynn.commons.metrics.scores import R2, RMSE, ROC_AUC, TopK
from epynn.kernels.arrays import Array

__all__ = [
    'NPV',
    'R2',
    'RMSE',
    'ROC_AUC',
    'MetricFunction',
    'TopK',
    'accuracy',
    'confusion_matrix',
    'decide',
    'fscore',
    'metrics_functions',
    'precision',
    'recall',
    'specificity',
]

MetricFunction: TypeAlias = Callable[..., float]


class _Counts(NamedTuple):
    """Counts of each label in turn as the positive one: each (labels,); m samples."""

    m: int
    TP: Array
    FP: Array
    FN: Array
    TN: Array


def _counts(Y: Array, A: Array, positive_label: int) -> _Counts:
    """Count agreements and disagreements of the labels that the metric is about."""
    truth, decisions = decide_both(Y, A)
    U = columns(Y, A)
    if U == 2 and positive_label not in (0, 1):
        raise ArgumentError(
            'positive_label', '0 or 1', repr(positive_label), 'Name a column of the two.'
        )
    if U == 2 or (U == 1 and np.union1d(truth, [positive_label]).size <= 2):
        labels = np.array([positive_label])
        truth, decisions = truth == positive_label, decisions == positive_label
        # Now True is the label that counts: its number among the labels is 0, any other's is 1.
        numbers = np.where(np.concatenate([truth, decisions]), 0, 1)
    else:
        labels, numbers = np.unique(np.concatenate([truth, decisions]), return_inverse=True)
    m, k = len(truth), len(labels)
    of_truth, of_decision = numbers[:m], numbers[m:]
    TP = np.bincount(of_truth[of_truth == of_decision], minlength=k)[:k]
    FN = np.bincount(of_truth, minlength=k)[:k] - TP
    FP = np.bincount(of_decision, minlength=k)[:k] - TP
    return _Counts(m, TP, FP, FN, m - TP - FP - FN)


def _mean_ratio(m: int, part: Array, whole: Array) -> float:
    """Return the mean over the labels of part / whole, 0 / 0 being 0; NaN for no samples."""
    return float(np.mean(part / np.maximum(whole, 1))) if m else float('nan')


def accuracy(Y: Array, A: Array, positive_label: int = 1) -> float:
    """Return the share of right decisions.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        Of no effect; every metric by name takes it.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    """
    truth, decisions = decide_both(Y, A)
    right = int(np.count_nonzero(truth == decisions))
    return right / len(truth) if len(truth) else float('nan')


def recall(Y: Array, A: Array, positive_label: int = 1) -> float:
    """Return the recall, ``TP / (TP + FN)``: the share of the positives that were found.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        The positive class where there are two; see the module for more.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1.
    """
    n = _counts(Y, A, positive_label)
    return _mean_ratio(n.m, n.TP, n.TP + n.FN)


def precision(Y: Array, A: Array, positive_label: int = 1) -> float:
    """Return the precision, ``TP / (TP + FP)``: the share of positive decisions that are right.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        The positive class where there are two; see the module for more.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1.
    """
    n = _counts(Y, A, positive_label)
    return _mean_ratio(n.m, n.TP, n.TP + n.FP)


def fscore(Y: Array, A: Array, positive_label: int = 1) -> float:
    """Return the F1 score, ``2 TP / (2 TP + FP + FN)``: harmonic mean of recall and precision.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        The positive class where there are two; see the module for more, where the mean is that of
        the scores of the labels, not the score of mean recall and mean precision.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1.
    """
    n = _counts(Y, A, positive_label)
    return _mean_ratio(n.m, 2 * n.TP, 2 * n.TP + n.FP + n.FN)


def specificity(Y: Array, A: Array, positive_label: int = 1) -> float:
    """Return the specificity, ``TN / (TN + FP)``: the share of the negatives that were found.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        The positive class where there are two; see the module for more.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1.
    """
    n = _counts(Y, A, positive_label)
    return _mean_ratio(n.m, n.TN, n.TN + n.FP)


def NPV(Y: Array, A: Array, positive_label: int = 1) -> float:
    """Return the negative predictive value, ``TN / (TN + FN)``: of negative decisions, the right.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) one-hot, (m, 1) or (m,) labels.
    A : array
        Outputs of the network, shape (m, U).
    positive_label : int, default 1
        The positive class where there are two; see the module for more.

    Returns
    -------
    float
        Between 0 and 1; NaN for no samples.

    Raises
    ------
    ShapeError, DataError
        See :func:`decide`; the lengths of Y and A differ.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1.
    """
    n = _counts(Y, A, positive_label)
    return _mean_ratio(n.m, n.TN, n.TN + n.FN)


_METRICS: Mapping[str, MetricFunction] = MappingProxyType({
    f.__name__: f
    for f in (accuracy, recall, precision, fscore, specificity, NPV, ROC_AUC, R2, RMSE)
})  # fmt: skip


@overload
def metrics_functions(key: None = None) -> dict[str, MetricFunction]: ...
@overload
def metrics_functions(key: str | MetricFunction) -> MetricFunction: ...
def metrics_functions(
    key: str | MetricFunction | None = None,
) -> dict[str, MetricFunction] | MetricFunction:
    """Return a metric by name, or all of them.

    Parameters
    ----------
    key : str or callable, optional
        A name, or a function ``f(Y, A)``, which is returned as it is.

    Returns
    -------
    callable or dict
        The metric; a new dict of all of them by name where no key is given.

    Raises
    ------
    ArgumentError
        The name is unknown; the message lists those that are known.
    ArgumentTypeError
        It is a class, such as TopK, where an object is needed, TopK(5).
    """
    if key is None:
        return dict(_METRICS)
    if isinstance(key, type):
        remedy = f'Make an object: {key.__name__}(...).'
        raise ArgumentTypeError('metrics', 'a metric', f'the class {key.__name__}', remedy)
    metric: MetricFunction = function_named('metrics', _METRICS, key)
    check_call(metric, 'metrics', 'f(Y, A), a metric', 2)
    return metric
