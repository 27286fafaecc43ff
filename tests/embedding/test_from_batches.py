"""Batches that a function draws: one pass an epoch, and no training set in memory."""

import copy
import tracemalloc
import weakref
from itertools import islice

import numpy as np
import pytest
from embedding.streams import CLASSES, Interrupt, X, Y, in_order, network, shuffled
from networks import assert_same_parameters, quiet

from epynn import (
    BatchBar,
    Callback,
    Dense,
    EarlyStopping,
    Embedding,
    EpyNN,
    ReduceOnPlateau,
    softmax,
    tanh,
)
from epynn.commons.data_source import count_batches
from epynn.commons.errors import (
    ArgumentTypeError,
    StateError,
)


def test_the_numbers_are_those_of_the_same_batches_of_arrays():
    orders = []

    class Watch(Callback):
        def on_epoch_end(self, model):
            orders.append(model.embedding.order)

    sets = {'validation': (X[:9] + 1, Y[:9]), 'test': (X[9:20] - 1, Y[9:20])}
    data = Embedding(X, Y, batch_size=7, Y_encode=True, **sets)
    expected = quiet(EpyNN([data, Dense(5, tanh), Dense(3, softmax)]), metrics=['accuracy'])
    expected.train(3, verbose=0, callbacks=Watch())

    epochs = iter([np.arange(60), *orders])
    model = network(lambda: in_order(7, X[order := next(epochs)], Y[order]), **sets)
    model.train(3, verbose=0)
    assert_same_parameters(model, expected)
    assert model.batch_loss == expected.batch_loss
    for name, (_, *others) in expected.metrics.items():
        assert model.metrics[name] == [[], *others]


def test_the_function_is_called_once_an_epoch_and_once_before():
    calls = []

    def batches():
        calls.append(1)
        yield from in_order()

    model = network(batches)
    model.train(3, verbose=0)
    model.train(1, verbose=0)
    assert len(calls) == 5
    model.predict(X)
    model.summary()
    assert len(calls) == 5
    model.initialize(loss='CCE', verbose=False)  # the first batch is gone
    assert len(calls) == 6


def test_what_is_reported_of_training_is_the_loss_of_the_batches(capsys):
    model = network(validation=(X, Y))
    model.train(2)
    table = capsys.readouterr().out
    assert 'dtrain  a stream   ? x 7' in table
    assert 'batches' in table
    history = model.history
    assert set(history) == {
        'epoch', 'learning_rate', 'seconds', 'batch_loss', 'val_loss', 'val_accuracy',
    }  # fmt: skip
    assert np.isfinite(history['batch_loss']).all()
    model.train(1)  # now the number is known
    assert 'a stream   9 x 7' in capsys.readouterr().out


def test_without_any_set_there_is_the_loss_of_the_batches_alone(capsys):
    model = network()
    model.train(4)
    assert capsys.readouterr().out.splitlines()[-1].split()[:2] == ['3', '0.1']
    assert set(model.history) == {'epoch', 'learning_rate', 'seconds', 'batch_loss'}
    assert model.best_epoch == int(np.argmin(model.batch_loss))
    model.report()
    assert 'batches' in capsys.readouterr().out
    assert repr(model.embedding) == 'Embedding(a stream)'
    for ask in (model.evaluate, model.confusion_matrix):
        with pytest.raises(StateError, match=r'a set to evaluate, got a stream .* validation='):
            ask()
    assert model.evaluate(X, Y)['accuracy'] > 0.5
    assert model.confusion_matrix(X, Y).counts.sum() == 60


def test_callbacks_and_schedules_follow_the_batches():
    stop = EarlyStopping(patience=1, min_delta=10.0)
    model = network(settings={'se_hPars': {'schedule': ReduceOnPlateau(patience=1)}})
    model.train(9, verbose=0, callbacks=[stop, BatchBar()])
    assert stop.column(model) == 'batch_loss'
    assert model.epochs == 2
    model = network(settings={'se_hPars': {'schedule': ReduceOnPlateau(patience=1)}})
    model.train(2, verbose=0)
    model.batch_loss[:] = [0.1, 0.1]
    model.train(4, verbose=0)
    assert model.history['learning_rate'][-1] < model.history['learning_rate'][0]


def test_every_evaluates_the_sets_that_there_are():
    model = network(validation=(X, Y))
    model.train(3, verbose=0, every=2)
    assert np.isnan(model.history['val_loss']).tolist() == [True, False, False]


