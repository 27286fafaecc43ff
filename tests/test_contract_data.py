"""The contract: where we differ from EpyNN 1.2 in data and metrics, by number."""

import numpy as np
import pytest
from networks import (
    make_classifier,
    make_data,
    quiet,
)

from epynn.commons.errors import ArgumentError, DataError, EpynnError, LabelError, StateError
from epynn.commons.maths import softmax
from epynn.commons.metrics import NPV, fscore, precision, recall, specificity
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN


def test_difference_09_every_sample_is_used_every_epoch():
    embedding = Embedding(*make_data(20), (1, 0, 0), batch_size=6)
    embedding.training_batches(init=True)
    assert [len(batch.X) for batch in embedding.batch_dtrain] == [6, 6, 6, 2]
    ids = np.concatenate([batch.ids for batch in embedding.batch_dtrain])
    assert sorted(ids) == list(range(20))
    dropping = Embedding(*make_data(20), (1, 0, 0), batch_size=6, drop_last=True)
    dropping.training_batches(init=True)
    assert [len(batch.X) for batch in dropping.batch_dtrain] == [6, 6, 6]


def test_difference_13_the_positive_class_is_1():
    Y, A = np.array([1, 1, 1, 0, 0]), np.array([0.9, 0.8, 0.1, 0.7, 0.2])[:, np.newaxis]
    assert recall(Y, A) == pytest.approx(2 / 3)
    assert precision(Y, A) == pytest.approx(2 / 3)
    assert specificity(Y, A) == NPV(Y, A) == pytest.approx(1 / 2)
    X = np.arange(10.0)[:, np.newaxis]
    model = EpyNN([Embedding(X, [0, 1] * 5, (1, 0, 0)), Dense()])
    for label in (0, 1):
        values = quiet(model, loss='BCE', metrics=['recall'], positive_label=label).evaluate()
        dset = model.embedding.dtrain
        assert values['recall']['dtrain'] == np.mean(dset.P[dset.y == label] == label)


def test_difference_13_more_classes_give_the_macro_average_of_scikit_learn(rng):
    metrics = pytest.importorskip('sklearn.metrics')
    Y, A = rng.integers(0, 4, 60), rng.random((60, 4))
    P, one_hot = A.argmax(axis=1), np.eye(4)[Y]
    for ours, theirs in (
        (recall, metrics.recall_score),
        (precision, metrics.precision_score),
        (fscore, metrics.f1_score),
    ):
        assert ours(one_hot, A) == pytest.approx(theirs(Y, P, average='macro'))
    # specificity is the recall of the other label, NPV its precision
    for ours, theirs in ((specificity, metrics.recall_score), (NPV, metrics.precision_score)):
        others = [
            theirs(of_truth, of_decision, pos_label=False)
            for of_truth, of_decision in zip((one_hot == 1).T, (np.eye(4)[P] == 1).T, strict=True)
        ]
        assert ours(one_hot, A) == pytest.approx(np.mean(others))


@pytest.mark.parametrize(
    'labels', [['b', 'a', 'c'], [1.5, -2.5, 0.5], [-1, 7, 100], [[3], [1], [2]]], ids=str
)
def test_difference_14_any_labels_are_encoded(labels):
    embedding = Embedding(np.zeros((3, 2)), labels, (1, 0, 0), Y_encode=True)
    np.testing.assert_array_equal(
        embedding.dtrain.Y.argmax(axis=1), np.argsort(np.argsort(np.ravel(labels)))
    )


def test_difference_14_labels_that_do_not_fit_the_output_raise():
    X, y = make_data()
    for labels, output in ((y, Dense(3, softmax)), (np.eye(3)[y], Dense(2, softmax))):
        with pytest.raises(LabelError, match=r'Y_data: expected one column for each of the'):
            quiet(EpyNN([Embedding(X, labels), output]))


def test_difference_15_the_scale_is_remembered():
    X, y = make_data(classes=2)
    model = quiet(EpyNN([Embedding(X, y, X_scale=True), Dense()]), loss='BCE')
    scaled = (X - X.min()) / (X.max() - X.min())
    dset = model.predict(X[3:5], X_scale=True)
    np.testing.assert_array_equal(dset.X, scaled[3:5])  # not the scale of these two samples


def test_difference_15_constant_features_give_zeros():
    X, y = make_data(classes=2)
    X[:, 1] = 7
    np.testing.assert_array_equal(Embedding(X, y, X_scale=True).dtrain.X[:, 1], 0)
    np.testing.assert_array_equal(
        Embedding(np.full((4, 2), 7), [0, 1] * 2, X_scale=True).dtrain.X, 0
    )


@pytest.mark.parametrize(
    ('wrong', 'error', 'message'),
    [
        (lambda X, y: Embedding(X, y[1:]), DataError, '^Y_data: expected as many labels'),
        (lambda X, y: Embedding(X * np.nan, y), DataError, '^X_data: expected finite .* got nan'),
        (lambda X, y: Embedding(X - np.inf, y), DataError, '^X_data: .* got -inf'),
        (lambda X, y: quiet(make_classifier()).predict(X[:, 1:]), EpynnError,
         '^Dense, layer 1: .* fits'),
        (lambda X, y: make_classifier().train(0), ArgumentError, r'^EpyNN.train\(epochs\)'),
        (lambda X, y: make_classifier().predict(X), StateError, '^EpyNN.predict: .* initialized'),
        (lambda X, y: quiet(make_classifier(), loss='x'), ArgumentError, '^loss: .* CCE'),
        (lambda X, y: quiet(make_classifier(), metrics=['x']), ArgumentError, '^metrics: '),
        (lambda X, y: quiet(make_classifier(), se_hPars={'schedule': 'x'}), ArgumentError,
         '^schedule: .* steady'),
        (lambda X, y: Dense(1, 'x'), EpynnError, '^Dense.activate: expected a function'),
    ],
)  # fmt: skip
def test_difference_16_wrong_input_gives_typed_errors(wrong, error, message):
    X, y = make_data()
    with pytest.raises(error, match=message):
        wrong(X, y)


def test_difference_16_an_unseen_token():
    embedding = Embedding(['ab', 'ba'], [0, 1], (1, 0, 0), X_encode=True)
    model = quiet(EpyNN([embedding, Flatten(), Dense()]), loss='BCE')
    with pytest.raises(DataError, match=r"^X_data, sample 0: .* got 'z'"):
        model.predict(['az'], X_encode=True)


@pytest.mark.parametrize('relative_size', [(2, 1, 0), (1, 0, 1), (1, 0, 0), (3, 3, 3), (2, 1, 1)])
def test_difference_17_no_set_is_filled_that_was_to_be_empty(relative_size):
    for m in range(2, 30):
        embedding = Embedding(np.zeros((m, 1)), np.zeros(m), relative_size)
        sets = (embedding.dtrain, embedding.dval, embedding.dtest)
        assert sum(len(dset.X) for dset in sets) == m
        for dset, size in zip(sets, relative_size, strict=True):
            assert size > 0 or not len(dset.X)


def test_difference_17_a_training_set_is_required_and_said_so():
    with pytest.raises(DataError, match=r'^Embedding.relative_size: .* one sample to train'):
        Embedding(np.zeros((2, 1)), [0, 1], (1, 9, 0))


def test_difference_17_sorted_labels_are_warned_of():
    with pytest.warns(UserWarning, match='no sample with label 2 is in the training set'):
        Embedding(np.zeros((9, 2)), np.repeat([0, 1, 2], 3))
