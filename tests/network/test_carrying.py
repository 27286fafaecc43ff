"""State that goes from one pass to the next, in training and in prediction."""

import numpy as np
import pytest
from networks import assert_same_parameters, quiet

from epynn import (
    GRU,
    LSTM,
    Callback,
    Dense,
    Embedding,
    EpyNN,
    Residual,
    Template,
    check_gradients,
    identity,
    read_model,
)
from epynn.commons.errors import DataError, ShapeError
from epynn.network import forward

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((24, 6, 2)), rng.standard_normal((24, 1))
LONG = rng.standard_normal((600, 6, 2))


def embed(**options):
    return Embedding(X, Y, (1, 0, 0), batch_size=6, shuffle=False, **options)


def make(data=None, **options):
    inside = Residual([GRU(2, sequences=True, stateful=True)])
    model = EpyNN([data or embed(), inside, LSTM(3, stateful=True), Dense(1, identity)], **options)
    return quiet(model, loss='MSE', optimizer='Adam', learning_rate=0.01, reduction='mean')


def states(model):
    """Return what the layers with state carry."""
    return [
        {name: array.copy() for name, array in layer.carried.items()}
        for layer in (model.layers[1].layers[0], model.layers[2])
    ]


def assert_same_states(one, other):
    for first, second in zip(one, other, strict=True):
        assert first.keys() == second.keys()
        for name, array in first.items():
            np.testing.assert_array_equal(array, second[name])


class Watch(Callback):
    """Notes what is carried after each batch; may do something else there."""

    def __init__(self, act=lambda model: None):
        self.act, self.seen = act, []

    def on_batch_end(self, model):
        self.act(model)
        self.seen.append(states(model))


# TRAINING


def test_training_carries_from_batch_to_batch_and_begins_anew_with_each_epoch():
    model, watch = make(), Watch()
    for layer in model.layers:
        layer.trainable = False  # so that another network computes the same states
    assert states(model) == [{}, {}]
    model.train(2, verbose=0, callbacks=watch)
    alone = model.layers[1].layers[0].twin()
    for epoch in range(2):
        model.layers[1].layers[0].carried = alone.carried = {}
        if epoch == 1:
            for batch, (seen, _) in zip(model.embedding.batch_dtrain, watch.seen[4:], strict=True):
                alone.forward(batch.X)
                np.testing.assert_allclose(alone.carried['h'], seen['h'], rtol=0, atol=1e-14)


def test_predicting_and_evaluating_never_change_later_training():
    def look(model):
        model.predict(LONG)
        model.evaluate()
        model.forward(LONG[:9])

    whole, model, first, second = make(), make(), Watch(), Watch(look)
    whole.train(3, verbose=0, callbacks=first)
    model.train(3, verbose=0, callbacks=second)
    assert_same_parameters(model, whole)
    for one, other in zip(first.seen, second.seen, strict=True):
        assert_same_states(one, other)


@pytest.mark.parametrize('at', [(0, 1), (1, 3)])
@pytest.mark.parametrize('from_file', [False, True])
def test_a_training_that_was_interrupted_goes_on_with_what_it_carried(tmp_path, at, from_file):
    whole, model = make(), make()
    whole.train(until=3, verbose=0)

    def interrupt(model):
        if model.progress == at:
            model.write(tmp_path / 'file', resume=True)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.train(until=3, verbose=0, callbacks=Watch(interrupt))
    if from_file:
        before = states(model)
        model = read_model(tmp_path / 'file', data=embed())
        assert_same_states(states(model), before)
    model.train(until=3, verbose=0)
    assert_same_parameters(model, whole)
    assert_same_states(states(model), states(whole))


def test_a_step_that_is_undone_carries_nothing_on():
    whole, model = make(), make()
    whole.train(1, verbose=0)

    def stop():
        if model.progress[1] == 2:
            raise KeyboardInterrupt
        EpyNN.update_parameters(model)

    model.update_parameters = stop
    with pytest.raises(KeyboardInterrupt):
        model.train(1, verbose=0)
    del model.update_parameters
    model.train(until=1, verbose=0)
    assert_same_parameters(model, whole)


