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
from epynn.commons import maths
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


def test_a_data_set_by_itself():
    dset = epynn.dataSet([[1, 2], [3, 4], [5, 6]], [0, 1, 1])
    assert (dset.name, dset.active, dset.A, dset.P) == ('dummy', True, None, None)
    assert dset.X.shape == (3, 2)
    assert dset.Y.shape == (3, 1)
    np.testing.assert_array_equal(dset.y, [0, 1, 1])
    assert dset.b == {0: 1, 1: 2}
    assert list(dset.ids) == [0, 1, 2]


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


@pytest.mark.parametrize(
    ('make', 'shape'),
    [
        (lambda: epynn.Dense(3), (4, 5)),
        (lambda: epynn.Convolution(3, 2), (2, 5, 5, 2)),
        (epynn.Pooling, (2, 5, 5, 2)),
        (epynn.Flatten, (2, 5, 5, 2)),
        (epynn.Dropout, (4, 5)),
        (lambda: epynn.RNN(3), (4, 5, 2)),
        (lambda: epynn.LSTM(3, sequences=True), (4, 5, 2)),
        (lambda: epynn.GRU(3), (4, 5, 2)),
        (epynn.Template, (4, 5)),
    ],
)
def test_every_layer_works_alone(make, shape, rng):
    """No model, no generator set: the layer draws for itself, from a stream of its own."""
    X = rng.standard_normal(shape)
    layer, other = make(), make()
    A = layer.forward(X)
    assert layer.backward(np.ones_like(A)).shape == shape
    layer.compute_gradients()
    before = dict(layer.p)
    layer.update_parameters()
    for name in layer.p:
        np.testing.assert_array_equal(layer.p[name], before[name] - 0.1 * layer.g[f'd{name}'])
    other.forward(X)
    if before:
        assert any(not np.array_equal(before[name], other.p[name]) for name in before)
    given, again = make(), make()
    for seeded in (given, again):
        seeded.np_rng = np.random.default_rng(3)
        seeded.forward(X)
    for name in given.p:
        np.testing.assert_array_equal(given.p[name], again.p[name])


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


@pytest.mark.parametrize(
    ('make', 'caches', 'parameters'),
    [
        (epynn.RNN, 'h_ h hp', 'U V b'),
        (
            epynn.LSTM, 'f_ f i_ i g_ g o_ o C_ C Cp_ h hp',
            'Uf Vf bf Ui Vi bi Ug Vg bg Uo Vo bo',
        ),
        (epynn.GRU, 'z_ z r_ r hh_ hh h hp', 'Uz Vz bz Ur Vr br Uhh Vhh bhh'),
    ],
)  # fmt: skip
def test_states_and_gates_of_recurrent_layers(make, caches, parameters, rng):
    layer = make(4)
    A = layer.forward(rng.standard_normal((3, 5, 2)))
    for name in caches.split():
        assert layer.fc[name].shape == (3, 5, 4), name
    np.testing.assert_array_equal(layer.fc['h'][:, -1], A)
    np.testing.assert_array_equal(layer.fc['h'][:, :-1], layer.fc['hp'][:, 1:])
    assert list(layer.p) == parameters.split()
    for name, p in layer.p.items():
        assert p.shape == {'U': (2, 4), 'V': (4, 4), 'b': (1, 4)}[name[0]]


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


def test_losses_are_one_number_a_sample_and_gradients_like_the_output(rng):
    Y, A = np.eye(3)[[0, 2]], maths.softmax(rng.standard_normal((2, 3)))
    for name in ('MSE', 'MAE', 'MSLE', 'BCE', 'CCE'):
        loss = getattr(epynn, name)
        assert loss(Y, A).shape == (2,)
        assert loss(Y, A, deriv=True).shape == A.shape


def test_folders_of_a_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    epynn.configure_directory()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['datasets', 'models', 'plots']
    (tmp_path / 'models' / 'old').touch()
    (tmp_path / 'datasets' / 'text').write_text('ab\n')
    epynn.configure_directory()
    assert (tmp_path / 'models' / 'old').exists()
    epynn.configure_directory(clear=True)
    assert not (tmp_path / 'models' / 'old').exists()
    assert epynn.read_file('datasets/text') == 'ab\n'
