"""Networks that were read and go on learning: as they were saved, and nothing is lost unseen."""

import warnings

import numpy as np
import pytest
from networks import assert_same_parameters, make_data, quiet

from epynn.commons.errors import ArgumentTypeError, DataError, LabelError, ShapeError, StateError
from epynn.commons.io import scale_features
from epynn.commons.library import read_model
from epynn.commons.loss import CCE, LabelSmoothing
from epynn.commons.maths import softmax, tanh
from epynn.commons.optimize import SGD, AdamW
from epynn.commons.schedule import ReduceOnPlateau
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.gru.models import GRU
from epynn.network.models import EpyNN

X, Y = make_data()
OPTIONS = {'batch_size': 6, 'Y_encode': True, 'X_scale': True}


def embed(X=X, Y=Y, sizes=(2, 1, 0), **options):
    return Embedding(X, Y, sizes, **{**OPTIONS, **options})


def make(**settings):
    model = EpyNN([embed(), Dense(5, tanh), Dense(3, softmax)], 'saved')
    settings = {'metrics': ['accuracy', 'recall'], 'se_hPars': {'learning_rate': 0.03}, **settings}
    return quiet(model, **settings)


@pytest.fixture
def path(tmp_path):
    """Return the file of a network that trained six epochs."""
    model = make()
    model.train(6, verbose=0)
    return model.write(tmp_path / 'model')


def test_training_goes_on_with_the_settings_that_were_saved(tmp_path):
    schedule = ReduceOnPlateau(factor=0.5, patience=1)
    settings = {
        'loss': LabelSmoothing(CCE, 0.1), 'metrics': ['accuracy', 'NPV'], 'seed': 5,
        'se_hPars': {'learning_rate': 0.02, 'schedule': schedule, 'cycle_epochs': 4},
        'optimizer': AdamW(beta1=0.8, clip_norm=2), 'reduction': 'mean', 'dtype': 'float32',
        'class_weight': {1: 2}, 'positive_label': 0, 'deterministic': True,
    }  # fmt: skip
    model = make(**settings)
    model.layers[1].trainable = False
    model.train(6, verbose=0)
    again = read_model(model.write(tmp_path / 'model'), data=embed())
    for name in (
        'reduction', 'dtype', 'class_weights', 'positive_label', 'deterministic', 'seed',
        'se_hPars', 'epochs', 'e', 'metrics',
    ):  # fmt: skip
        assert getattr(again, name) == getattr(model, name), name
    assert repr(again.optimizer) == repr(model.optimizer)
    assert again.training_loss == model.training_loss
    frozen = again.layers[1].p['W'].copy()
    again.train(3, verbose=0)
    assert (again.epochs, again.e) == (9, 8)
    for name, lists in model.metrics.items():
        for before, now in zip(lists, again.metrics[name], strict=True):
            assert now[:6] == before
            assert len(now) == (9 if before else 0)
    assert again.layers[2].lrate[:6] == model.layers[2].lrate
    np.testing.assert_array_equal(again.layers[1].p['W'], frozen)
    assert again.layers[2].p['W'].dtype == np.float32


def test_without_memory_of_the_optimizer_it_is_the_run_that_was_saved(path):
    """One epoch of a run that starts its streams anew, by hand and by `read_model`."""
    model = make()
    model.train(6, verbose=0)
    for i, layer in enumerate(model.layers):
        layer.np_rng = np.random.default_rng(1 + 1 + i)
    model.embedding.training_batches(init=True)
    again = read_model(path, data=embed())
    for network in (model, again):
        network.train(4, verbose=0)
    assert_same_parameters(again, model)
    assert again.metrics == model.metrics


def test_it_says_once_what_starts_anew(path, capsys):
    model = read_model(path, data=embed(batch_size=8))
    words = capsys.readouterr().out
    assert words == (
        'saved: trains on after epoch 6, with its saved settings.\n'
        'What the optimizer remembered, and random numbers, start anew.\n'
        'The Embedding has batch_size=8; before, it had 6.\n'
    )
    model.train(1, verbose=0)
    model.train(1, verbose=0)
    assert capsys.readouterr().out == ''


# What the network learned of labels, tokens and scale


def test_labels_are_those_of_the_network(path):
    data = embed(X[Y > 0], Y[Y > 0])  # 1 and 2, the second and third column
    assert data.dtrain.Y.shape[1] == 2
    model = read_model(path, data=data)
    assert model.embedding.classes == [0, 1, 2]
    np.testing.assert_array_equal(model.embedding.dtrain.y, Y[Y > 0][: len(data.dtrain.y)])
    with pytest.raises(LabelError, match=r'one of the classes 0, 1, 2, got 3'):
        read_model(path, data=embed(X, Y + 1))


