"""Batches that a function draws: one pass an epoch, and no training set in memory."""

import copy
import tracemalloc
import weakref
from itertools import islice

import numpy as np
import pytest
from networks import assert_same_parameters, make_data, quiet

from epynn import (
    BatchBar,
    Callback,
    Dense,
    EarlyStopping,
    Embedding,
    EpyNN,
    ReduceOnPlateau,
    Tokens,
    identity,
    read_model,
    sigmoid,
    softmax,
    tanh,
)
from epynn.commons.data_source import count_batches
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    EpynnError,
    LabelError,
    ShapeError,
    StateError,
)
from epynn.commons.io import feature_scale
from epynn.flatten.models import Flatten

X, Y = make_data(60)
CLASSES = [0, 1, 2]


def in_order(size=7, X=X, Y=Y):
    """Yield the samples in their order."""
    for start in range(0, len(X), size):
        yield X[start : start + size], Y[start : start + size]


def shuffled(rng):
    """Yield the samples in an order that is drawn."""
    order = rng.permutation(len(X))
    return in_order(7, X[order], Y[order])


def network(batches=in_order, hidden=(), settings=None, **options):
    """Return a network that draws its batches."""
    data = Embedding.from_batches(batches, **{'classes': CLASSES, **options})
    model = EpyNN([data, *(hidden or (Dense(5, tanh),)), Dense(3, softmax)])
    return quiet(model, **(settings or {}))


class Interrupt(Callback):
    """Ctrl-C after so many batches."""

    def __init__(self, batches):
        self.left = batches

    def on_batch_end(self, model):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


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


def test_frames_and_a_column_by_its_name():
    pandas = pytest.importorskip('pandas')
    frame = pandas.DataFrame(X, columns=list('abcd')).assign(kind=Y)

    def batches():
        for start in range(0, 60, 7):
            yield frame[start : start + 7], 'kind'

    model, expected = network(batches), network()
    assert model.embedding.features == list('abcd')
    for each in (model, expected):
        each.train(1, verbose=0)
    assert_same_parameters(model, expected)


def test_tokens_labels_and_scale_are_told():
    words = np.array([list('abc'), list('bca'), list('cab'), list('aab')])
    animals = ['cat', 'dog', 'cat', 'dog']

    def batches():
        yield words[:2], animals[:2]
        yield words[2:], animals[2:]

    data = Embedding.from_batches(batches, tokens=list('abc'), classes=['dog', 'cat'])
    model = quiet(EpyNN([data, Flatten(), Dense(2, softmax)]))
    model.train(60, verbose=0)
    assert model.predict(words, X_encode=True).labels.tolist() == animals
    np.testing.assert_array_equal(data.batch_dtrain[0].Y, [[0, 1], [1, 0]])

    scale = feature_scale(X)
    model = network(scale=scale, validation=(X, Y))
    data = Embedding(X, Y, (1, 0, 0), Y_encode=True, X_scale=True)
    np.testing.assert_array_equal(model.embedding.dval.X, data.dtrain.X)
    np.testing.assert_array_equal(model.embedding.batch_dtrain[0].X, data.dtrain.X[:7])
    model.train(2, verbose=0)
    assert model.predict(X, X_scale=True).A.shape == (60, 3)


def test_weights_of_samples_and_of_classes_act_as_with_arrays():
    w = np.arange(60.0)
    data = Embedding(X, Y, (1, 0, 0), Y_encode=True, sample_weight=w)
    expected = quiet(EpyNN([data, Dense(3, softmax)]), class_weight={1: 5.0})
    stream = Embedding.from_batches(lambda: [(X, Y, w)], classes=CLASSES)
    model = quiet(EpyNN([stream, Dense(3, softmax)]), class_weight={1: 5.0})
    for each in (expected, model):
        each.train(1, verbose=0)
    np.testing.assert_allclose(model.layers[1].p['W'], expected.layers[1].p['W'], rtol=1e-12)
    yes = Embedding.from_batches(lambda: [(X, Y > 1)])
    model = quiet(EpyNN([yes, Dense(1, sigmoid)]), loss='BCE', class_weight={1: 3})
    assert model.class_weights == {1: 3}
    with pytest.raises(ArgumentError, match="nobody counted the labels of a stream, got 'balanced"):
        quiet(EpyNN([yes, Dense(1, sigmoid)]), loss='BCE', class_weight='balanced')


