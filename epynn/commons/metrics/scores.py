"""Metrics of the outputs themselves, rather than of decisions; see :mod:`epynn.commons.metrics`."""

from dataclasses import dataclass

import numpy as np

from epynn.commons.arguments import as_int
from epynn.commons.errors import ArgumentError, DataError, ShapeError
from epynn.commons.maths.floating import floating
from epynn.commons.metrics.decisions import (
    check_column,
    columns,
    decide,
    decide_both,
    is_multilabel,
    refuse_multilabel,
)
from epynn.commons.names import Named
from epynn.kernels.arrays import ndarray


def ROC_AUC(
    Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None
) -> float:
    """Return the area under the receiver operating characteristic.

    It is the probability that a positive sample has a higher output than a negative one, ties
    counting half. From the ranks of the outputs, equal ones sharing their mean rank:
    ``(sum of the ranks of the P positives - P (P + 1) / 2) / (P N)``.

    With more than two columns each class against the rest, and the plain mean: ``roc_auc_score`` of
    scikit-learn with ``multi_class='ovr'``. Where several labels may hold for a sample, the plain
    mean over the columns, as there.

    Parameters
    ----------
    Y, A : array
        As for :func:`epynn.commons.metrics.accuracy`.
    positive_label : int, default 1
        The positive class where there are two. In one column of outputs high ones stand for the
        larger label.
    multilabel : bool, optional
        As for :func:`epynn.commons.metrics.accuracy`.

    Returns
    -------
    float
        Between 0 and 1; NaN where a class has no samples, or all of them.

    Raises
    ------
    ShapeError, DataError
        See :func:`epynn.commons.metrics.decide`; the lengths of Y and A differ; one column of
        outputs for more than two labels.
    ArgumentError
        There are two columns and ``positive_label`` is neither 0 nor 1.
    """
    if is_multilabel(Y) if multilabel is None else multilabel:
        truth, _ = decide_both(Y, A, multilabel=True)
        A = _outputs(A)
        return float(np.mean([_area(truth[:, u] == 1, A[:, u]) for u in range(A.shape[1])]))
    truth, A = _labels_and_outputs(Y, A, 'ROC_AUC')
    U = columns(Y, A)
    if A.shape[1] < U:
        raise ShapeError(
            'ROC_AUC', f'{U} columns, as the truth has', f'outputs {A.shape}',
            'Give each class a column of outputs.',
        )  # fmt: skip
    if U > 2:
        return float(np.mean([_area(truth == u, A[:, u]) for u in range(U)]))
    if U == 2:
        check_column(positive_label)
        return _area(truth == positive_label, A[:, positive_label])
    labels = np.union1d(truth, [positive_label])
    if len(labels) > 2:
        raise DataError(
            'ROC_AUC', f'one label besides {positive_label} in a single column',
            f'labels {", ".join(map(str, labels[:5]))}', 'Give each class a column of outputs.',
        )  # fmt: skip
    sign = 1 if positive_label == labels[-1] else -1
    return _area(truth == positive_label, sign * A[:, 0])


def _area(positive: ndarray, scores: ndarray) -> float:
    """Return the share of pairs of a positive and a negative sample in the right order."""
    P = int(positive.sum())
    N = len(positive) - P
    if not P or not N:
        return float('nan')
    _, which, counts = np.unique(scores, return_inverse=True, return_counts=True)
    # Equal scores share the mean of the ranks that they take up together.
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[which][positive].sum() - P * (P + 1) / 2) / (P * N))


def R2(Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None) -> float:
    """Return the coefficient of determination, ``1 - sum (Y - A)^2 / sum (Y - mean Y)^2``.

    The plain mean over the columns. A column that does not vary counts 1 where every output is
    right, else 0, as in scikit-learn.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U) or (m,).
    A : array
        Outputs of the network, shape (m, U).
    positive_label, multilabel : optional
        Of no effect; every metric by name takes them.

    Returns
    -------
    float
        At most 1, and 0 for the mean as the answer to everything; NaN for fewer than 2 samples.

    Raises
    ------
    ShapeError
        The shapes of Y and A differ.
    """
    Y, A = _amounts(Y, A)
    if len(Y) < 2:
        return float('nan')
    with np.errstate(over='ignore'):
        residual = np.sum(np.square(Y - A), axis=0)
    total = np.sum(np.square(Y - Y.mean(axis=0)), axis=0)
    constant = np.where(residual == 0, 1.0, 0.0)
    share = residual / np.where(total == 0, 1.0, total)
    return float(np.mean(np.where(total == 0, constant, 1 - share)))


