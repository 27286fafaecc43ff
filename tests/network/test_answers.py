"""Answers for data that are given: metrics, probabilities, and which labels are mixed up."""

import warnings

import numpy as np
import pytest
from networks import make_classifier, make_data, make_regression, parameters, quiet, record

from epynn import (
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Flatten,
    confusion_matrix,
    identity,
    read_model,
    sigmoid,
    softmax,
)
from epynn.commons.errors import (
    ArgumentTypeError,
    DataError,
    LabelError,
    ShapeError,
    StateError,
    UnknownNameError,
)

NAMES = np.array(['a', 'b', 'c'])


def make_named(**settings):
    """Return a network that was trained on labels that are words, and such data."""
    X, y = make_data(48)
    embedding = Embedding(X * 100, NAMES[y], batch_size=8, X_scale=True, Y_encode=True)
    layers = [embedding, Dropout(0.2), Dense(5), BatchNorm(), Dense(3, softmax)]
    model = quiet(EpyNN(layers), **settings)
    model.train(3, verbose=0)
    return model, X * 100, NAMES[y]


# EVALUATE


def test_given_samples_have_the_metrics_of_the_same_samples_in_a_set():
    model, X, y = make_named(metrics=['accuracy', 'fscore', 'ROC_AUC'], class_weight={'b': 3.0})
    expected = {name: values['dval'] for name, values in model.evaluate().items()}
    assert model.evaluate(X[32:], y[32:], X_scale=True) == expected
    assert list(expected)[-1] == 'CCE'


def test_evaluating_given_samples_changes_nothing():
    model, X, y = make_named()
    before = record(model.metrics), record(parameters(model)), record(model.embedding.dval.A)
    stream = record([layer.np_rng for layer in model.layers])
    model.evaluate(X, y, X_scale=True)
    model.confusion_matrix(X, y, X_scale=True)
    assert before == (
        record(model.metrics), record(parameters(model)), record(model.embedding.dval.A)
    )  # fmt: skip
    assert stream == record([layer.np_rng for layer in model.layers])


def test_a_network_from_a_file_evaluates_too(tmp_path):
    model, X, y = make_named()
    model.write(tmp_path / 'model')
    read = read_model(tmp_path / 'model')
    assert read.evaluate(X, y, X_scale=True) == model.evaluate(X, y, X_scale=True)
    assert read.confusion_matrix(X, y, X_scale=True).labels == ['a', 'b', 'c']


def test_tokens_are_encoded():
    embedding = Embedding(['GAT', 'TAC'] * 6, ['x', 'y'] * 6, X_encode=True, Y_encode=True)
    model = quiet(EpyNN([embedding, *make_flat(2)]))
    values = model.evaluate(['GGG', 'AAA'], ['x', 'y'], X_encode=True)
    assert set(values) == {'accuracy', 'CCE'}
    with pytest.raises(DataError, match=r"X_data, sample 0: .*got 'X'"):
        model.evaluate(['GXX'], ['x'], X_encode=True)


def make_flat(u):
    """Return layers from sequences to classes."""
    return Flatten(), Dense(u, softmax)


def test_amounts_and_integer_labels():
    model = quiet(make_regression(), loss='MSE')
    Y = np.linspace(0, 1, 20)
    X = model.embedding.dtrain.X
    A = model.predict(X).A[:, 0]
    assert model.evaluate(X, Y)['MSE'] == pytest.approx(np.mean((A - Y) ** 2))
    X, y = make_data()
    model = quiet(EpyNN([Embedding(X, y), Dense(3, softmax)]), loss='ICCE')
    assert model.evaluate(X, y)['accuracy'] == np.mean(model.predict(X).labels == y)


@pytest.mark.parametrize(
    ('call', 'error', 'words'),
    [
        (lambda m, X, y: m.evaluate(X), ArgumentTypeError, r'evaluate\(Y_data\): expected'),
        (lambda m, X, y: m.evaluate(Y_data=y), ArgumentTypeError, r'evaluate\(X_data\): expected'),
        (lambda m, X, y: m.evaluate(X, y[1:]), DataError, 'Y_data: expected as many labels'),
        (lambda m, X, y: m.evaluate(X, y * 2), LabelError, 'Y_data, sample 2: expected one of the'),
        (lambda m, X, y: m.evaluate(X[:, :2], y), ShapeError, 'Dense, layer 1: expected'),
        (lambda m, X, y: m.evaluate(X[0], y[:4]), ShapeError, r'evaluate\(X_data\): expected'),
        (lambda m, X, y: m.evaluate(X * np.nan, y), DataError, 'X_data: expected finite'),
        (lambda m, X, y: m.evaluate(m.embedding.dval, y), DataError, r'Pass its .*evaluate\(dset'),
        (lambda m, X, y: m.evaluate(X, y, X_scale=True), DataError, 'X_scale'),
    ],
)  # fmt: skip
def test_what_evaluate_refuses(call, error, words):
    model = quiet(make_classifier())
    X, y = make_data()
    with pytest.raises(error, match=words):
        call(model, X, y)


