"""Padding changes nothing: sequences padded on the right, the left, between, and to any length.

Outputs, losses, metrics and gradients of networks are those of the same sequences without padding,
one at a time, to rounding.
"""

import copy
from functools import partial

import numpy as np
import pytest

from epynn import (
    GRU,
    LSTM,
    RNN,
    Attention,
    BatchNorm,
    Bidirectional,
    Dense,
    Embedding,
    EpyNN,
    GlobalPooling,
    GroupNorm,
    LayerNorm,
    Residual,
    TimeDistributed,
    Tokens,
    relu,
    softmax,
    tanh,
)

rng = np.random.default_rng(0)
LENGTHS = np.array([3, 1, 7, 2, 7, 5, 4, 6, 2, 9, 3, 1])
SIGNALS = [rng.normal(size=(s, 4)) for s in LENGTHS]
TOKENS = [rng.integers(0, 9, size=s) for s in LENGTHS]
Y = rng.permutation([0, 1, 2] * 4)
assert_close = partial(np.testing.assert_allclose, rtol=0, atol=1e-12)


def average(*layers):
    return [*layers, GlobalPooling(np.mean)]


# All but the last layer
NETWORKS = {
    'RNN': [RNN(5, clip_gradients=False)],
    'LSTM': [LSTM(5)],
    'GRU': [GRU(5)],
    'two LSTM': [LSTM(4, sequences=True), LSTM(5)],
    'Bidirectional': [Bidirectional(LSTM(3))],
    'Bidirectional, both': average(Bidirectional(GRU(3, sequences=True))),
    'GlobalPooling': [GlobalPooling(np.mean)],
    'GlobalPooling, max': [RNN(4, clip_gradients=False, sequences=True), GlobalPooling(np.max)],
    'LayerNorm': [LSTM(4, sequences=True), LayerNorm(), GRU(3)],
    'GroupNorm': average(RNN(4, clip_gradients=False, sequences=True), GroupNorm(2)),
    'BatchNorm': [BatchNorm(), GRU(4, sequences=True), BatchNorm(), LSTM(3)],
    'Residual': average(LSTM(4, sequences=True), Residual([LayerNorm(), GRU(4, sequences=True)])),
    'TimeDistributed': average(TimeDistributed([Dense(6, relu), Dense(3, tanh)])),
    'Attention': average(Attention(2), LayerNorm()),
    'Attention, causal': [Attention(2, causal=True), LSTM(4)],
    'Tokens': [Tokens(9, 4), LSTM(5)],
    'Tokens, attention': average(Tokens(9, 4), Residual([Attention(2)])),
}
WAYS = ['right', 'left', 'between', 'longer']


def spread(samples, way):
    """Return samples as one array, padded by numbers that would show, and their mask."""
    s = LENGTHS.max() + (6 if way == 'longer' else 0)
    mask = np.zeros((len(samples), s), bool)
    for real, sample in zip(mask, samples, strict=True):
        count = len(sample)
        places = np.arange(s)
        if way == 'left':
            places = places[::-1]
        elif way == 'between':
            places = np.random.default_rng(count).permutation(s)
        real[places[:count]] = True
    shape = (*mask.shape, *samples[0].shape[1:])
    X = np.full(shape, 8) if samples is TOKENS else np.full(shape, 50.0)
    X[mask] = np.concatenate(samples)
    return X, mask


def make(name, X, mask=None, **options):
    embedding = Embedding(X, Y, (2, 1, 0), 3, Y_encode=True, mask=mask, **options)
    model = EpyNN([embedding, *copy.deepcopy(NETWORKS[name]), Dense(3, softmax)])
    model.initialize(
        loss='CCE', metrics=['accuracy', 'fscore'], seed=1, verbose=False, learning_rate=0.05
    )
    return model


def samples_of(name):
    return TOKENS if name.startswith('Tokens') else SIGNALS


