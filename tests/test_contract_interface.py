"""The contract's tables: every path, name, signature, default and attribute, as scripts use them.

The signatures below are the contract's own lines. Arguments may be added behind them, with
defaults; those that are there keep their names, their order and their defaults.
"""

import ast
import inspect
from importlib import import_module

import numpy as np
import pytest

import epynn
import epynn.settings
from epynn.commons.models import Layer

SIGNATURES = """
EpyNN(layers, name='EpyNN')
EpyNN.initialize(loss='MSE', se_hPars=None, metrics=['accuracy'], seed=None, params=True, end='\\n')
EpyNN.train(epochs, verbose=None, init_logs=True)
EpyNN.evaluate()
EpyNN.report()
EpyNN.plot(pyplot=True, path=None)
EpyNN.write(path=None)
EpyNN.predict(X_data, X_encode=False, X_scale=False)
EpyNN.forward(X)
EpyNN.backward(dA)
Embedding(X_data=None, Y_data=None, relative_size=(2, 1, 0), batch_size=None, X_encode=False, Y_encode=False, X_scale=False)
Embedding.training_batches(init=False)
dataSet(X_data, Y_data=None, name='dummy')
Dense(units=1, activate=sigmoid, initialization=xavier, se_hPars=None)
Convolution(unit_filters=1, filter_size=(3, 3), strides=None, padding=0, activate=relu, initialization=xavier, use_bias=True, se_hPars=None)
Pooling(pool_size=(2, 2), strides=None, pool=max)
Dropout(drop_prob=0.5, axis=())
Flatten()
Template()
RNN(unit_cells=1, activate=tanh, initialization=xavier, clip_gradients=True, sequences=False, se_hPars=None)
LSTM(unit_cells=1, activate=tanh, activate_output=sigmoid, activate_candidate=tanh, activate_input=sigmoid, activate_forget=sigmoid, initialization=orthogonal, clip_gradients=False, sequences=False, se_hPars=None)
GRU(unit_cells=1, activate=tanh, activate_update=sigmoid, activate_reset=sigmoid, initialization=orthogonal, clip_gradients=False, sequences=False, se_hPars=None)
"""  # noqa: E501

FUNCTIONS = """
maths: identity(x, deriv=False)
maths: relu(x, deriv=False)
maths: lrelu(x, deriv=False)
maths: elu(x, deriv=False)
maths: sigmoid(x, deriv=False)
maths: tanh(x, deriv=False)
maths: softmax(x, deriv=False)
maths: xavier(shape, rng)
maths: orthogonal(shape, rng)
maths: clip_gradient(layer, max_norm=0.25)
loss: MSE(Y, A, deriv=False)
loss: MAE(Y, A, deriv=False)
loss: MSLE(Y, A, deriv=False)
loss: BCE(Y, A, deriv=False)
loss: CCE(Y, A, deriv=False)
loss: loss_functions(key=None, output_activation=None)
metrics: accuracy(Y, A)
metrics: recall(Y, A)
metrics: precision(Y, A)
metrics: fscore(Y, A)
metrics: specificity(Y, A)
metrics: NPV(Y, A)
metrics: metrics_functions(key=None)
schedule: schedule_functions(schedule, hPars)
library: configure_directory(clear=False)
logs: process_logs(msg, level=0)
plot: pyplot_metrics(model, path)
"""
NAMES = """
maths: identity relu lrelu elu sigmoid tanh softmax xavier orthogonal clip_gradient
loss: MSE MAE MSLE BCE CCE loss_functions
metrics: accuracy recall precision fscore specificity NPV metrics_functions
schedule: steady exp_decay lin_decay schedule_functions
io: scale_features index_elements_auto one_hot_encode one_hot_encode_sequence
io: one_hot_decode_sequence encode_dataset padding
library: configure_directory read_file write_model read_model
logs: process_logs
plot: pyplot_metrics
models: Layer dataSet
"""
LAYERS = 'Embedding Dense Convolution Pooling Flatten Dropout RNN LSTM GRU Template'


def lines(text):
    return [line for line in text.splitlines() if line]


def value_of(node):
    """Return the default that the contract writes: a literal, or the name of a function."""
    return node.id if isinstance(node, ast.Name) else ast.literal_eval(node)


