"""A network beside itself in PyTorch and ONNX: what the table says, and what it finds."""

import importlib.util

import numpy as np
import pytest
from networks import parameters, quiet

from epynn import (
    GRU,
    L1,
    L2,
    LSTM,
    RNN,
    Adam,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Flatten,
    Huber,
    LabelSmoothing,
    Residual,
    TimeDistributed,
    Tokens,
    Transformer,
    cli,
    identity,
    relu,
    sigmoid,
    softmax,
)
from epynn.commons.errors import ArgumentError, DataError, StateError
from epynn.interchange.drawn import drawn_set
from epynn.interchange.verify import verify_on

pytest.importorskip('torch')

rng = np.random.Generator(np.random.PCG64(0))
IMAGES, SIGNALS = rng.normal(size=(12, 6, 6, 2)), rng.normal(size=(12, 5, 2))
CLASSES = np.arange(12) % 3


def network(X, Y, *layers, loss='CCE', Y_encode=True, **settings):
    embedding = Embedding(X, Y, (1, 0, 0), Y_encode=Y_encode)
    return quiet(EpyNN([embedding, *layers], 'small'), loss=loss, **settings)


def convolutional(**settings):
    layers = [
        Convolution(3, 3, 1, penalty=L2(0.01)), BatchNorm(), Dropout(0.4), Flatten(),
        Dense(4, relu, penalty=L1(0.01)), Dense(3, softmax),
    ]  # fmt: skip
    return network(IMAGES, CLASSES, *layers, **settings)


@pytest.mark.parametrize(
    'optimizer', ['SGD', 'Momentum', 'Nesterov', 'RMSprop', 'Adagrad', 'Adam', 'AdamW']
)
def test_steps_of_every_optimizer_are_the_same(optimizer):
    model = convolutional(optimizer=optimizer, learning_rate=0.01)
    model.train(2, verbose=0)
    before = parameters(model)
    found = model.verify(IMAGES, CLASSES)
    assert found.passed, found
    assert found.worst < 1e-11
    for layer, same in zip(parameters(model), before, strict=True):
        assert all(np.array_equal(layer[name], same[name]) for name in same)


LOSSES = [
    ('MSE', 1, identity), ('MAE', 1, identity), ('MSLE', 1, relu), ('Hinge', 1, identity),
    (Huber(0.5), 1, identity), ('BCE', 1, sigmoid), ('ICCE', 3, softmax),
    (LabelSmoothing(), 3, softmax),
]  # fmt: skip


@pytest.mark.parametrize(('loss', 'units', 'activate'), LOSSES)
def test_steps_of_every_loss_are_the_same(loss, units, activate):
    smooth = isinstance(loss, LabelSmoothing)
    Y = CLASSES if units == 3 else CLASSES % 2
    layers = [Flatten(), Dense(4, sigmoid), Dense(units, activate)]
    model = network(SIGNALS, Y, *layers, loss=loss, Y_encode=smooth, reduction='mean')
    found = model.verify(SIGNALS, Y)
    assert found.passed, found


def test_sequences_and_what_limits_gradients():
    layers = [Residual([RNN(2, sequences=True)]), LSTM(4, sequences=True), GRU(3)]
    model = network(
        SIGNALS, CLASSES, *layers, Dense(3, softmax), optimizer=Adam(clip_norm=0.1, clip_value=0.05)
    )
    found = model.verify(SIGNALS, CLASSES, steps=2)
    assert found.passed, found
    assert '1 Residual, 0 RNN dU' in found.differences
    assert len(found.differences['outputs']) == 2


def test_answers_of_steps_and_frozen_layers():
    words = rng.integers(0, 7, (12, 5))
    layers = [Tokens(7, 4), Transformer(2, 8, causal=True), BatchNorm()]
    embedding = Embedding(words, words % 3, (1, 0, 0), per_step=True)
    model = EpyNN([embedding, *layers, TimeDistributed(Dense(3, softmax))])
    quiet(model, loss='ICCE', reduction='mean')
    layers[2].trainable = False
    found = verify_on(model, drawn_set(model), 'torch')
    assert found.passed, found
    assert '3 BatchNorm dgamma' not in found.differences


def test_a_difference_is_found_and_shown(monkeypatch, capsys):
    model = convolutional()
    normal = BatchNorm.backward

    def wrong(layer, dX):
        return normal(layer, dX) * 1.001

    monkeypatch.setattr(BatchNorm, 'backward', wrong)
    found = model.verify(IMAGES, CLASSES)
    assert not found
    found.show()
    shown = capsys.readouterr().out
    assert 'NOT THE SAME' in shown
    wrong_rows = [line.split('  ')[0] for line in shown.splitlines() if line.endswith('WRONG')]
    assert wrong_rows[:2] == ['outputs', 'losses'] or '1 Convolution dW' in wrong_rows


def test_outputs_beside_onnx():
    pytest.importorskip('onnx')
    found = convolutional().verify(IMAGES, CLASSES, against='onnx')
    assert found.passed
    assert list(found.differences) == ['outputs']


def test_the_command_compares_a_saved_network(tmp_path, capsys):
    pytest.importorskip('onnx')
    path = convolutional().write(tmp_path / 'network')
    for library in ('torch', 'onnx'):
        cli.main(['verify', str(path), '--against', library])
        assert f'small beside {library}: the same' in capsys.readouterr().out
    with pytest.raises(SystemExit, match='torch, onnx'):
        cli.main(['verify', str(path), '--against', 'jax'])


def test_what_cannot_be_compared_is_refused():
    model = convolutional()
    with pytest.raises(ArgumentError, match='torch, onnx'):
        model.verify(IMAGES, CLASSES, against='jax')
    with pytest.raises(StateError, match='initialize'):
        EpyNN(model.layers).verify(IMAGES, CLASSES)
    ragged = [SIGNALS[0], SIGNALS[1][:3], SIGNALS[2]]
    recurrent = network(ragged, [0, 1, 2], GRU(3), Dense(3, softmax))
    with pytest.raises(DataError, match='of one length'):
        recurrent.verify(ragged, [0, 1, 2])
    if importlib.util.find_spec('onnx'):
        assert recurrent.verify(ragged, [0, 1, 2], against='onnx')
    own = network(SIGNALS, CLASSES, GRU(3), Dense(3, softmax))

    def loss(Y, A, deriv=False):
        return 2 * (A - Y) if deriv else ((A - Y) ** 2).sum(1)

    own.initialize(loss=loss, verbose=False)
    with pytest.raises(ArgumentError, match='a loss of the library'):
        own.verify(SIGNALS, CLASSES)
