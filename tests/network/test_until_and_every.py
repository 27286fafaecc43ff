"""How far one trains, how often one evaluates, and the history of it."""

import math
import sys

import numpy as np
import pytest
from networks import assert_same_parameters, make_classifier, quiet, record

import epynn
from epynn.commons.errors import ArgumentError, ArgumentTypeError, MissingExtraError
from epynn.commons.maths import tanh
from epynn.commons.penalties import L2
from epynn.commons.schedule import Cosine, OneCycle, ReduceOnPlateau, WarmUp
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout

SCHEDULES = [
    'steady', 'exp_decay', 'lin_decay', Cosine(), OneCycle(), WarmUp(2, then='cosine'),
    ReduceOnPlateau(patience=0, threshold=0.2),
]  # fmt: skip


def make(schedule='steady', **settings):
    model = make_classifier(Dense(5, tanh), Dropout(0.3), batch_size=6)
    se_hPars = {'schedule': schedule, 'cycle_descent': 0.5}
    return quiet(model, optimizer='Adam', se_hPars=se_hPars, **settings)


def assert_same_run(a, b):
    assert_same_parameters(a, b)
    assert record(a.metrics) == record(b.metrics)
    for ours, theirs in zip(a.layers, b.layers, strict=True):
        assert ours.lrate[: a.epochs] == theirs.lrate[: b.epochs]
        assert record(ours.moments) == record(theirs.moments)
    assert a.batch_loss == b.batch_loss
    assert (a.e, a.epochs, a.progress) == (b.e, b.epochs, b.progress)


@pytest.mark.parametrize('every', [1, 3, 0])
@pytest.mark.parametrize('schedule', SCHEDULES, ids=str)
def test_one_call_a_loop_and_a_call_after_an_interrupt_are_the_same_run(schedule, every):
    one, loop, interrupted = (make(schedule) for _ in range(3))
    one.train(until=8, verbose=0, every=every)
    for _ in range(10):
        loop.train(1, 0, until=8, every=every)
    assert_same_run(one, loop)

    count = [0]
    forward = interrupted.forward

    def interrupt(*arguments, **options):
        count[0] += 1
        if count[0] == 10:
            raise KeyboardInterrupt
        return forward(*arguments, **options)

    interrupted.forward = interrupt
    with pytest.raises(KeyboardInterrupt):
        interrupted.train(until=8, verbose=0, every=every)
    assert interrupted.epochs < 8
    interrupted.train(until=8, verbose=0, every=every)
    assert_same_run(one, interrupted)


def test_until_is_the_horizon_of_schedules():
    short, long = make('exp_decay'), make('exp_decay')
    short.train(3, 0, until=10)
    long.train(10, 0)
    assert short.epochs == 3
    assert short.layers[1].lrate == long.layers[1].lrate
    plain = make('exp_decay')
    plain.train(3, 0)
    assert plain.layers[1].lrate != long.layers[1].lrate[:3]


def test_until_that_is_reached_does_nothing_and_says_so(capsys):
    model = make()
    model.train(5, 0, until=3)
    assert model.epochs == 3
    before = record(model.metrics)
    model.train(until=3)
    assert 'until=3 asks for no more than 3 epochs' in capsys.readouterr().out
    model.train(until=2, verbose=0)
    assert capsys.readouterr().out == ''
    assert record(model.metrics) == before


def test_arguments_of_train_are_checked():
    model = make()
    with pytest.raises(ArgumentTypeError, match=r'EpyNN\.train\(epochs\)'):
        model.train()
    with pytest.raises(ArgumentError, match=r'EpyNN\.train\(until\)'):
        model.train(until=0)
    with pytest.raises(ArgumentError, match=r'EpyNN\.train\(every\)'):
        model.train(1, every=-1)
    with pytest.raises(ArgumentTypeError):
        model.train(1, 0, True, 5)
    with pytest.raises(ArgumentTypeError, match='It belongs to train'):
        model.initialize(until=5)


@pytest.mark.parametrize(('every', 'known'), [(1, range(7)), (3, [2, 5, 6]), (0, [6]), (9, [6])])
def test_epochs_that_are_not_evaluated_keep_their_place(every, known):
    model, left = make(), make()
    model.train(7, 0, every=every)
    left.train(7, 0)
    assert_same_parameters(model, left)
    for name, lists in model.metrics.items():
        for values, all_of_them in zip(lists[:2], left.metrics[name], strict=False):
            expected = [v if e in known else math.nan for e, v in enumerate(all_of_them)]
            np.testing.assert_array_equal(values, expected)
        assert lists[2] == []


def test_an_epoch_that_is_not_evaluated_costs_no_evaluation():
    model = make()
    model.evaluate = None
    model.train(3, 0, until=4, every=0)
    assert model.epochs == 3


def test_a_plateau_is_one_of_epochs_that_were_evaluated():
    rates = ReduceOnPlateau(patience=1)({
        'learning_rate': 1.0, 'epochs': 8, 'gaps': True,
        'losses': [math.nan, 5, math.nan, 5, math.nan, 5, 5, 5],
    })  # fmt: skip
    np.testing.assert_allclose(rates, [1, 1, 1, 1, 1, 1, 0.1, 0.1])