def test_a_network_goes_on_from_a_file_with_a_stream_and_with_arrays(tmp_path):
    arrays = Embedding(X, Y, (2, 1, 0), 7, Y_encode=True, X_scale=True)
    model = quiet(EpyNN([arrays, Dense(3, softmax)]))
    model.train(2, verbose=0)
    model.write(tmp_path / 'model')
    known = read_model(tmp_path / 'model').embedding
    data = Embedding.from_batches(in_order, classes=known.classes, scale=known.scale)
    model = read_model(tmp_path / 'model', data=data)
    stop = EarlyStopping()
    model.train(2, verbose=0, callbacks=stop)
    assert np.isnan(model.history['train_loss']).tolist() == [False, False, True, True]
    assert stop.best_epoch in (2, 3)
    model.write(tmp_path / 'again')
    data = Embedding(X, Y, Y_encode=True, X_scale=True)
    model = read_model(tmp_path / 'again', data=data)
    model.train(1, verbose=0)
    assert model.epochs == 5
    for options, message in (
        ({}, r'classes\): expected the classes .*, got none\. Write classes=read_model\(path\)'),
        ({'classes': [2, 1, 0]}, r'classes\): .* got others\. Write classes='),
        ({'classes': CLASSES}, r'scale\): expected the scale .*, got none\. Write scale='),
        (
            {'classes': CLASSES, 'scale': feature_scale(X + 1)},
            r'scale\): expected the scale that the network learned, got others\. Write scale=',
        ),
    ):
        with pytest.raises(DataError, match=message):
            read_model(tmp_path / 'model', data=Embedding.from_batches(in_order, **options))


def test_a_training_goes_on_from_a_file_to_the_bit(tmp_path):
    def noise(X, rng):
        return X + 0.1 * rng.standard_normal(X.shape)

    def stream(batches=shuffled, Y=Y):
        return Embedding.from_batches(
            batches, classes=CLASSES, augment=noise, validation=(X[:9], Y[:9])
        )

    class Write(Interrupt):
        def on_batch_end(self, model):
            if self.left == 1:
                model.write(tmp_path / 'model', resume=True)
            super().on_batch_end(model)

    models = [
        quiet(EpyNN([stream(), Dense(5, tanh), Dense(3, softmax)]), optimizer='Adam')
        for _ in range(2)
    ]
    models[0].train(until=3, verbose=0)
    with pytest.raises(KeyboardInterrupt):
        models[1].train(until=3, verbose=0, callbacks=Write(13))
    again = read_model(tmp_path / 'model', data=stream())
    again.train(until=3, verbose=0)
    assert_same_parameters(again, models[0])
    assert again.batch_loss == models[0].batch_loss
    assert again.metrics == models[0].metrics
    for other, part in ((lambda: in_order(7, X + 1), 'samples'), (in_order, 'samples')):
        with pytest.raises(DataError, match=f'{part} of dtrain, checksum'):
            read_model(tmp_path / 'model', data=stream(other))
    with pytest.raises(DataError, match='interrupted with'):
        read_model(tmp_path / 'model', data=Embedding(X, Y, Y_encode=True, augment=noise))


def test_a_file_that_would_predict_other_numbers_is_refused(tmp_path):
    model = network()
    model.layers[1].forward = lambda A: 2 * Dense.forward(model.layers[1], A)
    with pytest.raises(ArgumentError, match='a network that its file describes'):
        model.write(tmp_path / 'model')


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


def yields(*items):
    """Return a function that yields these."""
    return lambda: iter(items)


GENERATOR = in_order()
WRONG = {
    'a generator': (GENERATOR, ArgumentTypeError, r'from_batches\(f\), not from_batches\(f\(\)\)'),
    'a list': ([(X, Y)], ArgumentTypeError, r'write from_batches\(lambda: batches\)'),
    'an array': (X, ArgumentTypeError, r'Whole arrays go to Embedding\(X, Y, batch_size=32\)'),
    'nothing': (None, ArgumentTypeError, r'from_batches: expected a function such as f\(\)'),
    'two arguments': (lambda a, b: 0, ArgumentTypeError, 'which takes other arguments'),
    'no return': (lambda: None, ArgumentTypeError, 'got None .* from it. A function with yield'),
    'no batch': (lambda: [], DataError, 'expected at least one batch for each epoch, got none'),
    'samples alone': (lambda: X, ArgumentTypeError, r'batch 0: .* a tuple \(X, Y\), .* yield X, Y'),
    'no labels': (yields((X, None)), LabelError, r'batch 0: Y: expected samples and their labels'),
    'fewer labels': (yields((X, Y[1:])), DataError, r'batch 0: Y: expected as many labels as'),
    'NaN': (yields((X * np.nan, Y)), DataError, r'batch 0: X: expected finite numbers, got nan'),
    'no samples': (yields((X[:0], Y[:0])), DataError, 'batch 0: X: expected at least one sample'),
    'words': (yields((X.astype(str), Y)), DataError, 'batch 0: X: expected real numbers'),
}


@pytest.mark.parametrize('name', WRONG)
def test_what_yields_no_batches_is_refused(name):
    batches, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        Embedding.from_batches(batches)


LATER = {
    'other samples': ((X[:, :3], Y), ShapeError, r'batch 1: X: expected samples of shape \(4,\)'),
    'other axes': ((X[0], Y[:4]), ShapeError, r'batch 1: X: .* got \(\)'),
    'infinity': ((X + np.inf, Y), DataError, r'batch 1: X: expected finite numbers, got inf'),
    'a label': ((X, Y + 5), LabelError, r'batch 1: Y, sample 0: expected one of the classes 0, 1'),
    'weights': ((X, Y, [1]), DataError, r'batch 1: sample_weight: expected one number for each'),
    'negative': ((X, Y, -X[:, 0]), DataError, r'sample_weight: expected numbers of at least 0'),
    'a dict': ({'X': X, 'Y': Y}, ArgumentTypeError, r'batch 1: what was yielded: expected a tuple'),
}


