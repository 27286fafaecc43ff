"""Metrics from counts of right and wrong decisions; see :mod:`epynn.commons.metrics`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from epynn.commons.metrics.counts import count_decisions, mean_ratio
from epynn.commons.metrics.decisions import decide_both
from epynn.kernels.arrays import ndarray


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
    Y, A, multilabel
        As for :func:`accuracy`.
    positive_label : int, default 1
        The positive class where there are two; where there are more, each is in turn, and the
        metric is the mean over them.
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

    Arguments, result and errors as for :func:`recall`.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, n.TP, n.TP + n.FP)


def fscore(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the F1 score, ``2 TP / (2 TP + FP + FN)``: harmonic mean of recall and precision.

    Of more than two classes the mean is that of their scores, not the score of mean recall and mean
    precision. Arguments, result and errors as for :func:`recall`.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, 2 * n.TP, 2 * n.TP + n.FP + n.FN)


def specificity(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the specificity, ``TN / (TN + FP)``: the share of the negatives that were found.

    Arguments, result and errors as for :func:`recall`.
    """
    n = count_decisions(Y, A, positive_label, multilabel, average)
    return mean_ratio(n, n.TN, n.TN + n.FP)


def NPV(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None,
    average: str | None = None,
) -> float:  # fmt: skip
    """Return the negative predictive value, ``TN / (TN + FN)``: of negative decisions, the right.

    Arguments, result and errors as for :func:`recall`.
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