def test_the_scale_is_that_of_the_network(path):
    data = embed(10 * X - 3, Y)
    model = read_model(path, data=data)
    scale = make().embedding.scale
    assert (model.embedding.scale.minimum, model.embedding.scale.span) == (
        scale.minimum, scale.span
    )  # fmt: skip
    expected = scale_features(10 * X - 3, scale)
    found = np.concatenate([dset.X for dset in model.embedding.dsets])
    np.testing.assert_array_equal(found, expected)


def test_tokens_are_those_of_the_network(tmp_path):
    words, labels = ['ACGT', 'GGTA', 'TTAC', 'CATG'] * 3, ['yes', 'no', 'yes', 'no'] * 3
    options = {'X_encode': True, 'Y_encode': True}
    embedding = Embedding(words, labels, **options)
    model = quiet(EpyNN([embedding, GRU(3), Dense(2, softmax)]))
    path = model.write(tmp_path / 'model')
    fewer = ['TTAA', 'ATTA', 'TATA'] * 2
    again = read_model(path, data=Embedding(fewer, ['yes', 'no', 'yes'] * 2, **options))
    np.testing.assert_array_equal(
        again.embedding.dtrain.X, embedding.encode(fewer, True, False)[0][:4]
    )
    assert again.embedding.e2i == embedding.e2i
    again.train(1, verbose=0)
    with pytest.raises(DataError, match="got 'X'"):
        read_model(path, data=Embedding(['TTXA'] * 3, ['yes'] * 3, **options))


def test_targets_stay_what_they_were(tmp_path):
    amounts, few = np.sin(X[:, 0]), np.ones(24)
    model = quiet(EpyNN([Embedding(X, amounts), Dense(1, tanh)]), loss='MSE', metrics=['RMSE'])
    again = read_model(model.write(tmp_path / 'amounts'), data=Embedding(X, few))
    again.train(1, verbose=0)
    assert {dset.targets for dset in again.embedding.dsets} == {'amounts'}
    assert again.embedding.dtrain.P is again.embedding.dtrain.A  # nothing is decided
    model = quiet(EpyNN([Embedding(X, few), Dense(1)]), loss='BCE')
    path = model.write(tmp_path / 'labels')
    with pytest.raises(LabelError, match=r'labels targets, as .*, got amounts targets'):
        read_model(path, data=Embedding(X, np.linspace(0, 1, 24)))


def test_multilabel_targets_stay_so_where_each_sample_has_one(tmp_path):
    Y = (X[:, :3] > 0).astype(float)
    model = quiet(EpyNN([Embedding(X, Y), Dense(3)]), loss='BCE')
    path = model.write(tmp_path / 'model')
    again = read_model(path, data=Embedding(X, np.eye(3)[np.arange(24) % 3]))
    again.train(1, verbose=0)
    assert again.embedding.dtrain.y.shape == (16, 3)
    assert again.embedding.dtrain.P.shape == (16, 3)


def test_weights_of_samples_stay_with_them(path):
    w = np.arange(1.0, 25.0)
    model = read_model(path, data=embed(10 * X, Y, sample_weight=w))
    np.testing.assert_array_equal(np.concatenate([d.w for d in model.embedding.dsets]), w)


@pytest.mark.parametrize(('options', 'words'), [
    ({'Y_encode': False}, 'Embedding.Y_encode: expected True.*the labels of the network'),
    ({'X_scale': False}, 'Embedding.X_scale: expected True.*the scale of the network'),
    ({'X_encode': True}, 'Embedding.X_encode: expected False.*without X_encode'),
])  # fmt: skip
def test_data_encoded_in_another_way_are_refused(path, options, words):
    with pytest.raises(DataError, match=words):
        read_model(path, data=embed(X.round().astype(int), **options))


def test_what_is_no_data_is_refused(path, tmp_path):
    for data in ((X, Y), Embedding, Dense(3), X):
        with pytest.raises(ArgumentTypeError, match=r'Write data=Embedding\('):
            read_model(path, data=data)
    with pytest.raises(DataError, match='an Embedding with data, got none'):
        read_model(path, data=Embedding())
    with pytest.raises(LabelError, match='labels to learn from'):
        read_model(path, data=Embedding(X, **OPTIONS))
    model = EpyNN([Embedding(X, Y, Y_encode=True), Dense(3, softmax)])
    plain = quiet(model).write(tmp_path / 'plain')
    with pytest.raises(ShapeError, match=r'samples of shape \(4,\).*got \(3,\)|\(3,\)'):
        read_model(plain, data=Embedding(X[:, :3], Y, Y_encode=True))