def test_labels_that_are_not_encoded_have_to_fit_the_outputs():
    X, y = make_data()
    model = quiet(EpyNN([Embedding(X, y), Dense(3, softmax)]), loss='ICCE')
    with pytest.raises(LabelError, match=r'EpyNN.evaluate\(Y_data\): expected one label a sample'):
        model.evaluate(X, y + 1)
    with pytest.raises(LabelError, match='expected labels targets'):
        model.evaluate(X, y + 0.5)
    model = quiet(EpyNN([Embedding(X, np.eye(3)[y]), Dense(3, softmax)]))
    with pytest.raises(LabelError, match=r'EpyNN.evaluate\(Y_data\): expected one column for each'):
        model.evaluate(X, y % 2)


def test_unscaled_samples_are_warned_of_by_the_name_of_the_method():
    model, X, y = make_named()
    with pytest.warns(UserWarning, match=r'^EpyNN.evaluate\(X_data\): samples with numbers'):
        model.evaluate(X, y)


# PROBABILITIES


def test_probabilities_are_there_where_outputs_are_some():
    X, y = make_data()
    for layer, Y, loss in (
        (Dense(3, softmax), np.eye(3)[y], 'CCE'),
        (Dense(3, softmax), np.eye(3)[y], 'MSE'),
        (Dense(3, softmax), y, 'ICCE'),
        (Dense(1, sigmoid), y % 2, 'BCE'),
        (Dense(4, sigmoid), (X > 0).astype(int), 'BCE'),
    ):
        model = quiet(EpyNN([Embedding(X, Y), layer]), loss=loss)
        prediction = model.predict(X[:5])
        assert prediction.probabilities is prediction.A
    model.evaluate()
    assert model.embedding.dval.probabilities is model.embedding.dval.A


def test_other_outputs_are_no_probabilities():
    X, y = make_data()
    for layer, Y, loss in (
        (Dense(1, identity), X[:, 0], 'MSE'),
        (Dense(1, sigmoid), y / 4, 'MSE'),
        (Dense(3, identity), np.eye(3)[y], 'MSE'),
    ):
        prediction = quiet(EpyNN([Embedding(X, Y), layer]), loss=loss).predict(X)
        assert not hasattr(prediction, 'probabilities')
        with pytest.raises(UnknownNameError, match=r'Outputs are in .A; where they are probab'):
            prediction.probabilities  # noqa: B018


# CONFUSION


def test_a_confusion_matrix_has_the_labels_of_the_user():
    model, X, y = make_named()
    confusion = model.confusion_matrix(X, y, X_scale=True)
    decided = model.predict(X, X_scale=True).labels
    assert confusion.labels == ['a', 'b', 'c']
    expected = [[np.sum((y == i) & (decided == j)) for j in 'abc'] for i in 'abc']
    np.testing.assert_array_equal(confusion.counts, expected)
    np.testing.assert_array_equal(np.asarray(confusion), expected)
    lines = repr(confusion).splitlines()
    assert lines[0].split() == ['true', '\\', 'decided', 'a', 'b', 'c']
    assert lines[2].split() == ['a', *map(str, expected[0])]


def test_without_samples_it_is_about_the_last_set():
    for sizes, name in (((1, 0, 0), 'dtrain'), ((2, 1, 0), 'dval'), ((2, 1, 1), 'dtest')):
        model = quiet(make_classifier(relative_size=sizes))
        confusion, dset = model.confusion_matrix(), model.embedding.dsets[-1]
        assert confusion.name == name
        np.testing.assert_array_equal(confusion.counts, confusion_matrix(dset.Y, dset.A))
        assert not any(model.metrics['CCE'])  # no epoch was evaluated


def test_labels_in_one_column_are_named_by_their_numbers():
    X, y = make_data()
    model = quiet(EpyNN([Embedding(X, y % 2), Dense(1, sigmoid)]), loss='BCE')
    assert model.confusion_matrix(X, y % 2).labels == [0, 1]
    model = quiet(EpyNN([Embedding(X, y), Dense(5, softmax)]), loss='ICCE')
    assert model.confusion_matrix(X, y).labels == [0, 1, 2, 3, 4]
    model = quiet(EpyNN([Embedding(X, y % 2), Dense(2, softmax)]), loss='ICCE')
    model.layers[1].p['b'] = np.array([[50.0, 0.0]])  # all are decided to be 0
    assert model.confusion_matrix(X, np.zeros(len(X), int)).labels == [0, 1]


def test_a_confusion_matrix_needs_one_label_a_sample():
    X, _ = make_data()
    for Y, u, loss in ((X[:, 0], 1, 'MSE'), ((X > 0).astype(int), 4, 'BCE')):
        model = quiet(EpyNN([Embedding(X, Y), Dense(u, sigmoid if u > 1 else identity)]), loss=loss)
        with pytest.raises(
            LabelError, match=r'EpyNN.confusion_matrix: expected one label a sample'
        ):
            model.confusion_matrix()
    with pytest.raises(StateError, match=r'EpyNN.confusion_matrix: expected an initialized'):
        make_classifier().confusion_matrix()


def test_a_picture_of_the_confusion(tmp_path):
    pytest.importorskip('matplotlib')
    model, X, y = make_named()
    path = tmp_path / 'confusion.png'
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        figure = model.plot_confusion(X, y, X_scale=True, path=str(path))
    assert path.stat().st_size > 1000
    axis = figure.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ['a', 'b', 'c']
    counts = [int(text.get_text()) for text in axis.texts]
    assert counts == model.confusion_matrix(X, y, X_scale=True).counts.ravel().tolist()
    assert model.plot_confusion(path=False).get_suptitle() == 'EpyNN: 16 samples, dval'
