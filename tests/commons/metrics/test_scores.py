"""Confusion matrix, ROC-AUC, R2, RMSE and top-k: the numbers of scikit-learn."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError
from epynn.commons.maths import softmax
from epynn.commons.metrics import (
    R2,
    RMSE,
    ROC_AUC,
    TopK,
    accuracy,
    confusion_matrix,
    fscore,
    metrics_functions,
)


def exactly(value):
    return pytest.approx(value, rel=1e-12, abs=1e-12)


def classes(rng, m=60, U=4, ties=False):
    y = np.concatenate([np.arange(U), rng.integers(0, U, m - U)])
    Z = rng.normal(size=(m, U)) + np.eye(U)[y]
    A = softmax(Z)
    return y, np.round(A, 1) if ties else A


# CONFUSION MATRIX


def test_confusion_matrix_is_that_of_scikit_learn(rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    y, A = classes(rng)
    expected = sklearn.confusion_matrix(y, A.argmax(axis=1))
    for Y in (np.eye(4)[y], y[:, np.newaxis], y):
        ours = confusion_matrix(Y, A)
        np.testing.assert_array_equal(ours, expected)
        assert ours.dtype == np.int64
    assert np.trace(expected) / 60 == exactly(accuracy(y, A))


def test_confusion_matrix_of_one_column_is_sorted_by_label():
    sklearn = pytest.importorskip('sklearn.metrics')
    Y, A = np.array([[-1], [-1], [1], [1]]), np.array([[-0.9], [1.2], [0.8], [3.1]])
    expected = sklearn.confusion_matrix([-1, -1, 1, 1], [-1, 1, 1, 3])
    np.testing.assert_array_equal(confusion_matrix(Y, A), expected)  # labels -1, 1, 3


def test_confusion_matrix_keeps_classes_that_do_not_occur():
    Y, A = np.eye(3)[[0, 0]], np.eye(3)[[0, 1]]
    np.testing.assert_array_equal(confusion_matrix(Y, A), [[1, 1, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(confusion_matrix(Y[:0], A[:0]), np.zeros((3, 3)))


def test_integer_labels_with_columns_of_outputs_are_no_binary_case(rng):
    """Only two of three classes occur; the metrics are still those of three columns."""
    y, A = np.array([0, 1, 1, 0]), softmax(rng.normal(size=(4, 3)))
    assert fscore(y[:, np.newaxis], A) == fscore(np.eye(3)[y], A)


# ROC-AUC


@pytest.mark.parametrize('ties', [False, True])
def test_two_classes(ties, rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    y, A = classes(rng, U=2, ties=ties)
    expected = sklearn.roc_auc_score(y, A[:, 1])
    assert ROC_AUC(y[:, np.newaxis], A[:, [1]]) == exactly(expected)
    assert ROC_AUC(np.eye(2)[y], A) == exactly(expected)
    assert ROC_AUC(y, A[:, 1].astype(np.float32)) == exactly(
        sklearn.roc_auc_score(y, A[:, 1].astype(np.float32))
    )
    other = sklearn.roc_auc_score(1 - y, A[:, 0])
    assert ROC_AUC(np.eye(2)[y], A, positive_label=0) == exactly(other)
    assert ROC_AUC(y, A[:, [1]], positive_label=0) == exactly(expected)


@pytest.mark.parametrize('ties', [False, True])
def test_more_classes_are_one_against_the_rest(ties, rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    y, A = classes(rng, ties=ties)
    expected = np.mean([sklearn.roc_auc_score(y == u, A[:, u]) for u in range(4)])
    assert ROC_AUC(np.eye(4)[y], A) == exactly(expected)
    assert ROC_AUC(y[:, np.newaxis], A) == exactly(expected)
    if not ties:
        theirs = sklearn.roc_auc_score(y, A, multi_class='ovr', average='macro')
        assert ROC_AUC(y, A) == exactly(theirs)


def test_area_of_few_samples_by_hand():
    Y = np.array([1, 1, 0, 0])
    assert ROC_AUC(Y, np.array([0.9, 0.4, 0.4, 0.1])) == 3.5 / 4
    assert ROC_AUC(Y, np.zeros(4)) == 0.5
    assert ROC_AUC(2 * Y - 1, np.array([3.0, 2, 1, 0])) == 1
    assert np.isnan(ROC_AUC(np.ones(3), np.arange(3)))
    assert np.isnan(ROC_AUC(np.eye(3)[[0, 1]], np.eye(3)[[0, 1]]))
    assert np.isnan(ROC_AUC(np.zeros((0, 3)), np.zeros((0, 3))))


# AMOUNTS


def test_amounts(rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    for U in (1, 3):
        Y = rng.normal(size=(40, U)) * [1, 5, 0.1][:U]
        A = Y + rng.normal(size=Y.shape)
        assert R2(Y, A) == exactly(sklearn.r2_score(Y, A))
        assert RMSE(Y, A) == exactly(sklearn.root_mean_squared_error(Y, A))
    assert R2(Y[:, 0], A[:, 0]) == exactly(sklearn.r2_score(Y[:, 0], A[:, 0]))
    assert R2(np.zeros(4) + Y[:4].mean(), np.zeros(4)) == 0
    assert R2(np.ones((4, 1)), np.ones((4, 1))) == 1 == sklearn.r2_score([1] * 4, [1] * 4)
    assert R2(np.ones(4), np.zeros(4)) == 0 == sklearn.r2_score([1] * 4, [0] * 4)
    assert R2(Y, Y.mean(axis=0) + 0 * Y) == pytest.approx(0, abs=1e-12)


def test_amounts_of_too_few_samples_are_nan():
    assert np.isnan(R2(np.zeros((1, 2)), np.zeros((1, 2))))
    assert np.isnan(RMSE(np.zeros((0, 2)), np.zeros((0, 2))))


def test_huge_amounts_are_silent():
    Y, A = np.array([0.0, 1.0]), np.array([1e300, -1e300])
    with np.errstate(all='raise', over='raise'):
        assert R2(Y, A) == -np.inf
        assert RMSE(Y, A) == np.inf


# TOP K


@pytest.mark.parametrize('k', [1, 2, 3])
def test_top_k(k, rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    y, A = classes(rng)
    expected = sklearn.top_k_accuracy_score(y, A, k=k)
    assert TopK(k)(np.eye(4)[y], A) == TopK(k)(y, A) == exactly(expected)


def test_top_1_is_the_accuracy_with_ties_too(rng):
    y, A = classes(rng, ties=True)
    assert TopK(1)(y, A) == accuracy(y, A)


def test_top_k_is_checked():
    assert TopK(3).__name__ == 'top_3'
    assert np.isnan(TopK(1)(np.zeros((0, 3)), np.zeros((0, 3))))
    with pytest.raises(ArgumentError, match=r'TopK\.k: expected a number below 3, .* got 3'):
        TopK(3)(np.eye(3), np.eye(3))
    with pytest.raises(ArgumentError, match=r'TopK\.k: expected a whole number of at least 1'):
        TopK(0)
    with pytest.raises(DataError, match='TopK: expected labels from 0 to 2, got 1 to 3'):
        TopK(1)(np.array([1, 3]), np.eye(3)[:2])
    with pytest.raises(ArgumentTypeError, match=r'metrics: expected a metric, got TopK \(class\)'):
        metrics_functions(TopK)


@pytest.mark.parametrize('metric', [ROC_AUC, R2, RMSE, TopK(1), confusion_matrix])
def test_inputs_are_not_modified(metric):
    Y, A = np.eye(2)[[0, 1, 1]], np.array([[0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    for array in (Y, A):
        array.flags.writeable = False
    metric(Y, A)