def test_an_embedding_in_use_serves_if_it_encodes_alike(path):
    model = make()
    model.train(2, verbose=0)
    again = read_model(path, data=model.embedding)
    alone = read_model(path, data=embed())
    for network in (again, alone, model):
        network.train(2, verbose=0)
    assert_same_parameters(again, alone)
    assert model.embedding is not again.embedding
    other = EpyNN([embed(X, Y - 1), Dense(3, softmax)])
    quiet(other)
    with pytest.raises(StateError, match='Make a new one from the data as they are'):
        read_model(path, data=other.embedding)
    other.train(1, verbose=0)


def test_refused_labels_leave_the_embedding_as_it_was(path):
    data = embed(X, Y + 1)
    with pytest.raises(LabelError):
        read_model(path, data=data)
    assert data.classes == [1, 2, 3]
    quiet(EpyNN([data, Dense(3, softmax)])).train(1, verbose=0)


# Metrics


def test_epochs_of_sets_that_come_and_go_keep_their_place(path, tmp_path, capsys):
    model = read_model(path, data=embed(sizes=(1, 0, 1)))
    model.train(3, verbose=1)
    model.report()
    for lists in model.metrics.values():
        assert [len(values) for values in lists] == [9, 9, 9]
        assert np.isnan(lists[1]).tolist() == [False] * 6 + [True] * 3
        assert np.isnan(lists[2]).tolist() == [True] * 6 + [False] * 3
    again = read_model(model.write(tmp_path / 'again'), data=embed())
    again.train(1, verbose=0)
    again.report()


def test_a_schedule_follows_a_loss_that_is_there(tmp_path):
    schedule = {'learning_rate': 0.1, 'schedule': ReduceOnPlateau(patience=3)}
    model = make(se_hPars=schedule)
    model.train(4, verbose=0)
    path = model.write(tmp_path / 'model')
    for sizes in ((1, 0, 0), (1, 1, 1)):
        again = read_model(path, data=embed(sizes=sizes))
        again.train(6, verbose=0)
        assert again.layers[1].lrate == [0.1] * 10  # the training loss falls all the time


# Layers that are taken over with their parameters


def test_settings_that_would_be_lost_are_named(path):
    model = EpyNN([embed(Y=Y + 1), *read_model(path).layers[1:]])
    words = (
        r'initialize\(params=False\).*: loss=CCE, learning_rate=0.03, labels=\[0, 1, 2\]; now it '
        r'is loss=MSE, learning_rate=0.1, labels=\[1, 2, 3\]\. Pass .* read_model\(path, data='
    )
    with pytest.warns(UserWarning, match=words):
        model.initialize(params=False, verbose=False)


@pytest.mark.parametrize('settings', [
    {'se_hPars': {'learning_rate': 0.03}},
    {'se_hPars': {'learning_rate': 0.001}, 'optimizer': SGD(clip_norm=1)},
])  # fmt: skip
def test_settings_that_were_given_are_wanted(path, settings):
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        quiet(EpyNN([embed(), *read_model(path).layers[1:]]), params=False, **settings)
        last = Dense(3, softmax)  # other labels, another last layer
        hidden = read_model(path).layers[1]
        quiet(EpyNN([embed(Y=Y + 1), hidden, last]), params=False, **settings)
        quiet(EpyNN([embed(Y=Y + 1), *read_model(path).layers[1:]]))  # drawn anew


def test_initializing_again_without_the_settings_warns():
    settings = {'optimizer': 'Adam', 'reduction': 'mean'}
    model = make(class_weight={1: 2}, **settings)
    words = (
        r'optimizer=Adam.*reduction=mean, class_weight=\{1: 2.0\}; now it is '
        r'optimizer=SGD.*reduction=sum, class_weight=\{\}'
    )
    with pytest.warns(UserWarning, match=words):
        quiet(model, params=False, se_hPars={'learning_rate': 0.03})


def test_class_weights_that_would_be_lost_are_named_by_the_labels_of_the_user():
    model = EpyNN([embed(Y=Y + 1), Dense(3, softmax)])
    quiet(model, class_weight={1: 2, 3: 0.5})
    with pytest.warns(UserWarning, match=r'class_weight=\{1: 2.0, 3: 0.5\}; now it is'):
        quiet(model, params=False)


def test_the_advice_of_the_error_holds(path):
    with pytest.raises(StateError, match=r'model = read_model\(path, data=Embedding\(X, Y\)\)'):
        read_model(path).train(1, verbose=0)
    with pytest.raises(StateError, match='a network with data'):
        read_model(path).evaluate()
