"""Weights from Keras and back: every layout, files of both kinds, and hostile ones."""

import copy

import numpy as np
import pytest
from moved import move_parameters
from networks import parameters, quiet
from test_guides import run

from epynn import (
    GRU,
    LSTM,
    RNN,
    Attention,
    BatchNorm,
    Bidirectional,
    Convolution,
    Convolution1D,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Flatten,
    GroupNorm,
    LayerNorm,
    Residual,
    RMSNorm,
    TimeDistributed,
    Tokens,
    TransposedConvolution,
    identity,
    read_model,
    tanh,
)
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    LayerError,
    ShapeError,
    StateError,
)
from epynn.interchange import keras_weights, load_keras_weights

pytestmark = pytest.mark.filterwarnings('ignore::DeprecationWarning')  # of NumPy 2, in Keras
stream = np.random.Generator(np.random.PCG64(3))
NEAR = 1e-5
"""Keras on PyTorch rounds what comes of two numbers to float32, whatever they are."""
IMAGES, STEPS, ROWS = (6, 5, 5, 4), (6, 5, 4), (6, 4)


def network(shape, *layers):
    X = stream.normal(size=shape)
    if isinstance(layers[0], Tokens):
        X = stream.integers(0, 7, shape)
    flat = [] if isinstance(layers[0], Dense) else [Flatten()]
    data = Embedding(X, np.ones((len(X), 3)), (1, 0, 0))
    layers = [*copy.deepcopy(layers), *flat, Dense(3, identity)]
    return quiet(EpyNN([data, *layers]), loss='MSE')


CASES = {
    'Dense(3, activation="tanh")': (ROWS, Dense(3, tanh)),
    'Conv2D(6, 3, groups=2)': (IMAGES, Convolution(6, 3, 1, 0, identity, groups=2)),
    'DepthwiseConv2D(3, depth_multiplier=2)': (
        IMAGES, Convolution(8, 3, 1, 0, identity, groups=4)
    ),
    'Conv2D(3, 2, use_bias=False)': (
        IMAGES, Convolution(3, 2, 1, 0, identity, use_bias=False)
    ),
    'Conv1D(3, 2, padding="causal")': (STEPS, Convolution1D(3, 2, 1, 'causal', identity)),
    'Conv2DTranspose(2, 3, strides=2)': (IMAGES, TransposedConvolution(2, 3, 2, 0, identity)),
    'BatchNormalization()': (IMAGES, BatchNorm(0.99, 1e-3)),
    'LayerNormalization()': (STEPS, LayerNorm(1e-3)),
    'GroupNormalization(2)': (IMAGES, GroupNorm(2, 1e-3)),
    'RMSNormalization()': (STEPS, RMSNorm(1e-6)),
    'SimpleRNN(3, return_sequences=True)': (STEPS, RNN(3, sequences=True)),
    'LSTM(3, return_sequences=True)': (STEPS, LSTM(3, sequences=True)),
    'GRU(3, reset_after=False, return_sequences=True)': (STEPS, GRU(3, sequences=True)),
    'GRU(3, return_sequences=True)': (STEPS, GRU(3, sequences=True, reset_after=True)),
    'Bidirectional(LSTM(2, return_sequences=True))': (
        STEPS, Bidirectional(LSTM(2, sequences=True))
    ),
    'TimeDistributed(Dense(2))': (STEPS, TimeDistributed(Dense(2, identity))),
    'Embedding(7, 3)': ((6, 5), Tokens(7, 3)),
}  # fmt: skip


def twin(keras, case, model):
    """Return the network in Keras, its weights drawn."""
    X = model.embedding.dtrain.X
    layers = [eval(case, dict(vars(keras.layers)))]
    if len(model.layers) > 3:
        layers.append(keras.layers.Flatten())
    inputs = keras.layers.Input(X.shape[1:], dtype=X.dtype.name)
    there = keras.Sequential([inputs, *layers, keras.layers.Dense(3)])
    for weight in there.weights:
        weight.assign(stream.uniform(0.2, 1, weight.shape))
    return there


def difference(model, there):
    X = model.embedding.dtrain.X
    A = model.predict(X).A
    return np.abs(A - there(X).detach().numpy()).max() / np.abs(A).max()


