"""What a network makes of its outputs: decisions, labels of the user, or amounts."""

import numpy as np
import pytest
from networks import quiet

from epynn import read_model
from epynn.commons.errors import ArgumentTypeError, LabelError, StateError
from epynn.commons.maths import identity, relu, sigmoid, softmax
from epynn.commons.metrics import RMSE, accuracy
from epynn.commons.models import dataSet
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN

X = np.random.default_rng(3).normal(size=(60, 4))
SEVERAL = (X > 0.2).astype(int)  # four questions a sample
ALTERNATE = np.arange(60) % 3


def network(Y, *layers, **settings):
    encode = settings.pop('Y_encode', False)
    model = EpyNN([Embedding(X, Y, Y_encode=encode), *layers])
    return quiet(model, seed=1, **settings)


@pytest.mark.parametrize(
    'names', [(1, 2, 3), ('egg', 'ham', 'spam'), (-0.5, 0.0, 7.25), (False, 'no', 3)]
)
def test_labels_are_those_of_the_user(names, tmp_path):
    """Also where column 0 is label 1, which .P says as 0."""
    Y = np.empty(60, object)
    Y[:] = [names[i] for i in ALTERNATE]
    model = network(Y.tolist(), Dense(3, softmax), Y_encode=True, loss='CCE')
    for network_ in (model, read_model(model.write(tmp_path / 'model'))):
        prediction = network_.predict(X)
        expected = [model.embedding.classes[column] for column in prediction.P]
        assert prediction.labels.tolist() == expected
        assert list(map(type, prediction.labels.tolist())) == list(map(type, expected))
    right = np.mean(model.predict(X[:40]).labels == Y[:40])
    assert right == model.evaluate()['accuracy']['dtrain']


def test_labels_without_encoding_are_the_decisions():
    for Y, last, loss in (
        (ALTERNATE, Dense(1, identity), 'MSE'),
        (ALTERNATE, Dense(3, softmax), 'ICCE'),
        (np.eye(3)[ALTERNATE], Dense(3, softmax), 'CCE'),
        (SEVERAL, Dense(4, sigmoid), 'BCE'),
        (X[:, 0], Dense(1, identity), 'MSE'),
    ):
        prediction = network(Y, last, loss=loss).predict(X)
        assert prediction.labels is prediction.P


def test_a_prediction_is_as_long_as_its_samples_and_an_array_of_its_outputs():
    prediction = network(ALTERNATE, Dense(3, softmax), Y_encode=True, loss='CCE').predict(X[:7])
    assert len(prediction) == 7
    np.testing.assert_array_equal(np.asarray(prediction), prediction.A)
    assert np.asarray(prediction, np.float32).dtype == np.float32
    assert np.array(prediction) is not prediction.A
    np.testing.assert_array_equal(np.argmax(prediction, axis=1), prediction.P)
    np.testing.assert_array_equal(np.round(prediction), np.round(prediction.A))
    np.testing.assert_array_equal(np.exp(prediction), np.exp(prediction.A))
    assert repr(prediction) == "dataSet('prediction', X (7, 4), Y None, A (7, 3))"


@pytest.mark.parametrize('other', [ALTERNATE, ALTERNATE.tolist(), 3, 'egg', np.int64(3)], ids=repr)
def test_a_prediction_is_compared_by_its_labels(other):
    prediction = network(ALTERNATE, Dense(3, softmax), Y_encode=True, loss='CCE').predict(X)
    for compare in (
        lambda: prediction == other,
        lambda: other == prediction,
        lambda: prediction != other,
        lambda: other != prediction,
    ):
        with pytest.raises(ArgumentTypeError, match=r'prediction\.labels == y'):
            compare()


def test_data_sets_are_equal_to_themselves_alone():
    a, b = dataSet(X, ALTERNATE), dataSet(X, ALTERNATE)
    assert a == a
    assert a != b
    assert a is not None
    assert (a == None) is False  # noqa: E711
    assert [a, b].index(b) == 1
    assert len({a, b, a}) == 2


def test_a_set_without_outputs_is_no_array():
    with pytest.raises(StateError, match=r'expected a set with outputs \.A, got one without'):
        np.asarray(dataSet(X))


def test_labels_need_a_column_each():
    dset = dataSet(X, classes=['a', 'b'])
    dset.A, dset.P = np.ones((60, 3)), np.zeros(60, int)
    with pytest.raises(LabelError, match='2 columns of outputs, one for each label'):
        dset.labels  # noqa: B018


# SEVERAL LABELS A SAMPLE


def test_a_network_of_several_labels_a_sample_decides_each_by_itself(tmp_path):
    metrics = ['accuracy', 'hamming_loss', 'fscore_samples', 'fscore_micro']
    model = network(SEVERAL, Dense(16, relu), Dense(4, sigmoid), loss='BCE', metrics=metrics)
    model.se_hPars['learning_rate'] = 0.05
    model.train(100, verbose=0)
    assert model.metrics['accuracy'][0][-1] > 0.9
    assert model.metrics['fscore_micro'][0][-1] > 0.9
    for network_ in (model, read_model(model.write(tmp_path / 'model'))):
        prediction = network_.predict(X)
        np.testing.assert_array_equal(prediction.P, prediction.A > 0.5)
        assert prediction.P.dtype == np.int64
    assert np.mean((model.predict(X[:40]).labels == SEVERAL[:40]).all(axis=1)) == accuracy(
        SEVERAL[:40], prediction.A[:40]
    )


