"""Layers that come with their parameters become a network: checked, predicting, training on."""

import tracemalloc

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from networks import assert_same_parameters, make_classifier, make_data, quiet

from epynn import (
    MSE,
    BatchNorm,
    Convolution,
    Dense,
    Embedding,
    EpyNN,
    Flatten,
    Pooling,
    Residual,
    Transformer,
    identity,
    read_model,
    relu,
    softmax,
    tanh,
)
from epynn.commons.errors import (
    ArgumentTypeError,
    DataError,
    EpynnError,
    LabelError,
    ShapeError,
    StateError,
)
from epynn.interchange.incoming import as_network

WHERE = 'read_elsewhere'


def copy_of(model):
    """Return new layers with copies of the parameters of a network."""
    twins = read_model(model.write('copy.safetensors')).layers[1:]
    for layer in twins:
        layer.owner = None
    return twins


def dense(n, u, activate=identity):
    layer = Dense(u, activate)
    layer.p = {'W': np.ones((n, u)), 'b': np.zeros((1, u))}
    return layer


@pytest.mark.parametrize('row', [row for row in ROWS if row.name[:9] != 'embedding'],
                         ids=lambda row: row.name)  # fmt: skip
def test_each_layer_predicts_as_it_did_and_is_written(row, tmp_path):
    layer, X = row.make_layer(), row.draw_input()
    layer.forward(X)
    move_parameters(layer)
    layer.training = False
    A = layer.forward(X)
    new = row.make()
    new.p, new.s = dict(layer.p), dict(layer.s)
    model = as_network([new], X.shape[1:], WHERE, 'came')
    np.testing.assert_array_equal(model.forward(X), A)
    np.testing.assert_array_equal(model.predict(X).A, A)
    assert model.network[1]['forward']['X'] == (1, *X.shape[1:])
    model.summary()
    if A.ndim == 2:
        again = read_model(model.write(tmp_path / 'came'))
        np.testing.assert_array_equal(again.predict(X).A, A)


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_it_trains_on_as_the_original_does(dtype, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(18, 6, 6, 2)), np.arange(18) % 3
    layers = [
        Convolution(4, 3, 1, 'same', identity), BatchNorm(), Pooling(2),
        Residual([Convolution(4, 3, 1, 1, tanh)]), Flatten(), Dense(3, softmax),
    ]  # fmt: skip
    how = {'loss': 'CCE', 'dtype': dtype, 'learning_rate': 0.01, 'optimizer': 'Adam'}
    model = quiet(EpyNN([Embedding(X, y, Y_encode=True), *layers]), **how)
    model.train(2, verbose=0)
    came = as_network(copy_of(model), X.shape[1:], WHERE, 'came',
                      Embedding(X, y, Y_encode=True), dtype)  # fmt: skip
    with pytest.raises(StateError, match=r'initialize\(\) again; params=False'):
        came.train(1, verbose=0)
    with pytest.raises(StateError, match='params=False'):
        came.predict(X)
    quiet(model, params=False, **how)
    quiet(came, params=False, **how)
    assert_same_parameters(model, came)
    for each in (model, came):
        each.train(3, verbose=0)
    assert_same_parameters(model, came)
    np.testing.assert_array_equal(model.layers[2].s['var'], came.layers[2].s['var'])
    assert came.layers[1].p['W'].dtype == dtype


def test_samples_are_evaluated_by_the_loss_that_suits_the_output():
    X, y = make_data()
    for activate, name in ((softmax, 'CCE'), (identity, 'MSE')):
        model = as_network([dense(4, 3, activate)], (4,), WHERE, 'came')
        assert set(model.evaluate(X, np.eye(3)[y])) == {'accuracy', name}
    assert model.training_loss is MSE


def test_what_it_learned_of_the_data_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = quiet(make_classifier(Dense(5, relu)))
    known = Embedding(Y_encode=True)
    known.classes = [2, 1, 0]
    X, y = make_data()
    data = Embedding(X, y, Y_encode=True)
    came = as_network(copy_of(model), (4,), WHERE, 'came', data, known=known)
    assert came.embedding.classes == [2, 1, 0]
    with pytest.raises(DataError, match='Y_encode=True'):
        as_network(copy_of(model), (4,), WHERE, 'came', Embedding(X, np.eye(3)[y]), known=known)
    others = Embedding(X, np.full(len(X), 5), Y_encode=True)
    with pytest.raises(LabelError, match='5'):
        as_network(copy_of(model), (4,), WHERE, 'came', others, known=known)
    with pytest.raises(ArgumentTypeError, match=r'read_elsewhere\(data\): expected an Embedding'):
        as_network(copy_of(model), (4,), WHERE, 'came', (X, y))
    with pytest.raises(DataError, match='an Embedding with data'):
        as_network(copy_of(model), (4,), WHERE, 'came', Embedding())


def test_sizes_of_layers_in_others_are_told(tmp_path):
    block = Transformer(1, 6)
    block.forward(np.ones((2, 3, 4)))
    new = Residual([Transformer(1, 6)])
    new.p = {f'0.{name}': p for name, p in block.p.items()}
    model = as_network([new], (3, 4), WHERE, 'came')
    assert model.layers[1].layers[0].back.d['u'] == 4
    model.forward(np.ones((2, 3, 4)))


WRONG = {
    'transposed': (lambda: [dense(5, 4)], ShapeError, r'layer 1, Dense: .*fits its W'),
    'no bias': (lambda: [without(dense(4, 5), 'b')], DataError, r"layer 1, Dense: .*KeyError: 'b'"),
    'nothing': (lambda: [Dense(3)], DataError, 'layer 1, Dense: expected a layer that has its'),
    'nan': (lambda: [changed(dense(4, 5), 'W', np.nan)], DataError, 'layer 1, Dense, W.*finite'),
    'axes': (lambda: [dense(4, 5), Flatten(), Convolution()], ShapeError, 'layer 3, Convolution'),
    'statistics': (lambda: [negative()], DataError, 'layer 1, BatchNorm: .*make sense'),
    'state': (lambda: [without(negative(), 's')], DataError, ".*BatchNorm: .*'mean'"),
}  # fmt: skip


def without(layer, name):
    if name == 's':
        layer.s = {}
    layer.p = {key: p for key, p in layer.p.items() if key != name}
    return layer


def changed(layer, name, value):
    layer.p[name] = np.full_like(layer.p[name], value)
    return layer


def negative():
    layer = BatchNorm()
    layer.p = {'gamma': np.ones(4), 'beta': np.zeros(4)}
    layer.s = {'mean': np.zeros(4), 'var': np.full(4, -1.0)}
    return layer


@pytest.mark.parametrize('case', WRONG)
def test_what_does_not_fit_is_refused_by_its_place(case):
    make, error, words = WRONG[case]
    with pytest.raises(error, match=f'read_elsewhere, {words}'):
        as_network(make(), (4,), WHERE, 'came')


def test_sizes_that_nobody_has_memory_for_take_none():
    layer = Convolution(1, 1, 1)
    layer.p = {'W': np.ones((1, 1, 3, 1)), 'b': np.zeros(1)}
    tracemalloc.start()
    model = as_network([layer], (10**6, 10**6, 3), WHERE, 'came')
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    assert model.network[1]['forward']['A'] == (1, 10**6, 10**6, 1)
    with pytest.raises(EpynnError, match='sizes'):
        as_network([Flatten()], (2**40, 2**40), WHERE, 'came')
