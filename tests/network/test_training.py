"""Training: one step a batch, in the right order, the same in pieces as in one go."""

import numpy as np
import pytest
from networks import (
    assert_same_parameters,
    make_classifier,
    make_data,
    parameters,
    quiet,
    record,
)

from epynn.batchnorm.models import BatchNorm
from epynn.commons.loss import CCE
from epynn.commons.maths import relu, tanh
from epynn.commons.models import Layer
from epynn.commons.optimize import SGD
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN
from epynn.template.models import Template


@pytest.mark.parametrize('batch_size', [None, 5])
@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_against_training_by_hand(batch_size, reduction):
    """Two layers, three epochs, by the formulas alone: shuffle, forward, backward, then update."""
    m, seed, rate = 24, 6, 0.1
    X, y = make_data(m)
    model = make_classifier(batch_size=batch_size, relative_size=(1, 0, 0))
    quiet(model, seed=seed, reduction=reduction)
    model.train(3, verbose=0)

    W1 = np.random.default_rng(seed + 2).standard_normal((4, 5)) * np.sqrt(2 / 9)
    W2 = np.random.default_rng(seed + 3).standard_normal((5, 3)) * np.sqrt(2 / 8)
    b1, b2 = np.zeros(5), np.zeros(3)
    rng = np.random.default_rng(seed + 1)
    order = list(range(m))
    rng.shuffle(order)
    losses = []
    for _ in range(3):
        rng.shuffle(order)
        size = batch_size or m
        for start in range(0, m, size):
            batch = order[start : start + size]
            H = np.tanh(X[batch] @ W1 + b1)
            E = np.exp(H @ W2 + b2)
            dZ2 = E / E.sum(axis=1, keepdims=True) - np.eye(3)[y[batch]]
            if reduction == 'mean':
                dZ2 /= len(batch)
            dZ1 = dZ2 @ W2.T * (1 - H**2)
            W2, b2 = W2 - rate * H.T @ dZ2, b2 - rate * dZ2.sum(axis=0)
            W1, b1 = W1 - rate * X[batch].T @ dZ1, b1 - rate * dZ1.sum(axis=0)
        E = np.exp(np.tanh(X @ W1 + b1) @ W2 + b2)
        A = E / E.sum(axis=1, keepdims=True)
        losses.append(-np.log(A[np.arange(m), y]).mean())

    np.testing.assert_allclose(model.layers[1].p['W'], W1, rtol=1e-11)
    np.testing.assert_allclose(model.layers[2].p['W'], W2, rtol=1e-11)
    np.testing.assert_allclose(model.layers[1].p['b'][0], b1, rtol=1e-11)
    np.testing.assert_allclose(model.layers[2].p['b'][0], b2, rtol=1e-11)
    np.testing.assert_allclose(model.metrics['CCE'][0], losses, rtol=1e-11)


def test_all_updates_come_after_the_whole_backward_pass():
    model = quiet(make_classifier(Dense(4, tanh), Dense(4, tanh)))
    steps = []

    def watched(method, step):
        def call(*arguments):
            steps.append(step)
            return method(*arguments)

        return call

    for number, layer in enumerate(model.layers):
        for what in ('forward', 'backward', 'compute_gradients', 'update_parameters'):
            setattr(layer, what, watched(getattr(layer, what), (what, number)))
    model.evaluate = lambda: None
    model.train(1, verbose=0)
    assert steps == [
        *[('forward', i) for i in (0, 1, 2, 3)],
        *[(what, i) for i in (3, 2, 1) for what in ('backward', 'compute_gradients')],
        *[('update_parameters', i) for i in (0, 1, 2, 3)],
    ]


@pytest.mark.parametrize('pieces', [(5, 5), (1, 9), (1,) * 10, (3, 4, 3)])
@pytest.mark.parametrize('optimizer', ['SGD', 'Momentum', 'Adam'])
def test_training_in_pieces_is_training_in_one_go(pieces, optimizer):
    whole, parts = (
        quiet(
            make_classifier(BatchNorm(), Dense(5, tanh), Dropout(0.3), batch_size=6),
            optimizer=optimizer,
        )
        for _ in range(2)
    )
    whole.train(10, verbose=0)
    for epochs in pieces:
        parts.train(epochs, verbose=0)
    assert_same_parameters(whole, parts)
    assert parts.metrics == whole.metrics
    for ours, theirs in zip(parts.layers, whole.layers, strict=True):
        assert record(ours.s) == record(theirs.s)
    assert (parts.e, parts.epochs) == (whole.e, whole.epochs) == (9, 10)
    assert len(whole.metrics['accuracy'][0]) == 10


def test_training_without_initialize_takes_the_defaults(capsys):
    X, y = make_data(classes=2)
    model = EpyNN([Embedding(X, y), Dense()])
    model.train(2)
    assert model.training_loss.__name__ == 'MSE'
    assert list(model.metrics) == ['accuracy', 'MSE']
    assert model.seed is None


