"""A network beside itself in Keras: training steps, what is the same, and what is refused."""

import sys

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from test_verify import CLASSES, IMAGES, LOSSES, SIGNALS, convolutional, network

from epynn import (
    GRU,
    LSTM,
    BatchNorm,
    Bidirectional,
    Dense,
    Embedding,
    EpyNN,
    Flatten,
    LabelSmoothing,
    Momentum,
    TimeDistributed,
    Tokens,
    Transformer,
    cli,
    sigmoid,
    softmax,
)
from epynn.commons.errors import LayerError, MissingExtraError
from epynn.interchange.drawn import drawn_set
from epynn.interchange.verify import verify_on

pytestmark = pytest.mark.filterwarnings('ignore::DeprecationWarning')  # of NumPy 2, in Keras

LACKS = {
    'lstm-activations': 'one activation for the gates', 'attention-groups': 'no rotary',
    'attention-dropout': 'no rotary', 'positions': 'a layer that Keras has',
    'positions-learned': 'a layer that Keras has', 'gru-activations': 'one activation',
    'convolution1d-dilated': 'strides or dilation alone',
    'transposed-dilated': 'one group', 'transposed-depthwise': 'one group',
    **{f'pooling{name}': 'no dilation' for name in (
        '-dilated', '-ceil', '-mean-ceil', '-mean-dilated', '-mean-uncounted',
        '-mean-same-uncounted', '1d-options', '1d-mean-options',
    )},
}  # fmt: skip
"""What Keras does not have."""


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_outputs_and_gradients_of_each_layer_are_the_same(keras, row):
    torch = pytest.importorskip('torch')
    makers = pytest.importorskip('epynn.interchange.keras.makers')
    building = pytest.importorskip('epynn.interchange.keras.building')
    training = pytest.importorskip('epynn.interchange.keras.training')
    layer, X = row.make(), row.draw_input()
    layer.training = False
    layer.forward(X)
    move_parameters(layer)
    A, build = layer.forward(X), building.Builder(makers.MAKERS)
    dA = np.random.default_rng(0).standard_normal(A.shape)
    x = torch.tensor(X, requires_grad=not row.tokens)
    with training.in_float64():
        inputs = keras.Input(X.shape[1:], dtype=X.dtype.name)
        if row.name in LACKS:
            with pytest.raises(LayerError, match=rf'EpyNN.verify, 0.*: expected {LACKS[row.name]}'):
                build.chain([layer], inputs, '')
            return
        there = keras.Model(inputs, build.chain([layer], inputs, ''))
        out = there(x, training=False)
        if out.requires_grad:
            out.backward(torch.tensor(dA))
    np.testing.assert_allclose(out.detach().numpy(), A, rtol=0, atol=1e-12)
    dX = layer.backward(dA)
    layer.compute_gradients()
    if x.grad is not None:
        np.testing.assert_allclose(x.grad.numpy(), dX, rtol=0, atol=1e-11)
    learned = [link for link in build.links if link.kind == 'p']
    assert len(learned) == len(layer.p)
    for link in learned:
        dp = link.layer.g[f'd{link.name}']
        np.testing.assert_allclose(link.take(link.tensor.grad), dp, rtol=0, atol=1e-11)
        np.testing.assert_allclose(link.take(), link.array, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    'optimizer', ['SGD', 'Momentum', 'Nesterov', 'RMSprop', 'Adagrad', 'Adam', 'AdamW']
)
def test_steps_of_every_optimizer_are_the_same(keras, optimizer):
    model = convolutional(optimizer=optimizer, learning_rate=0.01)
    model.train(2, verbose=0)
    found = model.verify(IMAGES, CLASSES, against='keras')
    assert found.worst < 1e-11, found


@pytest.mark.parametrize(('loss', 'units', 'activate'), LOSSES)
def test_steps_of_every_loss_are_the_same(keras, loss, units, activate):
    smooth = isinstance(loss, LabelSmoothing)
    Y = CLASSES if units == 3 else CLASSES % 2
    layers = [Flatten(), Dense(4, sigmoid), Dense(units, activate)]
    model = network(SIGNALS, Y, *layers, loss=loss, Y_encode=smooth, reduction='mean')
    found = model.verify(SIGNALS, Y, against='keras')
    assert found.worst < 1e-11, found


def test_sequences_frozen_layers_and_what_limits_gradients(keras):
    words = np.arange(60).reshape(12, 5) % 7
    layers = [
        Tokens(7, 4), Transformer(2, 8, causal=True), BatchNorm(), LSTM(3, sequences=True),
        GRU(3, sequences=True, reset_after=True),
        Bidirectional(GRU(2, sequences=True), merge='sum'),
    ]  # fmt: skip
    embedding = Embedding(words, words % 3, (1, 0, 0), per_step=True)
    model = EpyNN([embedding, *layers, TimeDistributed(Dense(3, softmax))])
    optimizer = Momentum(clip_norm=0.1, clip_value=0.05, weight_decay=0.01)
    model.initialize(loss='ICCE', reduction='mean', optimizer=optimizer, seed=1, verbose=False)
    layers[3].trainable = False
    found = verify_on(model, drawn_set(model), 'keras')
    assert found.worst < 1e-11, found
    assert '3 BatchNorm var' in found.differences
    assert '5 GRU dbV' in found.differences
    assert '4 LSTM dUf' not in found.differences


def test_what_keras_rounds_is_rounded_again_afterwards(keras):
    model, before = convolutional(), keras.config.floatx()
    model.verify(IMAGES, CLASSES, against='keras', steps=1)
    assert keras.config.floatx() == before
    assert keras.backend.result_type('float64', 'float64') == 'float32'


def test_the_command_compares_with_keras(keras, tmp_path, capsys):
    path = convolutional().write(tmp_path / 'network')
    cli.main(['verify', str(path), '--against', 'keras'])
    assert 'small beside keras: the same' in capsys.readouterr().out


def test_what_is_not_there_is_said(keras, monkeypatch):
    model = convolutional()
    monkeypatch.setattr(keras.config, 'backend', lambda: 'jax')
    with pytest.raises(MissingExtraError, match=r'got on jax\. Set KERAS_BACKEND=torch'):
        model.verify(IMAGES, CLASSES, against='keras')
    monkeypatch.setitem(sys.modules, 'keras', None)
    with pytest.raises(MissingExtraError, match='pip install keras'):
        model.verify(IMAGES, CLASSES, against='keras')