@pytest.mark.parametrize('name', LATER)
def test_a_batch_that_is_not_like_the_first_is_refused_and_named(name):
    item, error, message = LATER[name]
    good = [next(in_order()), item]
    model = network(lambda: good)
    with pytest.raises(error, match=message):
        model.train(1, verbose=0)
    assert model.progress == (0, 1)
    good.pop()
    model.train(1, verbose=0)  # the network is whole
    assert model.epochs == 1


def test_the_same_iterator_twice_is_refused_before_a_batch_is_lost():
    iterator = in_order()
    model = network(lambda: iterator)
    with pytest.raises(DataError, match=r'new batches for each epoch, got the same iterator again'):
        model.train(1, verbose=0)
    assert model.progress == (0, 0)
    inner = in_order()
    model = network(lambda: map(tuple, inner))
    model.train(1, verbose=0)
    with pytest.raises(DataError, match=r'at least one batch .* none\. If they were drawn before'):
        model.train(1, verbose=0)


def test_an_epoch_that_is_shorter_after_an_interrupt_is_refused():
    sizes = iter([9, 9, 2])
    model = network(lambda: islice(in_order(), next(sizes)))
    with pytest.raises(KeyboardInterrupt):
        model.train(1, verbose=0, callbacks=Interrupt(4))
    with pytest.raises(DataError, match=r'the 4 batches of this epoch that were learned, .* got 2'):
        model.train(until=1, verbose=0)


def test_labels_are_checked_in_each_batch():
    for last, loss, wrong, message in (
        (Dense(1, sigmoid), 'BCE', 7, 'labels from 0 to 1'),
        (Dense(3, softmax), 'ICCE', 3, 'a whole number from 0 to 2'),
        (Dense(1, sigmoid), 'MSE', 4, 'targets from 0 to 1'),
    ):
        y = np.arange(60) % 2
        both = [(X, y), (X, np.where(y, wrong, 0))]
        data = Embedding.from_batches(lambda both=both: both)
        model = quiet(EpyNN([data, last]), loss=loss)
        with pytest.raises(LabelError, match=f'from_batches, Y: expected .*{message}'):
            model.train(1, verbose=0)
        with pytest.raises(LabelError, match=f'from_batches, Y: expected .*{message}'):
            quiet(EpyNN([Embedding.from_batches(yields(both[1])), last]), loss=loss)


def test_what_targets_are_may_be_said_where_the_first_batch_does_not_tell():
    both = [(X, np.round(X[:, 0])), (X, X[:, 0])]
    model = quiet(EpyNN([Embedding.from_batches(lambda: both), Dense(1, identity)]), loss='MSE')
    message = r"batch 1: Y: expected labels targets.*say so: from_batches\(.*targets='amounts'\)"
    with pytest.raises(LabelError, match=message):
        model.train(1, verbose=0)
    data = Embedding.from_batches(lambda: both, targets='amounts', validation=both[1])
    model = quiet(EpyNN([data, Dense(1, identity)]), loss='MSE', learning_rate=1e-4)
    model.train(1, verbose=0)
    assert list(model.metrics) == ['RMSE', 'MSE']
    with pytest.raises(ArgumentError, match='targets: expected one of labels, one-hot'):
        Embedding.from_batches(in_order, targets='classes')
    with pytest.raises(LabelError, match='expected labels targets'):
        Embedding.from_batches(yields(both[1]), targets='labels')


def test_wrong_arguments_are_refused():
    for options, error, message in (
        ({'classes': 'abc'}, ArgumentTypeError, r'from_batches\(classes\): expected a list'),
        ({'classes': [0, 0]}, DataError, r'from_batches\(classes\): expected each once'),
        ({'scale': True}, ArgumentTypeError, r'scale\): expected what feature_scale returned'),
        ({'batch_size': 3}, ArgumentTypeError, 'from_batches: expected the arguments batches'),
        ({'validation': X}, ArgumentTypeError, 'Embedding.validation: expected a tuple'),
        ({'validation': (X[:, 1:], Y)}, ShapeError, r'Embedding.validation\[0\]: expected samples'),
    ):
        with pytest.raises(error, match=message):
            Embedding.from_batches(in_order, **{'classes': CLASSES, **options})
    assert issubclass(EpynnError, Exception)


def test_a_layer_of_tokens_reads_numbers_of_a_stream():
    numbers = np.arange(60).reshape(20, 3) % 5

    def batches():
        yield numbers[:10], numbers[:10, 0] % 3
        yield numbers[10:], numbers[10:, 0] % 3

    data = Embedding.from_batches(batches, classes=CLASSES)
    model = quiet(EpyNN([data, Tokens(5, 4), Flatten(), Dense(3, softmax)]))
    model.train(2, verbose=0)
    assert np.isfinite(model.batch_loss).all()
