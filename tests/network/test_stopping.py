"""A training that is stopped by `model.stop`."""

import pytest
from networks import assert_same_parameters, make_classifier, quiet

from epynn.commons.errors import (
    ArgumentTypeError,
    StateError,
)
from epynn.commons.maths import tanh
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.network.callbacks import Callback


def make(**settings):
    hidden = (Dense(5, tanh), Dropout(0.3))
    return quiet(make_classifier(*hidden, batch_size=8), optimizer='Adam', **settings)


def test_stop_ends_after_the_batch_and_training_goes_on(capsys):
    class Stop(Callback):
        def on_batch_end(self, model):
            if model.progress == (1, 1):
                model.stop('time is up')

    model, whole = make(), make()
    whole.train(4, 0)
    model.train(until=4, callbacks=Stop(), init_logs=False)
    assert model.progress == (1, 1)
    assert model.epochs == 1
    assert model.stopped == 'time is up'
    assert 'Stopped in epoch 1, after batch 1 of 2: time is up.' in capsys.readouterr().out
    model.train(until=4, verbose=0)
    assert model.stopped == ''
    assert_same_parameters(model, whole)
    assert model.metrics == whole.metrics


def test_stop_after_the_last_batch_completes_the_epoch(capsys):
    class Stop(Callback):
        def on_batch_end(self, model):
            if model.progress[1] == 2:
                model.stop()
                model.stop('the first reason counts')

    model = make()
    model.train(9, callbacks=Stop(), init_logs=False)
    assert (model.epochs, model.progress) == (1, (1, -1))
    assert 'Stopped after epoch 0: model.stop() was called.' in capsys.readouterr().out


def test_stop_where_there_is_nothing_to_stop():
    model = make()
    with pytest.raises(StateError, match='a training under way'):
        model.stop('x')
    for why in ('', None, 5):
        with pytest.raises(ArgumentTypeError, match='a reason in words'):
            model.stop(why)