@pytest.mark.parametrize('between', ['predict', 'evaluate', 'report', 'summary', 'forward'])
def test_looking_at_a_model_changes_nothing_in_later_training(between, capsys):
    X, _ = make_data(m=300)
    calls = {'predict': (X,), 'forward': (X,)}
    looked, left = (
        quiet(make_classifier(Dense(5, tanh), Dropout(0.5), batch_size=5)) for _ in range(2)
    )
    for model in (looked, left):
        model.train(2, verbose=0)
        if model is looked:
            getattr(model, between)(*calls.get(between, ()))
        model.train(3, verbose=0)
    assert_same_parameters(looked, left)
    assert looked.metrics == left.metrics


def test_frozen_layers_stay_and_what_is_below_the_first_trainable_is_not_walked():
    below, frozen = Template(), Dense(4, tanh)
    model = quiet(make_classifier(below, frozen, Dense(4, tanh)))
    frozen.trainable = False
    before = parameters(model)
    walked = []
    for number, layer in enumerate(model.layers):

        def watch(dX, backward=layer.backward, number=number):
            walked.append(number)
            return backward(dX)

        layer.backward = watch
    model.train(1, verbose=0)
    assert walked == [4, 3]
    np.testing.assert_array_equal(frozen.p['W'], before[2]['W'])
    assert not np.array_equal(model.layers[3].p['W'], before[3]['W'])
    walked.clear()
    A = model.forward(model.embedding.dtrain.X)
    model.backward(np.ones_like(A))
    assert walked == [4, 3, 2, 1, 0]  # outside training, all the way to the samples


def test_a_network_without_parameters_trains_to_no_effect():
    X, _ = make_data()
    model = quiet(EpyNN([Embedding(X, X), Template()]), loss='MSE')
    model.train(2, verbose=0)
    assert model.metrics['MSE'][0] == [0, 0]


def test_a_layer_of_ones_own_without_a_folder():
    """The whole of what an engineer needs: three functions and a class."""

    def compute_shapes(layer, A):
        layer.d['m'], layer.d['n'] = A.shape
        layer.fs['s'] = (layer.d['n'],)

    def initialize_parameters(layer):
        layer.p['s'] = np.ones(layer.fs['s'])

    def forward(layer, A):
        X = layer.receive_input(A)
        A = layer.fc['A'] = X * layer.p['s']
        return A

    def backward(layer, dX):
        dA = layer.receive_gradient(dX)
        dX = layer.bc['dX'] = dA * layer.p['s']
        return dX

    def compute_gradients(layer):
        layer.g['ds'] = np.sum(layer.bc['dA'] * layer.fc['X'], axis=0)

    pieces = (compute_shapes, initialize_parameters, forward, backward, compute_gradients)
    Scale = type('Scale', (Layer,), {piece.__name__: piece for piece in pieces})
    model = quiet(make_classifier(Scale(), Dense(5, relu)))
    model.train(3, verbose=0)
    assert model.network[1]['backward'] == {'dA': (16, 4), 'dX': (16, 4), 'ds': (4,)}
    assert not np.array_equal(model.layers[1].p['s'], np.ones(4))
    assert model.metrics['CCE'][0][2] < model.metrics['CCE'][0][0]


def test_an_interrupted_epoch_is_done_again(capsys):
    """Someone presses stop, looks around, and goes on."""
    fail = [False]

    def stop(Y, A):
        if fail[0]:
            raise KeyboardInterrupt
        return 0.0

    for done in (0, 3):
        model = quiet(make_classifier(), metrics=['accuracy', stop])
        fail[0] = False
        if done:
            model.train(done, verbose=0)
        fail[0] = True
        with pytest.raises(KeyboardInterrupt):
            model.train(5, verbose=0)
        fail[0] = False
        model.report()
        model.train(4)
        assert [len(values) for values in model.metrics['CCE']] == [done + 4, done + 4, 0]
        assert model.epochs == done + 4


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
@pytest.mark.parametrize('optimizer', ['SGD', 'Adam', SGD(clip_norm=0.1)], ids=str)
def test_steps_by_hand_equal_those_of_train(reduction, optimizer):
    """By CCE(Y, A, deriv=True) alone, they were m times too large with reduction='mean'."""
    settings = {'reduction': reduction, 'optimizer': optimizer, 'class_weight': {0: 3.0}}
    by_hand, trained = (
        quiet(make_classifier(Dense(5, tanh), Dropout(0.3), batch_size=5), **settings)
        for _ in range(2)
    )
    for _ in range(2):
        by_hand.embedding.training_batches()
        for batch in by_hand.embedding.batch_dtrain:
            A = by_hand.forward(batch.X, training=True)
            w = np.where(batch.y == 0, 3.0, 1.0)
            by_hand.backward(*by_hand.loss_gradient(batch.Y, A, w))
            by_hand.update_parameters()
    trained.train(2, verbose=0)
    assert_same_parameters(by_hand, trained)


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_the_gradient_of_the_loss_alone_agrees_to_rounding(reduction):
    model = quiet(make_classifier(), reduction=reduction)
    batch = model.embedding.batch_dtrain[0]
    A = model.forward(batch.X, training=True)
    model.backward(*model.loss_gradient(batch.Y, A))
    joint = model.layers[-1].g['dW']
    model.backward(CCE(batch.Y, A, deriv=True) / (len(A) if reduction == 'mean' else 1))
    np.testing.assert_allclose(model.layers[-1].g['dW'], joint, rtol=1e-12)
