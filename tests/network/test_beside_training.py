"""Evaluation and prediction leave the layers alone: caches are those of the last step."""

import threading
import tracemalloc

import numpy as np
import pytest
from networks import make_classifier, make_data, quiet, record

import epynn.network.training as training
from epynn import (
    BatchNorm,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Residual,
    relu,
    softmax,
    tanh,
)
from epynn.commons.models import walk_layers
from epynn.lstm.models import LSTM


def make():
    hidden = (BatchNorm(), Residual([Dense(4, tanh), Dropout(0.2)]), Dense(5, tanh), Dropout(0.3))
    return quiet(make_classifier(*hidden, batch_size=4), optimizer='Adam')


def state(model):
    kinds = ('fc', 'bc', 'fs', 'bs', 'd', 'o', 's')
    layers = walk_layers(model.layers)
    return repr([record([getattr(layer, kind) for kind in kinds]) for layer in layers])


def test_after_training_both_caches_belong_to_the_last_batch():
    """fc held a piece of the evaluation, bc a batch: shapes that do not fit each other."""
    model = make()
    model.train(2, verbose=0)
    last = model.embedding.batch_dtrain[-1]
    np.testing.assert_array_equal(model.layers[0].fc['X'], last.X)
    for layer in walk_layers(model.layers[1:]):
        assert layer.fc['A'].shape == layer.bc['dA'].shape
        assert len(layer.fc['X']) == layer.d['m'] == len(last.X)


def test_evaluation_and_prediction_change_nothing_in_the_layers():
    model = make()
    model.train(2, verbose=0)
    before = state(model)
    model.evaluate()
    model.predict(make_data(700)[0])
    assert state(model) == before
    assert all(layer.training for layer in walk_layers(model.layers))


def test_twins_reach_every_place_of_an_inner_layer():
    inner = LSTM(3)
    layer = Bidirectional(inner)
    twin = layer.twin()
    assert twin.children()[0] is not inner
    assert twin.children()[0].p is not inner.p
    block = Residual([Dense(3)], shortcut=[Dense(3)])
    twin = block.twin()
    assert twin.chain[0] is twin.layers[0]
    assert twin.shortcut[0] is twin.layers[1]
    assert not {id(each) for each in twin.layers} & {id(each) for each in block.layers}


def test_a_function_on_the_object_goes_on_to_run_there():
    """Wrapping a layer's forward, as to time it, must not switch Dropout on in prediction."""
    model = make()
    model.train(1, verbose=0)
    X = make_data(30)[0]
    expected = model.predict(X).A
    for layer in walk_layers(model.layers):
        forward = layer.forward
        layer.forward = lambda A, forward=forward: forward(A)
    np.testing.assert_array_equal(model.predict(X).A, expected)


def test_prediction_in_another_thread_changes_no_bit_of_the_training():
    """It did in every run: the layers kept what passed through them last."""
    model, alone = make(), make()
    alone.train(60, verbose=0)
    X, stop, errors = make_data(40)[0], threading.Event(), []

    def predict():
        try:
            while not stop.is_set():
                model.predict(X)
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    thread = threading.Thread(target=predict, daemon=True)
    thread.start()
    try:
        model.train(60, verbose=0)
    finally:
        stop.set()
        thread.join()
    assert not errors
    learned = [record([layer.p for layer in each.layers]) for each in (model, alone)]
    assert learned[0] == learned[1]
    assert model.metrics == alone.metrics


def test_nothing_of_the_size_of_the_data_is_copied(rng, monkeypatch):
    """Initialization held a second copy of the training set, and each epoch a third one."""
    X = rng.random((20_000, 100), dtype=np.float32)
    y = rng.integers(0, 3, 20_000)
    embedding = Embedding(X, y, (1, 0, 0), batch_size=100, Y_encode=True)
    model = EpyNN([embedding, Dense(4, relu), Dense(3, softmax)])
    monkeypatch.setattr(training, 'keep_memory', lambda: None)  # asks for much, and takes none
    tracemalloc.start()
    model.initialize('CCE', seed=1, dtype='float32', verbose=False)
    model.train(2, verbose=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.5 * X.nbytes


def test_batches_are_gathered_when_they_are_used():
    X = np.arange(20.0).reshape(10, 2)
    embedding = Embedding(X, np.arange(10), (1, 0, 0), batch_size=4)
    embedding.training_batches(init=True)
    batches = embedding.batch_dtrain
    assert [len(batch.X) for batch in batches] == [4, 4, 2]
    assert [len(batch.X) for batch in batches[::2]] == [4, 2]
    assert len(batches[-1].X) == 2
    with pytest.raises(IndexError):
        batches[3]
    ids = np.concatenate([batch.ids for batch in batches])
    np.testing.assert_array_equal(np.concatenate([batch.X for batch in batches]), X[ids])
    embedding.training_batches()
    np.testing.assert_array_equal(np.concatenate([batch.ids for batch in batches]), ids)