def test_batches_that_cannot_go_on_from_each_other_are_refused():
    cut = {'relative_size': (1, 0, 0), 'batch_size': 6, 'shuffle': False}
    with pytest.raises(DataError, match=r'as many samples each.*got 20 .* batches of 6.*drop_last'):
        make(Embedding(X[:20], Y[:20], **cut))
    make(Embedding(X[:20], Y[:20], **cut, drop_last=True)).train(2, verbose=0)
    make(Embedding(X[:20], Y[:20], (1, 0, 0), batch_size=None)).train(2, verbose=0)
    sizes = [slice(0, 6), slice(6, 12), slice(12, 15)]
    batches = Embedding.from_batches(lambda: ((X[part], Y[part]) for part in sizes))
    with pytest.raises(ShapeError, match=r'6 samples, which go on.*got 3.*drop_last=True'):
        make(batches).train(1, verbose=0)


def test_a_shuffle_is_told():
    with pytest.warns(UserWarning, match=r'GRU: each sample goes on .* shuffle=False'):
        make(Embedding(X, Y, (1, 0, 0), batch_size=6))


# PREDICTION


def test_predictions_go_on_until_states_are_reset():
    model = make()
    model.train(1, verbose=0)
    whole = model.predict(LONG).A
    with pytest.raises(ShapeError, match=r'EpyNN.predict\(X_data\): expected 600 samples.*got 9'):
        model.predict(LONG[:9])
    model.reset_states()
    model.predict(LONG[:, :4])
    model.evaluate()  # stands apart
    model.evaluate(X, Y)
    np.testing.assert_allclose(model.predict(LONG[:, 4:]).A, whole, rtol=0, atol=1e-14)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(LONG).A, whole)
    assert states(model) == [{}, {}]


def test_what_is_carried_outlives_a_shortage_of_memory(monkeypatch):
    model = make()
    whole = model.predict(LONG).A
    model.reset_states()
    passed, pass_through, calls = [], forward.pass_through, []

    def short(layers, A, **options):
        calls.append(len(A))
        A = pass_through(layers, A, **options)
        if len(A) > 100:
            raise MemoryError
        passed.append(len(A))
        return A

    monkeypatch.setattr(forward, 'pass_through', short)
    model.predict(LONG[:, :2])
    np.testing.assert_allclose(model.predict(LONG[:, 2:]).A, whole, rtol=0, atol=1e-14)
    assert max(passed) == 64 < max(calls)


def test_a_prediction_that_fails_carries_nothing_on():
    model = make()
    model.predict(X[:, :3])
    before = model.carried
    with pytest.raises(ShapeError, match='an input that fits its'):
        model.predict(np.ones((24, 3, 5)))
    assert model.carried is before


def test_networks_without_state_predict_any_number_of_samples():
    model = EpyNN([embed(), LSTM(3), Dense(1, identity)])
    quiet(model, loss='MSE')
    for samples in (24, 3, 5):
        model.predict(X[:samples])
    assert not any(model.carried)


# ANEW


def test_reset_states_reaches_layers_inside_others():
    inner = Template()
    outer = Residual([inner])
    model = EpyNN([Embedding(np.ones((4, 2)), np.ones(4)), outer, Dense()])
    outer.carries = True
    assert inner.carries
    inner.carried = {'h': np.ones((4, 2))}
    model.reset_states()
    assert inner.carried == {}


def test_a_network_begins_anew_when_it_is_initialized_or_read(tmp_path):
    model = make()
    model.train(1, verbose=0)
    first = model.predict(X).A
    again = read_model(model.write(tmp_path / 'x'))
    assert again.layers[2].carries
    np.testing.assert_array_equal(again.predict(X).A, first)
    model.initialize(verbose=False)
    assert model.carried == []
    assert states(model) == [{}, {}]


def test_gradients_of_a_stateful_network_can_be_checked():
    model = make()
    model.train(1, verbose=0)
    before = states(model)
    assert check_gradients(model, X[:4], Y[:4])
    assert_same_states(states(model), before)


def test_other_samples_than_those_carried_are_refused():
    layer = Template()
    layer.carries, layer.carried = True, {'h': np.ones((4, 2))}
    with pytest.raises(ShapeError, match=r'4 samples, which go on.*reset_states'):
        layer.forward(np.ones((3, 2)))
