"""EarlyStopping: when it stops, what it gives back, and that pieces are one run."""

import math

import numpy as np
import pytest
from networks import assert_same_parameters, make_classifier, parameters, quiet, record

from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import ArgumentError, ArgumentTypeError, StateError
from epynn.commons.maths import tanh
from epynn.dense.models import Dense
from epynn.network.callbacks import Callback, EarlyStopping
from epynn.residual.models import Residual


class Scripted(EarlyStopping):
    """Is shown values of ours in place of those of the network."""

    def __init__(self, values, **settings):
        self.values = values
        super().__init__(**settings)

    def look(self, model):
        name = self.column(model).partition('_')[2].replace('loss', 'CCE')
        model.metrics[name][1][model.e] = self.values[model.e]
        return super().look(model)


def make(**settings):
    hidden = (BatchNorm(), Residual([Dense(4, tanh)]), Dense(5, tanh))
    return quiet(make_classifier(*hidden, batch_size=8), **settings)


@pytest.mark.parametrize(
    ('values', 'settings', 'epochs', 'best'),
    [
        ([5, 4, 3, 3, 3, 2], {'patience': 2}, 5, 2),
        ([5, 4, 5, 3, 4, 4, 1], {'patience': 2}, 6, 3),
        ([5, 4.9, 4.8, 4.7, 1], {'patience': 3, 'min_delta': 0.5}, 4, 0),
        ([1, 2, 3, 3, 2, 9], {'patience': 2, 'monitor': 'accuracy'}, 5, 2),
        ([3, 2, 1, 0, 9], {'patience': 1, 'mode': 'max'}, 2, 0),
        ([3, 2, 1, 0], {'patience': 1}, 4, 3),
        ([3, 4], {'patience': 1}, 2, 0),
    ],
)
def test_when_it_stops_and_which_is_the_best(values, settings, epochs, best):
    model, early = make(), Scripted(values, **settings)
    model.train(len(values), 0, callbacks=early)
    assert model.epochs == epochs
    assert (early.best_epoch, early.best) == (best, values[best])
    assert model.best_epoch == best
    assert bool(model.stopped) == (early.waited >= early.patience)


@pytest.mark.parametrize('stopped', [True, False])
def test_the_parameters_and_statistics_of_the_best_epoch_are_given_back(stopped, capsys):
    values = [5, 4, 3, 6, 7, 8]
    model, left = make(), make()
    left.train(3, 0)
    model.train(6, callbacks=Scripted(values, patience=2 if stopped else 9), init_logs=False)
    assert model.epochs == (5 if stopped else 6)
    assert_same_parameters(model, left)
    for ours, theirs in zip(model.layers, left.layers, strict=True):
        assert record(ours.s) == record(theirs.s)
    out = capsys.readouterr().out
    assert 'Parameters are those of epoch 2, the best one.' in out
    assert ('Stopped after epoch 4: val_loss not better in the last 2 epochs' in out) == stopped


def test_the_last_parameters_stay_where_asked():
    model, left = make(), make()
    early = Scripted([1, 2, 3], restore_best=False)
    model.train(3, 0, callbacks=early)
    left.train(3, 0)
    assert_same_parameters(model, left)
    with pytest.raises(StateError, match='restore_best=True'):
        early.put_best(model)


@pytest.mark.parametrize('every', [1, 2])
def test_pieces_of_a_training_with_early_stopping_are_one_run(every):
    values = [5, 4, 3, 6, 2, 7, 8, 9, 9, 9, 9, 9]
    one, early = make(), Scripted(values, patience=3)
    one.train(until=12, verbose=0, callbacks=early, every=every)
    pieces, same = make(), Scripted(values, patience=3)
    while not pieces.stopped and pieces.epochs < 12:
        pieces.train(1, 0, until=12, callbacks=same, every=every)
    assert_same_parameters(one, pieces)
    assert record(early.state()) == record(same.state())
    assert record(one.metrics) == record(pieces.metrics)


def test_a_stop_for_another_reason_gives_nothing_back_until_asked():
    class Stop(Callback):
        def on_epoch_end(self, model):
            if model.e == 2:
                model.stop('time is up')

    model, left, early = make(), make(), Scripted([1, 2, 3])
    model.train(9, 0, callbacks=[early, Stop()])
    left.train(3, 0)
    assert_same_parameters(model, left)
    early.put_best(model)
    left = make()
    left.train(1, 0)
    assert_same_parameters(model, left)


def test_it_begins_anew_with_another_network_and_after_initialize():
    early, other = Scripted([1, 2, 3, 4]), make()
    model = make()
    model.train(2, 0, callbacks=early)
    other.train(2, 0)
    other.train(1, 0, callbacks=early)
    assert (early.best_epoch, early.best) == (2, 3)
    quiet(other)
    other.train(1, 0, callbacks=early)
    assert (early.best_epoch, early.best, early.seen) == (0, 1, 1)


def test_epochs_that_are_not_evaluated_do_not_count():
    model, early = make(), EarlyStopping(patience=2)
    model.train(6, 0, every=3, callbacks=early)
    assert early.best_epoch in (2, 5)
    assert early.waited <= 1


def test_a_value_that_is_not_a_number_is_not_better():
    model, early = (
        make(),
        Scripted([math.nan, 1, math.nan, math.nan], patience=2, monitor='accuracy'),
    )
    model.train(4, 0, callbacks=early)
    assert (early.best_epoch, early.best) == (1, 1)
    assert model.stopped


def test_the_training_set_where_there_is_no_other():
    model = quiet(make_classifier(relative_size=(1, 0, 0)))
    early = EarlyStopping()
    model.train(2, 0, callbacks=early)
    assert early.best == min(model.metrics['CCE'][0])


def ours(Y, A):
    return float(np.mean(A))


def test_what_cannot_be_watched_is_refused():
    model = quiet(make_classifier(), metrics=['accuracy', ours])
    before = parameters(model)
    with pytest.raises(ArgumentError, match='one of loss, accuracy, ours'):
        model.train(1, 0, callbacks=EarlyStopping('accuraccy'))
    with pytest.raises(ArgumentError, match="'min' or 'max', as ours is a metric of your own"):
        model.train(1, 0, callbacks=EarlyStopping('ours'))
    np.testing.assert_array_equal(before[1]['W'], model.layers[1].p['W'])
    for monitor in ('ours', 'val_ours', 'train_loss', 'batch_loss', 'CCE', 'val_accuracy'):
        model.train(1, 0, callbacks=EarlyStopping(monitor, mode='max'))
    with pytest.raises(ArgumentTypeError, match='the name of a metric'):
        EarlyStopping(5)
    with pytest.raises(ArgumentError, match='one of auto, min, max'):
        EarlyStopping(mode='lower')
    with pytest.raises(ArgumentTypeError, match='restore_best'):
        EarlyStopping(restore_best_weights=True)