def gradients(model, X, Y, mask):
    """Return outputs and all gradients of a batch."""
    A = model.forward(X, training=True, mask=mask)
    model.backward(*model.loss_gradient(Y, A))
    return A, {(i, name): g for i, layer in enumerate(model.layers) for name, g in layer.g.items()}


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('name', NETWORKS)
def test_outputs_and_gradients_are_those_without_padding(name, way):
    samples = samples_of(name)
    model = make(name, samples)
    right, real = spread(samples, 'right')
    X, mask = spread(samples, way)
    labels = np.eye(3)[Y]
    A, g = gradients(model, X, labels, mask)
    expected, others = gradients(model, right, labels, real)
    assert_close(A, expected)
    for key, gradient in g.items():
        assert_close(gradient, others[key], err_msg=str(key))
    if name != 'BatchNorm':  # which looks at all samples: one by one, it would be another network
        each = [
            gradients(model, x[None], y[None], None) for x, y in zip(samples, labels, strict=True)
        ]
        assert_close(A, np.concatenate([a for a, _ in each]))
        for key, gradient in g.items():
            assert_close(gradient, sum(found[key] for _, found in each), err_msg=str(key))


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('name', NETWORKS)
def test_training_is_that_of_sequences_as_they_are(name, way):
    samples = samples_of(name)
    model = make(name, samples)
    model.train(2, verbose=0)
    X, mask = spread(samples, way)
    padded = make(name, X, mask)
    padded.train(2, verbose=0)
    assert model.metrics['accuracy'] == padded.metrics['accuracy']
    assert_close(model.metrics['CCE'][:2], padded.metrics['CCE'][:2])
    for mine, theirs in zip(model.layers, padded.layers, strict=True):
        for name_of, p in mine.p.items():
            assert_close(p, theirs.p[name_of])
    A = model.predict(samples).A
    assert_close(padded.predict(X, mask=mask).A, A)
    assert_close([model.predict([x]).A[0] for x in samples], A)
    few = [9, 1]
    assert_close(model.predict([samples[i] for i in few]).A, A[few])
    assert model.evaluate(samples, Y) == pytest.approx(padded.evaluate(X, Y, mask=mask), abs=1e-12)


def test_numbers_that_pad_reach_nothing_even_where_they_are_huge():
    X, mask = spread(SIGNALS, 'left')
    model = make('BatchNorm', X, mask)
    A = model.predict(X, mask=mask).A
    X[~mask] = 1e300
    assert_close(model.predict(X, mask=mask).A, A)


@pytest.mark.parametrize('way', WAYS)
def test_answers_at_each_step_are_those_without_padding(way):
    answers = [rng.integers(0, 3, size=s) for s in LENGTHS]
    X, mask = spread(SIGNALS, way)
    labels = np.zeros(mask.shape, int)
    labels[mask] = np.concatenate(answers)
    models = []
    for samples, Y, real in ((SIGNALS, answers, None), (X, labels, mask)):
        embedding = Embedding(samples, Y, (2, 1, 0), 3, Y_encode=True, per_step=True, mask=real)
        layers = [LSTM(4, sequences=True), BatchNorm(), TimeDistributed([Dense(3, softmax)])]
        model = EpyNN([embedding, *layers])
        model.initialize(
            loss='CCE', metrics=['accuracy', 'fscore'], seed=1, reduction='mean', verbose=False,
            class_weight={0: 1, 1: 2, 2: 1},
        )  # fmt: skip
        model.train(2, verbose=0)
        models.append(model)
    model, padded = models
    for name, (train, val, _) in model.metrics.items():
        assert_close(padded.metrics[name][:2], [train, val])
    A = [a[:s] for a, s in zip(model.predict(SIGNALS).A, LENGTHS, strict=True)]
    assert_close(padded.predict(X, mask=mask).A[mask], np.concatenate(A))
    found = padded.evaluate(X, labels, mask=mask)
    assert found == pytest.approx(model.evaluate(SIGNALS, answers), abs=1e-12)
