"""Averages over classes, and several labels a sample: as scikit-learn."""

import numpy as np
import pytest

from epynn.commons.metrics import (
    NPV,
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
from epynn.commons.targets import kind_of_targets

AVERAGES = ('micro', 'macro', 'weighted', 'samples')


def exactly(value):
    return pytest.approx(value, rel=1e-12, abs=1e-12)


def several(rng, m=40, U=5):
    """Truth with samples of no label, one and all, and outputs that are often right."""
    Y = (rng.random((m, U)) < np.linspace(0.1, 0.7, U)).astype(float)
    Y[0], Y[1], Y[:, 0] = 0, 1, 0  # the first label never holds
    return Y, np.clip(0.6 * Y + 0.5 * rng.random((m, U)), 0, 1)


def test_several_labels_a_sample_are_decided_each_by_itself():
    Y, A = [[1, 1, 0]], [[0.8, 0.9, 0.1]]
    for metric in (accuracy, precision, recall, fscore):
        expected = 1 if metric is accuracy else 2 / 3  # nothing over nothing in the third column
        assert metric(Y, A) == exactly(expected)
        assert metric(Y, A) == metric(np.array(Y), np.array(A, np.float32))
    assert accuracy(Y, [[0.8, 0.4, 0.1]]) == 0
    assert hamming_loss(Y, [[0.8, 0.4, 0.1]]) == exactly(1 / 3)
    assert recall(Y, A, average='samples') == 1
    np.testing.assert_array_equal(decide(np.array([[0.5, 0.51, -3]]), multilabel=True), [[0, 1, 0]])


def test_decisions_in_place_of_outputs_count_the_same(rng):
    Y, A = several(rng)
    for metric in metrics_functions().values():
        if metric.__name__ not in ('ROC_AUC', 'R2', 'RMSE'):
            assert metric(Y, A) == metric(Y, decide(A, multilabel=True))


def test_averages_of_several_labels_equal_scikit_learn(rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    pairs = [(recall, 'recall_score'), (precision, 'precision_score'), (fscore, 'f1_score')]
    for _ in range(5):
        Y, A = several(rng)
        P = A > 0.5
        assert accuracy(Y, A) == exactly(sklearn.accuracy_score(Y, P))
        assert hamming_loss(Y, A) == exactly(sklearn.hamming_loss(Y, P))
        for metric, name in pairs:
            theirs = getattr(sklearn, name)
            for average in AVERAGES:
                expected = exactly(theirs(Y, P, average=average, zero_division=0))
                assert metric(Y, A, average=average) == expected
                assert metrics_functions(f'{metric.__name__}_{average}')(Y, A) == expected
            assert metric(Y, A) == metric(Y, A, average='macro')
        tn, fp, fn, _ = sklearn.multilabel_confusion_matrix(Y, P).reshape(-1, 4).T
        assert specificity(Y, A) == exactly(np.mean(tn / (tn + fp)))
        assert NPV(Y, A) == exactly(np.mean(tn / (tn + fn)))
        assert ROC_AUC(Y[:, 1:], A[:, 1:]) == exactly(sklearn.roc_auc_score(Y[:, 1:], A[:, 1:]))
        assert np.isnan(ROC_AUC(Y, A))  # as of any class without samples


@pytest.mark.parametrize('U', [2, 4])
def test_averages_of_one_label_a_sample_equal_scikit_learn(U, rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    y, A = rng.integers(0, U, 60), rng.random((60, U))
    pairs = [(recall, 'recall_score'), (precision, 'precision_score'), (fscore, 'f1_score')]
    for metric, name in pairs:
        for average in AVERAGES[:3]:
            theirs = getattr(sklearn, name)(y, A.argmax(axis=1), average=average, zero_division=0)
            for Y in (y, y[:, np.newaxis], np.eye(U)[y]):
                assert metric(Y, A, average=average) == exactly(theirs)
    assert hamming_loss(y, A) == exactly(1 - accuracy(y, A))


def test_a_part_of_the_samples_need_not_tell_what_all_are():
    """Each of these samples happens to have one label: two outputs above 0.5 are still two."""
    Y, A = np.eye(3)[[0, 1]], np.array([[0.9, 0.8, 0.1], [0.2, 0.9, 0.1]])
    assert accuracy(Y, A) == 1
    assert accuracy(Y, A, multilabel=True) == 0.5
    assert precision(Y, A, multilabel=True, average='micro') == exactly(2 / 3)
    assert ROC_AUC(Y[:, :2], A[:, :2], multilabel=True) == ROC_AUC(Y[:, :2], A[:, :2]) == 1
    A[1] = 0.1, 0.2, 0.1
    assert ROC_AUC(Y[:, :2], A[:, :2], multilabel=True) == 0.5
    assert ROC_AUC(Y[:, :2], A[:, :2]) == 0


@pytest.mark.parametrize(
    ('kind', 'Y'),
    [
        ('labels', [1, 2, 3]),
        ('labels', [[0.0], [1.0], [-4.0]]),
        ('labels', [[True], [False]]),
        ('amounts', [0.5, 1, 2]),
        ('one-hot', [[1, 0], [0, 1]]),
        ('one-hot', [[False, True], [True, False]]),
        ('multilabel', [[1, 0], [1, 1]]),
        ('multilabel', [[1.0, 0.0], [0.0, 0.0]]),
        ('amounts', [[1, 0], [0, 2]]),
        ('amounts', [[0.9, 0.1], [0.1, 0.9]]),
        ('amounts', [[1, -1], [-1, 1]]),
    ],
)
def test_kinds_of_targets(kind, Y):
    assert kind_of_targets(np.array(Y)) == kind