@pytest.mark.parametrize('batches', [in_order, shuffled])
def test_an_interrupted_epoch_goes_on_as_if_nothing_had_been(batches):
    def noise(X, rng):
        X += 0.1 * rng.standard_normal(X.shape)
        return X

    before = X.copy()
    expected, model = (network(batches, augment=noise) for _ in range(2))
    expected.train(3, verbose=0)
    with pytest.raises(KeyboardInterrupt):
        model.train(until=3, verbose=0, callbacks=Interrupt(13))
    assert model.progress == (1, 4)
    model.train(until=3, verbose=0)
    assert_same_parameters(model, expected)
    assert model.batch_loss == expected.batch_loss
    np.testing.assert_array_equal(X, before)  # though the function changes what it is given


def test_ctrl_c_and_errors_in_the_function_leave_the_network_whole():
    failing = [True]

    def batches():
        for number, batch in enumerate(in_order()):
            if number == 4 and failing:
                raise failing.pop()
            yield batch

    for error in (KeyboardInterrupt(), ZeroDivisionError('mine')):
        failing[:] = [error]
        model = network(batches)
        with pytest.raises(type(error)):
            model.train(2, verbose=0)
        assert model.progress == (0, 4)
        model.train(until=2, verbose=0)
        expected = network()
        expected.train(2, verbose=0)
        assert_same_parameters(model, expected)


def test_generators_are_closed_when_training_ends_before_them():
    closed = []

    def batches():
        try:
            yield from in_order()
        finally:
            closed.append(1)

    model = network(batches)
    assert len(closed) == 1

    class Stop(Callback):
        def on_batch_end(self, model):
            model.stop()

    model.train(1, verbose=0, callbacks=Stop())
    assert len(closed) == 2
    assert model.progress == (0, 1)
    model.train(until=1, verbose=0)
    expected = network()
    expected.train(1, verbose=0)
    assert_same_parameters(model, expected)


def test_the_seed_says_what_is_random():
    models = [network(shuffled, settings={'seed': seed}) for seed in (1, 1, 2)]
    for model in models:
        model.train(2, verbose=0)
    assert_same_parameters(models[0], models[1])
    assert models[0].batch_loss != models[2].batch_loss
    again = network(shuffled)
    again.train(1, verbose=0)
    again.train(1, verbose=0)
    assert_same_parameters(models[0], again)


def test_the_length_may_be_unknown_or_told():
    data = Embedding.from_batches(in_order, classes=CLASSES)
    assert count_batches(data) == 0
    with pytest.raises(TypeError):
        len(data.batch_dtrain)
    data = Embedding.from_batches(lambda: list(in_order()), classes=CLASSES)
    assert count_batches(data) == 9
    model = network(lambda: islice(in_order(1), 5))  # of more, or of endless ones
    model.train(1, verbose=0)
    assert count_batches(model.embedding) == 5


def test_batches_may_be_of_any_size_and_kind():
    def batches():
        yield X[:3].tolist(), Y[:3].tolist()
        yield [X[3:4].astype(np.float32), Y[3:4]]
        yield X[4:5].astype(np.int64), Y[4:5], [0.0]
        yield X[5:], Y[5:], np.ones(55)

    model = network(batches)
    model.train(2, verbose=0)
    assert model.embedding.se_dataset['batch_size'] == 3


def test_one_stream_serves_several_networks_and_copies():
    first = network(shuffled)
    first.train(1, verbose=0)
    second = quiet(EpyNN([first.embedding, Dense(3, softmax)]))
    twin = copy.deepcopy(first)
    for model in (first, second, twin):
        model.train(1, verbose=0)
    expected = network(shuffled)
    expected.train(2, verbose=0)
    assert_same_parameters(first, expected)
    assert_same_parameters(twin, expected)


def test_batches_can_be_looked_at():
    data = Embedding.from_batches(in_order, classes=CLASSES)
    np.testing.assert_array_equal(data.batch_dtrain[0].X, X[:7])
    later = [batch.y.tolist() for batch in data.batch_dtrain[7:]]
    assert later == [Y[49:56].tolist(), Y[56:].tolist()]
    with pytest.raises(ArgumentTypeError, match=r'batches of a stream: .* got \[3\]'):
        data.batch_dtrain[3]


def test_one_batch_at_a_time_is_in_memory():
    """And the one of the step before, which layers keep until the next."""
    size, seen = 8 * 1000 * 200, []

    def batches():
        for number in range(20):
            drawn = np.full((1000, 200), number / 20)
            seen.append(weakref.ref(drawn))
            yield drawn, np.arange(1000) % 3
            del drawn
            assert sum(ref() is not None for ref in seen) <= 2

    model = network(batches, hidden=(Dense(2, tanh),), settings={'learning_rate': 1e-5})

    class Measure(Callback):
        def on_train_begin(self, model):
            tracemalloc.reset_peak()  # not of what train sets aside

    tracemalloc.start()
    try:
        model.train(1, verbose=0, callbacks=Measure())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * size