@pytest.mark.parametrize('case', CASES)
def test_each_layer_is_the_same_as_in_keras(keras, case, tmp_path):
    model = network(*CASES[case])
    there = twin(keras, case, model)
    load_keras_weights(model, there.get_weights())
    assert difference(model, there) < NEAR
    taken = keras_weights(model)
    for ours, theirs in zip(taken, there.get_weights(), strict=True):
        if ours.ndim == theirs.ndim == 2 and len(ours) == 2:  # two biases, of which we have the sum
            ours, theirs = ours[:, :6].sum(0), theirs[:, :6].sum(0)
        np.testing.assert_allclose(ours.ravel(), theirs.ravel(), rtol=1e-15)

    # There again, when they have moved here; and here from a file
    move_parameters(model.layers[1])
    shaped = zip(keras_weights(model), there.get_weights(), strict=True)
    there.set_weights([ours.reshape(theirs.shape) for ours, theirs in shaped])
    assert difference(model, there) < NEAR
    moved = keras_weights(model)
    load_keras_weights(model, [*taken])
    there.save_weights(tmp_path / 'there.weights.h5')
    load_keras_weights(model, tmp_path / 'there.weights.h5')
    for ours, theirs in zip(keras_weights(model), moved, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def deep():
    """Return a network in which layers of one class are apart, and inside others."""
    return network(
        STEPS, Dropout(0.2), Attention(2, 6), Residual([TimeDistributed(Dense(4, tanh))]),
        Attention(4, 12, kv_heads=2), TimeDistributed([Dense(3, tanh), Dropout(0.1), Dense(4)]),
        BatchNorm(0.99, 1e-3),
    )  # fmt: skip


def deep_there(keras, **norm):
    layers = keras.layers
    inputs = layers.Input(STEPS[1:])
    X = layers.MultiHeadAttention(2, 3)(inputs, inputs)
    X = layers.Add()([X, layers.Dense(4, 'tanh', use_bias=False)(X)])
    X = layers.GroupQueryAttention(3, 4, 2)(X, X)
    X = layers.Dense(4, 'sigmoid')(layers.Dropout(0.1)(layers.Dense(3, 'tanh')(X)))
    X = layers.Flatten()(layers.BatchNormalization(**norm)(X))
    there = keras.Model(inputs, layers.Dense(3)(X))
    for weight in there.weights:
        weight.assign(stream.uniform(0.2, 1, weight.shape))
    return there


@pytest.mark.parametrize('off', [{}, {'scale': False}, {'scale': False, 'center': False}])
def test_layers_match_in_order_wherever_they_are(keras, tmp_path, off):
    model, there = deep(), deep_there(keras, **off)
    there.save_weights(tmp_path / 'there.weights.h5')
    model.train(2, verbose=0)
    load_keras_weights(model, tmp_path / 'there.weights.h5', **off)
    assert difference(model, there) < NEAR
    assert not any(layer.moments for layer in model.layers)
    weights = there.get_weights()
    weights.insert(9, np.zeros(4))  # the Dense without bias
    other = deep()
    load_keras_weights(other, weights, **off)
    assert difference(other, there) < NEAR
    with pytest.raises(ShapeError, match=r'3\.Residual\.0\..*\.0\.Dense, bias: expected \(4,\)'):
        load_keras_weights(other, there.get_weights(), **off)


def test_a_network_that_took_weights_trains_on_and_is_written(keras, tmp_path):
    case = 'Conv2D(6, 3, groups=2)'
    model = network(*CASES[case])
    load_keras_weights(model, twin(keras, case, model).get_weights())
    model.train(2, verbose=0)
    again = read_model(model.write(tmp_path / 'network'))
    X = model.embedding.dtrain.X
    assert np.array_equal(again.predict(X).A, model.predict(X).A)
    single = network(*CASES[case])
    single.initialize(loss='MSE', dtype='float32', verbose=False)
    load_keras_weights(single, keras_weights(model))
    assert all(p.dtype == np.float32 for p in single.layers[1].p.values())


# WHAT IS REFUSED


def refuse(model, error, match, weights, **flags):
    """See that it is refused, and the network is as it was."""
    before = parameters(model)
    with pytest.raises(error, match=match):
        load_keras_weights(model, weights, **flags)
    for ours, same in zip(parameters(model), before, strict=True):
        assert all(np.array_equal(ours[name], same[name]) for name in same)


def test_lists_that_do_not_fit_are_refused():
    model = network(STEPS, LSTM(3, sequences=True))
    right = keras_weights(model)
    name = r'load_keras_weights, 1\.LSTM, '
    refuse(model, ShapeError, rf'{name}kernel: expected \(4, 12\), got \(12, 4\)',
           [right[0].T, *right[1:]])  # fmt: skip
    refuse(model, ArgumentError, 'expected 5 arrays, got 4', right[:-1])
    refuse(model, ArgumentError, 'expected 5 arrays, got 6', [*right, np.ones(3)])
    refuse(
        model,
        DataError,
        rf'{name}bias: expected finite',
        [*right[:2], right[2] + np.inf, *right[3:]],
    )
    refuse(model, ArgumentTypeError, 'numbers', [right[0].astype(str), *right[1:]])
    refuse(model, ArgumentTypeError, 'a file, or a list of arrays', 3)
    gru = network(STEPS, GRU(3, sequences=True))
    right = keras_weights(gru)
    refuse(gru, ShapeError, r'1\.GRU, bias: .*got \(2, 9\).* a GRU has reset_after as here',
           [*right[:2], np.zeros((2, 9)), *right[3:]])  # fmt: skip


def test_networks_that_keras_does_not_have_are_refused():
    class Own(Dense):
        pass

    own = network(ROWS, Own(3))
    with pytest.raises(LayerError, match=r'keras_weights, 1\.Own: expected a layer that Keras has'):
        keras_weights(own)
    with pytest.raises(ArgumentTypeError, match='a network'):
        keras_weights(Dense(3))
    with pytest.raises(StateError, match='initialize'):
        load_keras_weights(EpyNN([Embedding(np.ones((4, 2)), np.ones(4)), Dense()]), [])


def test_the_blocks_of_the_guide_run(keras, tmp_path, monkeypatch, capsys):
    pytest.importorskip('onnx')
    monkeypatch.chdir(tmp_path)
    run('interchange.md', 'python|python3')
    capsys.readouterr()
