"""The contract: where we differ from EpyNN 1.2 in training, by number."""

import tracemalloc

import numpy as np
import pytest
from gradients import check_network, require
from networks import (
    assert_same_parameters,
    make_classifier,
    make_regression,
    quiet,
    record,
)

import epynn
import epynn.settings
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN
from epynn.rnn.models import RNN


def test_difference_08_zero_is_a_seed():
    first, second = (quiet(make_classifier(batch_size=5), seed=0) for _ in range(2))
    for model in (first, second):
        model.train(2, verbose=0)
    assert_same_parameters(first, second)
    assert first.seed == 0


def test_difference_08_no_two_layers_share_a_stream():
    model = quiet(make_classifier(Dense(4), Dense(4), Dropout(0.5)))
    streams = [layer.np_rng.bit_generator.state['state']['state'] for layer in model.layers]
    assert len(set(streams)) == len(streams)
    assert not np.array_equal(model.layers[1].p['W'], model.layers[2].p['W'])


def test_difference_10_training_twice_is_training_once():
    twice, once = (quiet(make_classifier(Dense(6), Dropout(0.3), batch_size=5)) for _ in range(2))
    twice.train(5, verbose=0)
    twice.train(5, verbose=0)
    once.train(10, verbose=0)
    assert_same_parameters(twice, once)
    assert twice.metrics == once.metrics


@pytest.mark.parametrize('layer', [RNN, LSTM, GRU])
def test_difference_10_recurrent_layers_go_on_too(layer, rng):
    X = rng.standard_normal((12, 5, 3))
    models = [EpyNN([Embedding(X, [0, 1] * 6, batch_size=3), layer(4), Dense()]) for _ in range(2)]
    twice, once = (quiet(model, loss='BCE', seed=0) for model in models)
    twice.train(3, verbose=0)
    twice.predict(X[:, :2])  # another number of samples and of steps
    twice.train(3, verbose=0)
    once.train(6, verbose=0)
    assert_same_parameters(twice, once)
    assert twice.metrics == once.metrics


def test_difference_11_settings_are_never_modified():
    mine, defaults = (
        {'learning_rate': 0.2, 'schedule': 'lin_decay'},
        record(epynn.settings.se_hPars),
    )
    for settings in ({'se_hPars': mine}, {'se_hPars': epynn.settings.se_hPars}, {}):
        quiet(make_classifier(), **settings).train(3, verbose=0)
    assert mine == {'learning_rate': 0.2, 'schedule': 'lin_decay'}
    assert record(epynn.settings.se_hPars) == defaults


def test_difference_18_memory_does_not_grow_with_the_data():
    hidden = 400
    model = quiet(make_regression(Dense(hidden)), loss='MSE')
    peaks = []
    for m in (1000, 8000):
        X = np.zeros((m, 4))
        tracemalloc.start()
        model.predict(X)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 0.1 * 7000 * hidden * 8  # what the hidden layer would have added


@pytest.mark.parametrize('relative_size', [(1, 0, 0), (2, 1, 0), (2, 1, 1)])
def test_difference_21_as_many_columns_as_headers(relative_size, capsys):
    model = quiet(make_classifier(relative_size=relative_size), metrics=[])
    model.train(3, init_logs=False)
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    heads, rule, rows = lines[:2], lines[2], lines[3:]
    columns = 3 + len(model.embedding.dsets)
    assert len(rule.split()) == len(heads[0].split()) == columns
    assert len(heads[1].split()) == columns - 3
    assert [len(row.split()) for row in rows] == [columns] * 3


def test_difference_22_training_starts_at_once(capsys, monkeypatch):
    import time

    monkeypatch.setattr(time, 'sleep', lambda seconds: pytest.fail('a countdown'))
    monkeypatch.setattr('builtins.input', lambda *args: pytest.fail('a question'))
    model = quiet(make_classifier())
    model.train(2, init_logs=True)
    out = capsys.readouterr().out
    assert out.index('Hyper-parameters') < out.index('epoch')
    assert model.epochs == 2


# MATHEMATICS THAT SCRIPTS RELY ON


def test_gradients_are_summed_over_the_batch():
    model = quiet(make_classifier(relative_size=(1, 0, 0)))
    assert model.reduction == 'sum'
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))
    single = quiet(make_classifier(relative_size=(1, 0, 0)))
    total = 0
    for i in range(len(batch.X)):
        Y, A = batch.Y[i : i + 1], single.forward(batch.X[i : i + 1], training=True)
        single.backward(*loss_gradient(single, Y, A))
        total = total + single.layers[-1].g['dW']
    np.testing.assert_allclose(model.layers[-1].g['dW'], total, rtol=1e-10)
