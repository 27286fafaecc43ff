"""Metrics against scikit-learn, against counts, and on data at the edge."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError
from epynn.commons.metrics import (
    NPV,
    R2,
    RMSE,
    ROC_AUC,
    accuracy,
    decide,
    fscore,
    hamming_loss,
    metrics_functions,
    precision,
    recall,
    specificity,
)

METRICS = [accuracy, recall, precision, fscore, specificity, NPV]


def column(*labels):
    return np.array(labels, dtype=float)[:, np.newaxis]


def test_decisions_are_the_largest_of_columns_or_the_rounded_column():
    A = np.array([[0.1, 0.7, 0.2], [0.4, 0.4, 0.2]])
    np.testing.assert_array_equal(decide(A), [1, 0])
    np.testing.assert_array_equal(decide(column(0.2, 0.5, 0.51, 2.6, -1.2)), [0, 0, 1, 3, -1])
    np.testing.assert_array_equal(decide(np.array([0.2, 0.8])), [0, 1])
    np.testing.assert_array_equal(decide(np.array([[True], [False]])), [1, 0])
    assert decide(A.astype(np.float32)).dtype == np.int64


def test_decisions_on_huge_outputs_are_silent():
    with np.errstate(all='raise'):
        np.testing.assert_array_equal(decide(column(1e300, -1e300)), [2**53, -(2**53)])


def test_metrics_are_the_formulas():
    Y = column(1, 1, 1, 1, 0, 0, 0, 0, 0, 0)
    A = column(0.9, 0.8, 0.7, 0.1, 0.6, 0.2, 0.1, 0.3, 0.4, 0.7)
    TP, FN, FP, TN = 3, 1, 2, 4
    assert accuracy(Y, A) == pytest.approx((TP + TN) / 10)
    assert recall(Y, A) == pytest.approx(TP / (TP + FN))
    assert precision(Y, A) == pytest.approx(TP / (TP + FP))
    assert fscore(Y, A) == pytest.approx(2 * TP / (2 * TP + FP + FN))
    assert specificity(Y, A) == pytest.approx(TN / (TN + FP))
    assert NPV(Y, A) == pytest.approx(TN / (TN + FN))


def test_the_other_positive_label_swaps_the_roles():
    Y, A = column(1, 1, 1, 0, 0), column(0.9, 0.1, 0.2, 0.3, 0.8)
    assert recall(Y, A, positive_label=0) == specificity(Y, A)
    assert precision(Y, A, positive_label=0) == NPV(Y, A)
    assert specificity(Y, A, positive_label=0) == recall(Y, A)
    assert accuracy(Y, A, positive_label=0) == accuracy(Y, A)


@pytest.mark.parametrize('metric', METRICS)
@pytest.mark.parametrize('positive_label', [0, 1])
def test_two_columns_count_as_one(metric, positive_label, rng):
    Y, A = rng.integers(0, 2, size=50), rng.random(50)
    two = metric(np.eye(2)[Y], np.stack([1 - A, A], axis=1), positive_label=positive_label)
    one = metric(Y[:, np.newaxis], A[:, np.newaxis], positive_label=positive_label)
    assert two == one
    assert isinstance(one, float)


@pytest.mark.parametrize('absent', [False, True])
def test_more_classes_equal_the_macro_average_of_scikit_learn(absent, rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    labels, A = rng.integers(0, 5, size=80), rng.random((80, 5))
    if absent:  # class 3 is never decided, class 4 is neither in the truth nor decided
        labels[labels == 4] = 0
        A[:, 3:] = -1
    Y, P = np.eye(5)[labels], decide(A)
    assert accuracy(Y, A) == pytest.approx(sklearn.accuracy_score(labels, P))
    settings = {'average': 'macro', 'zero_division': 0}
    assert recall(Y, A) == pytest.approx(sklearn.recall_score(labels, P, **settings))
    assert precision(Y, A) == pytest.approx(sklearn.precision_score(labels, P, **settings))
    assert fscore(Y, A) == pytest.approx(sklearn.f1_score(labels, P, **settings))
    tn, fp, fn, _ = sklearn.multilabel_confusion_matrix(labels, P).reshape(-1, 4).T
    assert specificity(Y, A) == pytest.approx(np.mean(tn / (tn + fp)))
    assert NPV(Y, A) == pytest.approx(np.mean(tn / (tn + fn)))


def test_truth_of_two_classes_stays_binary_when_an_output_rounds_beyond():
    Y, A = column(1, 1, 0, 0), column(0.9, 2.3, 0.1, -1.2)
    assert recall(Y, A) == 0.5
    assert precision(Y, A) == 1
    assert specificity(Y, A) == 1


def test_labels_minus_1_and_1_are_two_classes():
    Y, A = column(1, 1, -1, -1), column(0.9, -0.8, -0.7, -0.9)
    assert recall(Y, A) == 0.5
    assert NPV(Y, A) == pytest.approx(2 / 3)


def test_nothing_over_nothing_is_0():
    Y, A = column(0, 0), column(0.1, 0.2)
    assert [f(Y, A) for f in (recall, precision, fscore)] == [0, 0, 0]
    assert [f(Y, A) for f in (specificity, NPV)] == [1, 1]


@pytest.mark.parametrize('metric', METRICS)
@pytest.mark.parametrize('U', [1, 2, 3])
def test_the_metric_of_no_samples_is_nan(metric, U):
    assert np.isnan(metric(np.zeros((0, U)), np.zeros((0, U))))


@pytest.mark.parametrize('metric', METRICS)
def test_inputs_are_not_modified(metric):
    Y, A = column(0, 1, 1), column(0.2, 0.6, 0.3)
    for array in (Y, A):
        array.flags.writeable = False
    metric(Y, A)


def test_metrics_functions_by_name_or_function():
    bundled = {f.__name__: f for f in (*METRICS, ROC_AUC, R2, RMSE, hamming_loss)}
    assert bundled.items() <= metrics_functions().items()
    assert len(metrics_functions()) == len(bundled) + 5 * 4  # averages
    assert metrics_functions('NPV') is NPV
    assert metrics_functions(recall) is recall
    message = "metrics: expected .*accuracy, recall, precision, fscore, .*R2, RMSE, .*got 'f1'"
    with pytest.raises(ArgumentError, match=message):
        metrics_functions('f1')