def test_the_losses_of_the_validation_set_are_followed_where_epochs_are_left_out():
    from epynn.network.learning_rates import reported_losses

    model = make(ReduceOnPlateau())
    model.train(4, 0, every=2)
    assert record(reported_losses(model)) == record(model.metrics['CCE'][1])


@pytest.mark.parametrize('metrics', [[], ['accuracy', 'recall', 'precision']])
def test_the_table_shows_the_loss_of_batches_beside(metrics, capsys):
    model = make(metrics=metrics)
    model.train(10, every=5, init_logs=False)
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in lines if line.split()[:1] in (['4'], ['9'])]
    assert len(rows) == 2
    assert 'batches' in ' '.join(lines)
    assert f'{model.batch_loss[4]:.5f}' in ' '.join(lines)
    model.train(2, verbose=1, every=0, init_logs=False)
    lines = capsys.readouterr().out.splitlines()
    assert f'{model.batch_loss[10]:.5f}' in ' '.join(lines)
    assert 'nan' not in ' '.join(lines)
    model.report()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line[:7].strip().isdigit()] == ['4', '9', '11']
    assert max(map(len, lines)) <= 80


def test_the_batch_loss_is_that_of_the_samples_as_they_were_learned():
    model = quiet(make_classifier(Dense(5, tanh, penalty=L2(0.1)), batch_size=5))
    seen = []
    loss = model.loss_gradient

    def watch(Y, A, w=None):
        return loss(Y, A, w)

    class Watch(epynn.Callback):
        def on_batch_end(self, model):
            A = model.layers[-1].fc['A']
            batch = model.embedding.batch_dtrain[model.progress[1] - 1]
            seen.append(model.training_loss(batch.Y, A))
            assert model.tally.mean() == pytest.approx(np.mean(np.concatenate(seen)))

    model.train(1, 0, callbacks=Watch())
    assert model.batch_loss == [pytest.approx(np.mean(np.concatenate(seen)))]


def test_weights_of_classes_enter_the_batch_loss():
    heavy = quiet(make_classifier(relative_size=(1, 0, 0)), class_weight={0: 3, 1: 3, 2: 3})
    plain = quiet(make_classifier(relative_size=(1, 0, 0)))
    for model in (heavy, plain):
        model.train(1, 0)
    assert heavy.batch_loss[0] == pytest.approx(3 * plain.batch_loss[0])


def test_the_history_is_a_table():
    model = make('exp_decay')
    assert set(map(len, model.history.values())) == {0}
    model.train(4, 0, every=2)
    history = model.history
    assert list(history) == [
        'epoch', 'learning_rate', 'seconds', 'batch_loss', 'train_loss', 'val_loss',
        'train_accuracy', 'val_accuracy',
    ]  # fmt: skip
    assert history['epoch'] == [0, 1, 2, 3]
    assert history['learning_rate'] == model.layers[1].lrate
    assert all(seconds > 0 for seconds in history['seconds'])
    np.testing.assert_array_equal(history['val_loss'], model.metrics['CCE'][1])


def test_the_history_as_a_frame():
    pytest.importorskip('pandas')
    model = make('exp_decay')
    model.train(4, 0, every=2)
    history = model.history
    frame = history.to_pandas()
    assert frame.shape == (4, 8)
    assert list(frame.columns) == list(history)


def test_a_frame_without_pandas(monkeypatch):
    model = make()
    model.train(1, 0)
    monkeypatch.setitem(sys.modules, 'pandas', None)
    with pytest.raises(MissingExtraError, match='pip install pandas'):
        model.history.to_pandas()


def test_a_network_from_a_file_has_the_history_that_the_file_holds(tmp_path):
    model = make()
    model.train(4, 0, every=2)
    path = model.write(tmp_path / 'file')
    read = epynn.read_model(path)
    assert record(read.metrics) == record(model.metrics)
    history = read.history
    assert history['epoch'] == [0, 1, 2, 3]
    np.testing.assert_array_equal(history['val_loss'], model.history['val_loss'])
    assert np.isnan(history['seconds']).all()


def test_the_best_epoch_and_where_it_stopped_are_marked():
    pytest.importorskip('matplotlib')

    class Stop(epynn.Callback):
        def on_epoch_end(self, model):
            if model.e == 5:
                model.stop('enough')

    model = make()
    assert model.best_epoch is None
    model.train(20, 0, every=2, callbacks=Stop())
    best = int(np.nanargmin(model.metrics['CCE'][1]))
    assert model.best_epoch == best
    figure = model.plot(pyplot=False, path=False)
    labels = {line.get_label(): list(line.get_xdata()) for line in figure.axes[0].lines}
    assert labels == {
        'dtrain': [1, 3, 5], 'dval': [1, 3, 5], f'best: {best}': [best] * 2, 'stopped: 5': [5, 5]
    }  # fmt: skip