def test_the_validation_set_is_decided_as_all_the_data_are():
    """Of the 20 samples to validate each has one label; those to train have several."""
    Y = np.vstack([SEVERAL[:40], np.eye(4)[np.arange(20) % 4]])
    model = network(Y, Dense(4, sigmoid), loss='BCE')
    dval = model.embedding.dval
    values = model.evaluate()
    assert dval.targets == 'multilabel'
    assert dval.P.shape == dval.y.shape == (20, 4)
    assert values['accuracy']['dval'] == np.mean((dval.P == dval.Y).all(axis=1))
    assert all(batch.targets == 'multilabel' for batch in model.embedding.batch_dtrain)


def test_label_balance_of_several_labels_a_sample_counts_each(capsys):
    dset = dataSet(X, SEVERAL)
    assert dset.b == dict(enumerate(SEVERAL.sum(axis=0).tolist()))
    np.testing.assert_array_equal(dset.y, SEVERAL)
    network(SEVERAL, Dense(4), loss='BCE').train(1)
    m = SEVERAL[:40].sum(axis=0)
    assert f'0        {m[0]} ({m[0] / 40:.1%})' in capsys.readouterr().out


def test_a_label_that_no_training_sample_has_is_named():
    Y = SEVERAL.copy()
    Y[:40, 2] = 0
    with pytest.warns(UserWarning, match='no sample with label 2 is in the training set'):
        Embedding(X, Y)


# NOT AN ARRAY


def test_what_is_done_to_arrays_says_which_array_is_meant():
    prediction = network(ALTERNATE, Dense(1, identity), loss='MSE').predict(X)
    with pytest.raises(ArgumentTypeError, match=r'prediction\[\.\.\.\]: .* prediction\.A\[0\]\.'):
        prediction[0]
    with pytest.raises(ArgumentTypeError, match=r'prediction > x: .* prediction\.A > x'):
        prediction > 0.5  # noqa: B015
    with pytest.raises(AttributeError, match=r"got 'argmax'\. Decisions are in \.P"):
        prediction.argmax(axis=1)
    with pytest.raises(AttributeError, match=r"got 'shape'\. Outputs are in the array \.A"):
        prediction.shape  # noqa: B018


# AMOUNTS


@pytest.mark.parametrize('Y', [X[:, 0], X[:, :1], X, 0.9 * SEVERAL], ids=['m', 'm1', 'm4', 'soft'])
def test_amounts_are_not_rounded_and_accuracy_is_no_metric_of_theirs(Y, tmp_path, capsys):
    units = 1 if Y.ndim == 1 else Y.shape[1]
    model = network(Y, Dense(units, identity), loss='MSE')
    assert list(model.metrics) == ['RMSE', 'MSE']
    model.train(1)
    assert 'Label balance' not in capsys.readouterr().out
    for network_ in (model, read_model(model.write(tmp_path / 'model'))):
        prediction = network_.predict(X)
        assert prediction.P is prediction.A
        assert (np.rint(prediction.A) != prediction.A).any()


def test_accuracy_of_amounts_is_there_for_who_asks():
    model = network(X[:, 0], Dense(1, identity), loss='MSE', metrics=['accuracy'])
    assert list(model.metrics) == ['accuracy', 'MSE']


def test_whole_numbers_in_one_column_stay_labels():
    model = network(ALTERNATE, Dense(1, identity), loss='MSE')
    assert list(model.metrics) == ['accuracy', 'MSE']
    assert model.predict(X).P.dtype == np.int64


@pytest.mark.parametrize('Y', [X[:, 0] > 0, SEVERAL], ids=['one question', 'several'])
def test_margins_of_hinge_are_decided_at_0(Y, tmp_path):
    units = 1 if Y.ndim == 1 else Y.shape[1]
    metrics = ['accuracy', 'fscore_micro', 'RMSE']
    model = network(Y, Dense(units, identity), loss='Hinge', metrics=metrics)
    model.layers[1].p['W'] *= 5  # margins of several
    values = model.evaluate()
    for each in (model, read_model(model.write(tmp_path / 'model'))):
        prediction = each.predict(X)
        np.testing.assert_array_equal(prediction.P.reshape(60, -1), prediction.A > 0)
    A, truth = prediction.A[:40], Y.reshape(60, -1)[:40]
    assert np.abs(A).max() > 2
    assert values['accuracy']['dtrain'] == np.mean(((A > 0) == truth).all(axis=1))
    assert values['RMSE']['dtrain'] == pytest.approx(RMSE(truth, A))


def test_of_columns_of_hinge_the_largest_margin_is_chosen():
    model = network(np.eye(3)[ALTERNATE], Dense(3, identity), loss='Hinge')
    model.layers[1].p['b'] = np.array([[-9.0, -8.0, -9.0]])
    prediction = model.predict(X)
    np.testing.assert_array_equal(prediction.P, np.argmax(prediction.A, axis=1))
    right = prediction.P[:40] == ALTERNATE[:40]
    assert model.evaluate()['accuracy']['dtrain'] == np.mean(right)