def check_signature(function, line):
    """Compare a signature with a line of the contract."""
    call = ast.parse(line, mode='eval').body
    got = [p for p in inspect.signature(function).parameters.values() if p.name != 'self']
    if got and got[0].name in ('model', 'layer') and '.' in line.split('(')[0]:
        got = got[1:]  # a function bound in a class body
    wanted = [(arg.id, inspect.Parameter.empty) for arg in call.args]
    wanted += [(keyword.arg, value_of(keyword.value)) for keyword in call.keywords]
    for parameter, (name, default) in zip(got, wanted, strict=False):
        assert parameter.name == name
        assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        if default is parameter.empty:  # scripts hand it in
            continue
        ours = getattr(parameter.default, '__name__', parameter.default)
        ours = list(ours) if isinstance(default, list) else ours
        ours = 'max' if ours == 'amax' else ours  # the name of np.max in NumPy 1
        assert ours == default, name
    assert len(got) >= len(wanted)
    for parameter in got[len(wanted) :]:
        optional = parameter.default is not parameter.empty
        assert optional or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)


@pytest.mark.parametrize('line', lines(SIGNATURES), ids=lambda line: line.split('(')[0])
def test_signatures_of_classes_and_methods(line):
    function = epynn
    for part in line.split('(')[0].split('.'):
        function = getattr(function, part)
    check_signature(function, line)


@pytest.mark.parametrize('line', lines(FUNCTIONS), ids=lambda line: line.split('(')[0])
def test_signatures_of_functions(line):
    module, call = line.split(': ')
    function = getattr(import_module(f'epynn.commons.{module}'), call.split('(')[0])
    check_signature(function, call)


@pytest.mark.parametrize('line', lines(NAMES))
def test_everything_is_importable_from_epynn_itself(line):
    module, names = line.split(': ')
    for name in names.split():
        assert getattr(epynn, name) is getattr(import_module(f'epynn.commons.{module}'), name)
        assert name in epynn.__all__


def test_the_names_of_epynn_are_all_there_and_sorted_and_once():
    for name in epynn.__all__:
        assert getattr(epynn, name) is not None
    assert len(set(epynn.__all__)) == len(epynn.__all__)
    assert 'EpyNN' in epynn.__all__
    assert set(LAYERS.split()) <= set(epynn.__all__)
    assert set(dir(epynn)) >= set(epynn.__all__)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'epynn' has no attribute '__nothing__'"):
        _ = epynn.__nothing__
    with pytest.raises(AttributeError, match="epynn: expected one of its names, got 'Nothing'"):
        _ = epynn.Nothing


def test_the_default_settings():
    assert epynn.settings.se_hPars == {
        'learning_rate': 0.1, 'schedule': 'steady', 'decay_k': 0, 'cycle_epochs': 0,
        'cycle_descent': 0, 'ELU_alpha': 1, 'LRELU_alpha': 0.3, 'softmax_temperature': 1,
    }  # fmt: skip


# ATTRIBUTES


def make_model():
    X = np.random.default_rng(0).random((12, 4, 4, 1))
    layers = [
        epynn.Embedding(X, [0, 1] * 6, (2, 1, 1), 4),
        epynn.Convolution(2, 2),
        epynn.Pooling(),
        epynn.Dropout(0.2),
        epynn.Flatten(),
        epynn.Dense(),
    ]
    model = epynn.EpyNN(layers, name='mine')
    model.initialize(loss='BCE', seed=1, metrics=['accuracy', 'recall'], verbose=False)
    return model


def test_attributes_of_the_model():
    model = make_model()
    model.train(3, verbose=0)
    assert model.embedding is model.layers[0]
    assert model.name == 'mine'
    assert model.uname == f'{model.ts}_mine'
    assert (model.e, model.epochs, model.seed) == (2, 3, 1)
    assert model.initialized is True
    assert list(model.metrics) == ['accuracy', 'recall', 'BCE']
    for sets in model.metrics.values():
        assert [len(values) for values in sets] == [3, 3, 3]
    assert model.se_hPars == epynn.settings.se_hPars
    assert model.training_loss is epynn.BCE
    assert sorted(model.network) == list(range(6))


