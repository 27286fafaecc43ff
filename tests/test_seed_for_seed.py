"""Same seed, same run as EpyNN 1.2: beside training that was written a second time.

A model of epynn with the same seed has to report the same loss and accuracy after every epoch as
`training_oracle.py`, and end with the same parameters.
"""

import numpy as np
import pytest
from training_oracle import (
    DEFAULTS,
    EPOCHS,
    ConvolutionOracle,
    DenseOracle,
    FlattenOracle,
    GRUOracle,
    LSTMOracle,
    PoolingOracle,
    RNNOracle,
    orthogonal,
    train_oracle,
    xavier,
)

from epynn.commons import maths
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.rnn.models import RNN


def features(m=30, n=4, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(m) % classes
    return rng.standard_normal((m, n)) + y[:, np.newaxis], y


def steps(m=24, seed=1):
    X, y = features(m, 15, 2, seed)
    return X.reshape(m, 5, 3), y


def images(m=18, depth=2, seed=2):
    X, y = features(m, 36 * depth, 2, seed)
    return X.reshape(m, 6, 6, depth), y


def dense(u, f, initialization='xavier'):
    ours = {'xavier': maths.xavier, 'orthogonal': maths.orthogonal}[initialization]
    theirs = {'xavier': xavier, 'orthogonal': orthogonal}[initialization]
    return Dense(u, getattr(maths, f), ours), DenseOracle(u, f, theirs)


def flatten():
    return Flatten(), FlattenOracle()


def convolution(u, f, size=(3, 3), strides=(1, 1), padding=0):
    ours = Convolution(u, size, strides, padding, getattr(maths, f))
    return ours, ConvolutionOracle(u, f, size, strides, padding)


def rnn(u, sequences=False):
    return RNN(u, sequences=sequences), RNNOracle(u, sequences, clip=True)


def lstm(u, sequences=False):
    return LSTM(u, sequences=sequences), LSTMOracle(u, sequences)


def gru(u, sequences=False, clip=False):
    return GRU(u, clip_gradients=clip, sequences=sequences), GRUOracle(u, sequences, clip)


SMALL = {'learning_rate': 0.01}
CASES = {
    'perceptron': (features(), lambda: [dense(1, 'sigmoid')], 'MSE', {}),
    'perceptron BCE': (features(), lambda: [dense(1, 'sigmoid')], 'BCE', {}),
    'perceptron MAE': (features(), lambda: [dense(1, 'sigmoid')], 'MAE', {}),
    'perceptron MSLE': (features(), lambda: [dense(1, 'sigmoid')], 'MSLE', {}),
    'MLP': (
        features(classes=3), lambda: [dense(5, 'relu'), dense(3, 'softmax')], 'CCE', SMALL,
    ),
    'MLP decaying': (
        features(classes=3),
        lambda: [dense(4, 'elu'), dense(5, 'lrelu', 'orthogonal'), dense(3, 'softmax')], 'CCE',
        {**SMALL, 'schedule': 'exp_decay', 'cycle_epochs': 4, 'cycle_descent': 0.3},
    ),
    'MLP softmax MSE': (
        features(classes=3), lambda: [dense(6, 'tanh', 'orthogonal'), dense(3, 'softmax')], 'MSE',
        {'schedule': 'lin_decay', 'decay_k': 0.02},
    ),
    'RNN': (steps(), lambda: [rnn(4), dense(2, 'softmax')], 'BCE', {}),
    'RNN of sequences': (
        steps(), lambda: [rnn(3, True), flatten(), dense(2, 'softmax')], 'CCE', SMALL,
    ),
    'LSTM': (steps(), lambda: [lstm(4), dense(2, 'softmax')], 'BCE', {}),
    'LSTM of LSTM': (steps(), lambda: [lstm(2, True), lstm(2), dense(1, 'sigmoid')], 'BCE', {}),
    'GRU': (steps(), lambda: [gru(4), dense(2, 'softmax')], 'BCE', {}),
    'GRU clipped': (steps(), lambda: [gru(2, clip=True), dense(2, 'softmax')], 'CCE', {}),
    'ConvNet': (
        images(),
        lambda: [
            convolution(2, 'relu'),
            (Pooling((2, 2)), PoolingOracle((2, 2))),
            flatten(),
            dense(2, 'softmax'),
        ],
        'CCE', SMALL,
    ),
    'ConvNet strides and padding': (
        images(depth=1),
        lambda: [
            convolution(2, 'tanh', (2, 3), (2, 2), 1),
            convolution(2, 'lrelu', (2, 2), (2, 1)),
            flatten(),
            dense(1, 'sigmoid'),
        ],
        'BCE', SMALL,
    ),
}  # fmt: skip
BATCHES = [(name, None) for name in CASES] + [
    ('perceptron BCE', 7), ('MLP', 7), ('MLP decaying', 5), ('RNN', 5), ('LSTM', 5), ('GRU', 5),
    ('ConvNet', 4),
]  # fmt: skip


@pytest.mark.parametrize(('name', 'batch_size'), BATCHES)
def test_the_run_of_a_seed_is_the_one_of_the_contract(name, batch_size):
    (X, y), make, loss, settings = CASES[name]
    pairs = make()
    ours, theirs = (list(layers) for layers in zip(*pairs, strict=True))
    one_column = theirs[-1].u == 1
    runs = [(0, (2, 1, 0)), (17, (2, 1, 1))]
    for seed, shares in runs[:1] if batch_size else runs:
        Y = y[:, np.newaxis] if one_column else np.eye(theirs[-1].u)[y]
        expected, parameters = train_oracle(theirs, X, Y, loss, seed, shares, batch_size, settings)
        embedding = Embedding(X.tolist(), y.tolist(), shares, batch_size, Y_encode=not one_column)
        model = EpyNN([embedding, *ours])
        model.initialize(loss=loss, seed=seed, se_hPars={**DEFAULTS, **settings}, verbose=False)
        model.train(EPOCHS, verbose=0)
        for number in range(3):
            np.testing.assert_array_equal(
                model.metrics['accuracy'][number], expected['accuracy'][number]
            )
            np.testing.assert_allclose(
                model.metrics[loss][number], expected['loss'][number], rtol=1e-10, atol=0
            )
        for layer, p in zip(ours, parameters, strict=True):
            assert layer.p.keys() == p.keys()
            for key in p:
                np.testing.assert_allclose(layer.p[key], p[key], rtol=1e-10, atol=1e-12)
        assert expected['loss'][0][-1] != expected['loss'][0][0]


def test_the_draws_of_the_model_and_of_its_layers():
    """The stream of the model is the seed's own; layer i, the Embedding being 0, has s + 1 + i."""
    X, y = features()
    model = EpyNN([Embedding(X, y), Dense(3), Dense()])
    model.initialize(seed=5, verbose=False)
    assert model.np_rng.random() == np.random.default_rng(5).random()
    for i, layer in enumerate(model.layers[1:], start=1):
        rng = np.random.default_rng(5 + 1 + i)
        np.testing.assert_array_equal(layer.p['W'], xavier(layer.p['W'].shape, rng))
        assert layer.np_rng.random() == rng.random()


def test_initialize_starts_again_from_the_original_order():
    X, y = features()
    model = EpyNN([Embedding(X, y, batch_size=4), Dense()])
    runs = []
    for _ in range(2):
        model.initialize(seed=3, verbose=False)
        model.train(3, verbose=0)
        runs.append((model.metrics['MSE'], model.embedding.batch_dtrain[0].ids.tolist()))
    assert runs[0] == runs[1]


@pytest.mark.parametrize('m', [3, 7, 10, 25, 100])
@pytest.mark.parametrize('shares', [(2, 1, 0), (2, 1, 1), (1, 0, 0), (8, 1, 1), (1, 0, 1)])
def test_the_split(m, shares):
    embedding = Embedding(np.arange(m)[:, np.newaxis], np.zeros(m), shares)
    sets = [dset.ids.tolist() for dset in (embedding.dtrain, embedding.dval, embedding.dtest)]
    n = [round(share / sum(shares) * m) for share in shares]
    assert sets[0] == list(range(n[0]))
    assert [*sets[0], *sets[1], *sets[2]] == list(range(m))
    if shares[2]:
        assert sets[1] == list(range(n[0], n[0] + n[1]))