def RMSE(Y: ndarray, A: ndarray, positive_label: int = 1, multilabel: bool | None = None) -> float:
    """Return the root mean squared error, ``sqrt(mean (Y - A)^2)``, the mean of it over columns.

    It is in the unit of Y, and NaN for no samples.

    Parameters
    ----------
    Y, A, positive_label, multilabel : optional
        As for :func:`R2`; so are errors.
    """
    Y, A = _amounts(Y, A)
    if not len(Y):
        return float('nan')
    with np.errstate(over='ignore'):
        return float(np.mean(np.sqrt(np.mean(np.square(Y - A), axis=0))))


@dataclass(frozen=True)
class TopK(Named):
    """Share of samples whose class is among the ``k`` largest outputs.

    Of equal outputs the first ones go first, so that with ``k = 1`` it is the accuracy.
    (scikit-learn's ``top_k_accuracy_score`` takes the last ones first; the same without ties.)

    Parameters
    ----------
    k : int, default 5
        How many guesses there are; fewer than classes.
    """

    k: int = 5

    def __post_init__(self) -> None:
        as_int(self.k, 'TopK.k')

    @property
    def __name__(self) -> str:
        """Name for the tables."""
        return f'top_{self.k}'

    def __call__(self, Y: ndarray, A: ndarray) -> float:
        """Return the share; arguments and errors as for :func:`epynn.commons.metrics.accuracy`.

        Raises
        ------
        ArgumentError
            ``k`` is not below the number of classes.
        LabelError
            There are several labels a sample.
        """
        refuse_multilabel(Y, 'TopK', "Choose precision, recall or 'fscore_samples'.")
        truth, A = _labels_and_outputs(Y, A, 'TopK')
        m, U = A.shape
        if not self.k < U:
            raise ArgumentError(
                'TopK.k', f'a number below {U}, the columns', str(self.k), 'Choose a smaller k.'
            )
        if not m:
            return float('nan')
        if truth.min() < 0 or truth.max() >= U:
            raise DataError(
                'TopK', f'labels from 0 to {U - 1}', f'{truth.min()} to {truth.max()}',
                'Number the classes from 0, or encode them.',
            )  # fmt: skip
        guesses = np.argsort(-A, axis=1, kind='stable')[:, : self.k]
        return float(np.mean((guesses == truth[:, np.newaxis]).any(axis=1)))


def _labels_and_outputs(Y: ndarray, A: ndarray, metric: str) -> tuple[ndarray, ndarray]:
    """Return the labels of the truth, (m,), and as many outputs, (m, U), in float64."""
    truth, A = decide(Y), _outputs(A)
    if len(truth) != len(A):
        raise ShapeError(
            metric, 'as many truths as outputs', f'Y {np.shape(Y)}, A {A.shape}',
            'Give both of the same samples.',
        )  # fmt: skip
    return truth, A


def _outputs(A: ndarray) -> ndarray:
    """Return outputs in float64 and in columns, (m, U); what :func:`decide` refuses is refused."""
    decide(A)
    A = np.asarray(A, dtype=np.float64)
    return A[:, np.newaxis] if A.ndim == 1 else A


def _amounts(Y: ndarray, A: ndarray) -> tuple[ndarray, ndarray]:
    """Return truth and outputs in float64, both (m, U)."""
    Y, A = (floating(array).astype(np.float64, copy=False) for array in (Y, A))
    Y, A = (array[:, np.newaxis] if array.ndim == 1 else array for array in (Y, A))
    if Y.ndim != 2 or Y.shape != A.shape:
        raise ShapeError(
            'metrics', 'Y and A of one shape (m, U)', f'Y {Y.shape} and A {A.shape}',
            'Give both of the same samples, with as many columns.',
        )  # fmt: skip
    return Y, A