def test_attributes_of_the_embedding_and_of_its_sets():
    labels = ['yes', 'no', 'yes', 'yes', 'no', 'yes']
    embedding = epynn.Embedding(
        ['ab', 'ba', 'aa', 'bb', 'ab', 'aa'], labels, batch_size=2, X_encode=True, Y_encode=True
    )
    embedding.training_batches(init=True)
    assert (embedding.e2i, embedding.i2e) == ({'a': 0, 'b': 1}, {0: 'a', 1: 'b'})
    assert [dset.name for dset in embedding.dsets] == ['dtrain', 'dval']
    assert not embedding.dtest.active
    assert [len(batch.X) for batch in embedding.batch_dtrain] == [2, 2]
    assert embedding.se_dataset['batch_size'] == 2
    dtrain = embedding.dtrain
    assert (dtrain.name, dtrain.active) == ('dtrain', True)
    assert dtrain.X.shape == (4, 2, 2)
    np.testing.assert_array_equal(dtrain.Y, [[0, 1], [1, 0], [0, 1], [0, 1]])
    np.testing.assert_array_equal(dtrain.y, [1, 0, 1, 1])
    assert dtrain.b == {0: 1, 1: 3}
    assert list(dtrain.ids) == [0, 1, 2, 3]


def test_attributes_and_methods_of_every_layer():
    model = make_model()
    model.train(3, verbose=0)
    for layer in model.layers:
        assert isinstance(layer, Layer)
        for name in ('d', 'p', 'g', 'fc', 'bc', 'fs', 'bs', 'o', 'activation'):
            assert isinstance(getattr(layer, name), dict), name
        for name in (
            'compute_shapes', 'initialize_parameters', 'forward', 'backward', 'compute_gradients',
            'update_parameters', 'update_shapes',
        ):  # fmt: skip
            assert callable(getattr(layer, name)), name
        assert layer.name == type(layer).__name__
        assert isinstance(layer.np_rng, np.random.Generator)
        assert isinstance(layer.lrate, list)
        assert len(layer.lrate) == 3
        assert layer.e == 2
        assert layer.trainable == bool(layer.p)
        assert layer.se_hPars is None or isinstance(layer.se_hPars, dict)


def test_a_layer_alone_draws_from_a_stream_of_its_own_unless_it_is_given_one(rng):
    X = rng.standard_normal((4, 5))
    drawn = []
    for stream in (None, None, 3, 3):
        layer = epynn.Dense(3)
        if stream is not None:
            layer.np_rng = np.random.default_rng(stream)
        layer.forward(X)
        drawn.append(layer.p['W'])
    assert not np.array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn[2], drawn[3])


# CACHES THAT SCRIPTS READ


def test_the_blocks_of_a_convolution(rng):
    X = rng.standard_normal((2, 5, 6, 3))
    layer = epynn.Convolution(4, (2, 3), (1, 2), activate=epynn.identity)
    A = layer.forward(X)
    Xb = layer.fc['Xb']
    assert Xb.shape == (2, 4, 2, 2, 3, 3, 1)
    W, b = layer.p['W'], layer.p['b']
    assert (W.shape, b.shape) == ((2, 3, 3, 4), (4,))
    for i, j in np.ndindex(4, 2):
        block = X[:, i : i + 2, 2 * j : 2 * j + 3]
        np.testing.assert_array_equal(Xb[:, i, j, ..., 0], block)
    np.testing.assert_allclose(A, np.sum(Xb * W, axis=(3, 4, 5)) + b, rtol=1e-12)


# SCHEDULES AND FUNCTIONS BY NAME


def test_schedules_by_name():
    hPars = {**epynn.settings.se_hPars, 'epochs': 6, 'cycle_epochs': 3, 'cycle_descent': 0.5}
    for name in ('steady', 'exp_decay', 'lin_decay'):
        rates = epynn.schedule_functions(name, hPars)
        rates = rates if isinstance(rates, list) else rates(hPars)
        np.testing.assert_array_equal(rates, getattr(epynn, name)(hPars))
    assert epynn.steady(hPars) == [0.1] * 6
    x = np.arange(6)
    expected = 0.1 * 0.5 ** (x // 3) * np.exp(-(x % 3) * 5 / 3)
    np.testing.assert_allclose(epynn.exp_decay(hPars), expected, rtol=1e-14)
    np.testing.assert_allclose(epynn.lin_decay(hPars), 0.1 / (1 + 100 * 5 / 3 * x), rtol=1e-14)


def test_functions_by_name():
    assert set(epynn.loss_functions()) >= {'MSE', 'MAE', 'MSLE', 'BCE', 'CCE'}
    assert epynn.loss_functions('BCE') is epynn.BCE
    assert epynn.loss_functions(output_activation='softmax') is epynn.CCE
    for name in ('accuracy', 'recall', 'precision', 'fscore', 'specificity', 'NPV'):
        assert epynn.metrics_functions()[name] is epynn.metrics_functions(name)
