"""The contract: scripts written for EpyNN 1.2 run unmodified; what was wrong is right.

One test for each number under 'Where we differ, because it was wrong', named after it.
"""

import ast
import os
import subprocess
import sys
import tracemalloc
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from gradients import check_layer, check_network, require
from layer_table import ROWS
from networks import (
    assert_same_parameters,
    make_classifier,
    make_data,
    make_regression,
    parameters,
    quiet,
    record,
)

import epynn
import epynn.settings
from epynn.commons.errors import ArgumentError, DataError, EpynnError, LabelError, StateError
from epynn.commons.loss import BCE, CCE, MAE, MSE, MSLE
from epynn.commons.maths import elu, identity, lrelu, relu, sigmoid, softmax, tanh
from epynn.commons.metrics import NPV, fscore, precision, recall, specificity
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.rnn.models import RNN
from epynn.template.models import Template

# IMPORT PATHS

PATHS = {
    'epynn.settings': 'se_hPars',
    'epynn.network.models': 'EpyNN',
    'epynn.commons.models': 'Layer dataSet',
    'epynn.commons.maths': 'identity relu lrelu elu sigmoid tanh softmax xavier orthogonal '
    'clip_gradient',
    'epynn.commons.loss': 'MSE MAE MSLE BCE CCE loss_functions',
    'epynn.commons.metrics': 'accuracy recall precision fscore specificity NPV metrics_functions',
    'epynn.commons.schedule': 'steady exp_decay lin_decay schedule_functions',
    'epynn.commons.io': 'scale_features index_elements_auto one_hot_encode '
    'one_hot_encode_sequence one_hot_decode_sequence encode_dataset padding',
    'epynn.commons.library': 'configure_directory read_file write_model read_model',
    'epynn.commons.logs': 'process_logs',
    'epynn.commons.plot': 'pyplot_metrics',
}
LAYERS = (
    'Embedding', 'Dense', 'Convolution', 'Pooling', 'Flatten', 'Dropout', 'RNN', 'LSTM', 'GRU',
    'Template',
)  # fmt: skip


@pytest.mark.parametrize('path', PATHS)
def test_names_of_the_commons(path):
    module = import_module(path)
    for name in PATHS[path].split():
        assert hasattr(module, name), name


@pytest.mark.parametrize('name', LAYERS)
def test_paths_of_the_layers(name):
    folder = name.lower()
    layer = getattr(import_module(f'epynn.{folder}.models'), name)
    assert getattr(epynn, name) is layer
    for module, functions in {
        'forward': ['forward'],
        'backward': ['backward'],
        'parameters': ['compute_shapes', 'initialize_parameters', 'compute_gradients'],
    }.items():
        for function in functions:
            bound = getattr(layer, function)
            if bound.__name__ != 'no_parameters':
                place = import_module(f'epynn.{folder}.{module}')
                assert getattr(place, f'{folder}_{function}') is bound


def test_the_default_settings():
    assert epynn.settings.se_hPars == {
        'learning_rate': 0.1, 'schedule': 'steady', 'decay_k': 0, 'cycle_epochs': 0,
        'cycle_descent': 0, 'ELU_alpha': 1, 'LRELU_alpha': 0.3, 'softmax_temperature': 1,
    }  # fmt: skip


def test_the_attributes_of_the_model():
    model = quiet(make_classifier())
    model.train(2, verbose=0)
    assert isinstance(model.ts, int)
    assert model.name == 'test'
    assert model.uname.endswith('_test')
    assert model.embedding is model.layers[0]
    assert (model.e, model.epochs, model.seed, model.initialized) == (1, 2, 1, True)
    assert model.training_loss is CCE
    assert model.se_hPars == epynn.settings.se_hPars
    assert sorted(model.network) == [0, 1, 2]
    assert [len(values) for values in model.metrics['accuracy']] == [2, 2, 0]


# SCRIPTS

SCRIPT = """
import numpy as np

import epynn.initialize
from epynn.commons.io import one_hot_decode_sequence, padding, scale_features
from epynn.commons.logs import process_logs
from epynn.commons.maths import relu, softmax, tanh, xavier, orthogonal
from epynn.commons.models import dataSet
from epynn.network.models import EpyNN
from epynn.embedding.models import Embedding
from epynn.convolution.models import Convolution
from epynn.pooling.models import Pooling
from epynn.dropout.models import Dropout
from epynn.flatten.models import Flatten
from epynn.dense.models import Dense
from epynn.rnn.models import RNN
from epynn.lstm.models import LSTM
from epynn.gru.models import GRU
from settings import se_hPars

np.random.seed(1)
X_data = np.random.rand(60, 12, 12, 1)
Y_data = [i % 2 for i in range(60)]
X_data[::2] += 0.3

embedding = Embedding(X_data=X_data, Y_data=Y_data, X_scale=True, Y_encode=True,
                      batch_size=16, relative_size=(2, 1, 0))
se_hPars['learning_rate'] = 0.005
se_hPars['softmax_temperature'] = 1
name = 'Conv-4_Pool_Flatten_Dense-2-softmax'
layers = [
    embedding,
    Convolution(unit_filters=4, filter_size=(3, 3), activate=relu),
    Pooling(pool_size=(2, 2), pool=np.max),
    Flatten(),
    Dense(8, relu),
    Dropout(drop_prob=0.1),
    Dense(2, softmax),
]
model = EpyNN(layers=layers, name=name)
model.initialize(loss='CCE', seed=1, metrics=['accuracy', 'recall', 'precision'],
                 se_hPars=se_hPars.copy(), end='\\r')
model.train(epochs=10, init_logs=False)
assert model.se_hPars['learning_rate'] == 0.005
dset = model.predict(X_data[:5], X_scale=True)
process_logs(f'{dset.ids} {dset.P} {dset.A.shape}', level=1)

letters = padding(['ATG', 'CA', 'TTGC', 'A'] * 10, 4)
for layer in (RNN(5, tanh), LSTM(5), GRU(5)):
    embedding = Embedding(letters, [0, 1, 0, 1] * 10, X_encode=True, Y_encode=True)
    print(one_hot_decode_sequence(embedding.dtrain.X[0], embedding.i2e))
    model = EpyNN([embedding, layer, Dense(2, softmax)])
    model.initialize(loss='BCE', se_hPars=se_hPars, seed=1)
    model.train(3)
    model.evaluate()
    model.report()
"""

OWN_SETTINGS = """
se_hPars = {
    'learning_rate': 0.1, 'schedule': 'exp_decay', 'decay_k': 0, 'cycle_epochs': 0,
    'cycle_descent': 0, 'ELU_alpha': 1, 'LRELU_alpha': 0.3, 'softmax_temperature': 1,
}
MARK = 'mine'
"""


def run(script, folder, *options):
    """Run a script as a user does, in that folder."""
    environment = {key: value for key, value in os.environ.items() if key != 'PYTHONPATH'}
    environment['PYTHONDONTWRITEBYTECODE'] = '1'
    (folder / 'train.py').write_text(script)
    return subprocess.run(
        [sys.executable, *options, 'train.py'], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def test_a_script_runs_unmodified_in_an_empty_folder(tmp_path):
    done = run(SCRIPT, tmp_path, '-W', 'error')
    assert done.returncode == 0, done.stderr
    assert '[0 1 2 3 4]' in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ['train.py']


def test_a_script_runs_unmodified_with_settings_of_its_own(tmp_path):
    (tmp_path / 'settings.py').write_text(OWN_SETTINGS)
    script = f"{SCRIPT}\nfrom settings import MARK\nassert se_hPars['schedule'] == 'exp_decay'\n"
    script += 'assert layers[1].lrate[-1] < layers[1].lrate[0] == 0.005\n'
    done = run(script, tmp_path, '-W', 'error')
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ['settings.py', 'train.py']


def test_importing_takes_no_heavy_libraries(tmp_path):
    script = """
import sys
import epynn, epynn.initialize, epynn.network.models, epynn.commons.io, epynn.commons.library
hook = sys.excepthook
heavy = {'matplotlib', 'sklearn', 'torch', 'pandas', 'IPython', 'scipy'} & set(sys.modules)
assert not heavy, heavy
assert sys.excepthook is sys.__excepthook__
"""
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ['train.py']


# WHERE WE DIFFER


def test_difference_01_failures_raise_and_nothing_exits(tmp_path):
    for path in Path(epynn.__file__).parent.rglob('*.py'):
        if path.name in ('cli.py', '__main__.py'):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, 'attr', getattr(node, 'id', ''))
            assert name not in ('exit', '_exit', 'quit', 'SystemExit', 'abort'), path
    done = run('from epynn import Dense\nDense(0)', tmp_path)
    assert done.returncode == 1
    assert 'ArgumentError: Dense.units' in done.stderr


def test_difference_02_padding_works_forward_and_backward(rng):
    layer = Convolution(2, 3, 1, padding=1, activate=tanh)
    X = rng.standard_normal((2, 4, 5, 1))
    assert layer.forward(X).shape == (2, 4, 5, 2)
    require(check_layer(layer, X))


def test_difference_02_an_int_is_a_pair(rng):
    X = rng.standard_normal((1, 6, 6, 1))
    for options in ({'strides': 2}, {'strides': (2, 2)}):
        layer = Convolution(1, 2, **options)
        layer.np_rng = np.random.default_rng(0)
        assert (layer.d['sh'], layer.d['sw']) == (2, 2)
        assert layer.forward(X).shape == (1, 3, 3, 1)


def test_difference_02_a_convolution_has_its_own_settings():
    X = np.zeros((6, 4, 4, 1))
    layer = Convolution(2, 2, se_hPars={'learning_rate': 0.7, 'LRELU_alpha': 0.1}, activate=lrelu)
    quiet(EpyNN([Embedding(X, [0, 1] * 3), layer, Flatten(), Dense()]), loss='BCE').train(1, 0)
    assert layer.lrate == [0.7]
    assert layer.activate.hyperparameters == {'alpha': 0.1}


def test_difference_02_no_bias_means_none(rng):
    layer = Convolution(2, 2, use_bias=False)
    A = layer.forward(rng.standard_normal((1, 4, 4, 1)))
    layer.backward(A)
    layer.compute_gradients()
    assert list(layer.p) == ['W']
    assert list(layer.g) == ['dW']
    assert 'b' not in layer.fs


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_difference_03_bias_gradient_has_the_shape_of_the_bias(row):
    layer, _, _ = row.run()
    for name, parameter in layer.p.items():
        assert layer.g[f'd{name}'].shape == parameter.shape


def test_difference_04_dropout_is_off_outside_training():
    model = quiet(make_classifier(Dense(6), Dropout(0.9)))
    X, _ = make_data()
    np.testing.assert_array_equal(model.predict(X).A, model.predict(X).A)
    first, second = (record(model.evaluate()) for _ in range(2))
    assert first == second


def test_difference_04_predicting_never_changes_later_training():
    X, _ = make_data()
    predicted, left = (quiet(make_classifier(Dense(6), Dropout(0.5))) for _ in range(2))
    for model in (predicted, left):
        model.train(2, verbose=0)
        if model is predicted:
            model.predict(X)
        model.train(2, verbose=0)
    assert_same_parameters(predicted, left)


def test_difference_04_dropping_all_gives_zeros_and_integers_work():
    layer = Dropout(1.0)
    X = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(layer.forward(X), np.zeros((2, 3)))
    np.testing.assert_array_equal(layer.backward(np.ones((2, 3))), np.zeros((2, 3)))
    assert set(Dropout(0.5).forward(X).ravel()) <= {0, *(2.0 * X).ravel()}


@pytest.mark.parametrize('pool', [np.mean, np.average, np.min, np.max])
@pytest.mark.parametrize('padding', [0, 1])
def test_difference_05_every_pooling_has_the_right_gradient(pool, padding, rng):
    require(check_layer(Pooling(2, 2, pool, padding), rng.standard_normal((2, 5, 4, 2))))


def test_difference_05_a_tie_has_one_winner_the_first():
    for pool in (np.max, np.min):
        layer = Pooling(pool=pool)
        layer.forward(np.ones((1, 2, 2, 1)))
        np.testing.assert_array_equal(
            layer.backward(np.ones((1, 1, 1, 1)))[0, ..., 0], [[1, 0], [0, 0]]
        )


@pytest.mark.parametrize('pool', [np.median, np.sum, len, 'max', None])
def test_difference_05_other_functions_are_refused_at_construction(pool):
    with pytest.raises(ArgumentError, match=r'^Pooling.pool: expected np.max, np.min, np.mean'):
        Pooling(pool=pool)


@pytest.mark.parametrize('T', [0.5, 1, 3])
def test_difference_06_softmax_has_its_temperature_in_the_derivative(T, rng):
    layer = Dense(4, softmax, se_hPars={'softmax_temperature': T})
    require(check_layer(layer, rng.standard_normal((3, 5))))


def test_difference_06_softmax_needs_no_jacobian(rng):
    m = u = 1000
    layer = Dense(u, softmax)
    X = rng.standard_normal((m, 4))
    A = layer.forward(X)
    tracemalloc.start()
    layer.backward(A)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * A.nbytes  # the Jacobians would take 1000 times as much


def test_difference_06_closed_forms_are_exact_for_any_logit():
    X = 1000 * np.eye(3)
    for loss, activate, Y in (('CCE', softmax, np.eye(3)[::-1]), ('BCE', sigmoid, 1 - np.eye(3))):
        model = quiet(EpyNN([Embedding(X, Y, (1, 0, 0)), Dense(3, activate)]), loss=loss)
        output = model.layers[-1]
        output.p = {'W': np.eye(3), 'b': np.zeros((1, 3))}
        A = model.forward(X, training=True)
        model.backward(*loss_gradient(model, Y, A))
        np.testing.assert_allclose(output.bc['dZ'], (A - Y) / (3 if loss == 'BCE' else 1))
        assert np.abs(output.bc['dZ']).max() >= 1 / 3


@pytest.mark.parametrize(('dtype', 'largest'), [(np.float64, 1e300), (np.float32, 3e38)])
def test_difference_07_activations_and_losses_are_finite_and_silent(dtype, largest):
    x = np.array([[-largest, -1e3, -1, 0, 1, 1e3, largest]], dtype=dtype)
    for f in (identity, relu, lrelu, elu, sigmoid, tanh, softmax):
        for deriv in (False, True):
            assert np.isfinite(f(x, deriv)).all(), f.__name__
            assert f(x, deriv).dtype == dtype
    Y = np.array([[0, 1, 0, 1, 0, 1, 0]])
    for f in (MSE, MAE, MSLE, BCE, CCE):
        for A in (x, sigmoid(x), softmax(x)):
            for deriv in (False, True):
                assert np.isfinite(f(Y, A, deriv)).all(), f.__name__


@pytest.mark.parametrize('alpha', [-2, 0, 0.3, 1, 5])
def test_difference_07_leaky_relu_is_right_for_any_alpha(alpha):
    x = np.array([-2.0, 0.0, 3.0])
    np.testing.assert_array_equal(lrelu(x, alpha=alpha), [-2 * alpha, 0, 3])
    np.testing.assert_array_equal(lrelu(x, deriv=True, alpha=alpha), [alpha, alpha, 1])


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


def test_difference_09_every_sample_is_used_every_epoch():
    embedding = Embedding(*make_data(20), (1, 0, 0), batch_size=6)
    embedding.training_batches(init=True)
    assert [len(batch.X) for batch in embedding.batch_dtrain] == [6, 6, 6, 2]
    ids = np.concatenate([batch.ids for batch in embedding.batch_dtrain])
    assert sorted(ids) == list(range(20))
    dropping = Embedding(*make_data(20), (1, 0, 0), batch_size=6, drop_last=True)
    dropping.training_batches(init=True)
    assert [len(batch.X) for batch in dropping.batch_dtrain] == [6, 6, 6]


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


def test_difference_12_settings_of_activations_belong_to_the_layer():
    layers = [Dense(3, elu, se_hPars={'ELU_alpha': alpha}) for alpha in (1, 2)]
    quiet(make_classifier(*layers))
    quiet(make_classifier(Dense(3, elu)), se_hPars={'ELU_alpha': 9})
    for layer, alpha in zip(layers, (1, 2), strict=True):
        assert layer.activate(np.array([-50.0])) == pytest.approx(-alpha)


def test_difference_13_the_positive_class_is_1():
    Y, A = np.array([1, 1, 1, 0, 0]), np.array([0.9, 0.8, 0.1, 0.7, 0.2])[:, np.newaxis]
    assert recall(Y, A) == pytest.approx(2 / 3)
    assert precision(Y, A) == pytest.approx(2 / 3)
    assert specificity(Y, A) == NPV(Y, A) == pytest.approx(1 / 2)
    X = np.arange(10.0)[:, np.newaxis]
    model = EpyNN([Embedding(X, [0, 1] * 5, (1, 0, 0)), Dense()])
    for label in (0, 1):
        values = quiet(model, loss='BCE', metrics=['recall'], positive_label=label).evaluate()
        dset = model.embedding.dtrain
        assert values['recall']['dtrain'] == np.mean(dset.P[dset.y == label] == label)


def test_difference_13_more_classes_give_the_macro_average_of_scikit_learn(rng):
    metrics = pytest.importorskip('sklearn.metrics')
    Y, A = rng.integers(0, 4, 60), rng.random((60, 4))
    P, one_hot = A.argmax(axis=1), np.eye(4)[Y]
    for ours, theirs in (
        (recall, metrics.recall_score),
        (precision, metrics.precision_score),
        (fscore, metrics.f1_score),
    ):
        assert ours(one_hot, A) == pytest.approx(theirs(Y, P, average='macro'))
    # specificity is the recall of the other label, NPV its precision
    for ours, theirs in ((specificity, metrics.recall_score), (NPV, metrics.precision_score)):
        others = [
            theirs(of_truth, of_decision, pos_label=False)
            for of_truth, of_decision in zip((one_hot == 1).T, (np.eye(4)[P] == 1).T, strict=True)
        ]
        assert ours(one_hot, A) == pytest.approx(np.mean(others))


@pytest.mark.parametrize(
    'labels', [['b', 'a', 'c'], [1.5, -2.5, 0.5], [-1, 7, 100], [[3], [1], [2]]], ids=str
)
def test_difference_14_any_labels_are_encoded(labels):
    embedding = Embedding(np.zeros((3, 2)), labels, (1, 0, 0), Y_encode=True)
    np.testing.assert_array_equal(
        embedding.dtrain.Y.argmax(axis=1), np.argsort(np.argsort(np.ravel(labels)))
    )


def test_difference_14_labels_that_do_not_fit_the_output_raise():
    X, y = make_data()
    for labels, output in ((y, Dense(3, softmax)), (np.eye(3)[y], Dense(2, softmax))):
        with pytest.raises(LabelError, match=r'Y_data: expected one column for each of the'):
            quiet(EpyNN([Embedding(X, labels), output]))


def test_difference_15_the_scale_is_remembered():
    X, y = make_data(classes=2)
    model = quiet(EpyNN([Embedding(X, y, X_scale=True), Dense()]), loss='BCE')
    scaled = (X - X.min()) / (X.max() - X.min())
    dset = model.predict(X[3:5], X_scale=True)
    np.testing.assert_array_equal(dset.X, scaled[3:5])  # not the scale of these two samples


def test_difference_15_constant_features_give_zeros():
    X, y = make_data(classes=2)
    X[:, 1] = 7
    np.testing.assert_array_equal(Embedding(X, y, X_scale=True).dtrain.X[:, 1], 0)
    np.testing.assert_array_equal(
        Embedding(np.full((4, 2), 7), [0, 1] * 2, X_scale=True).dtrain.X, 0
    )


@pytest.mark.parametrize(
    ('wrong', 'error', 'message'),
    [
        (lambda X, y: Embedding(X, y[1:]), DataError, '^Y_data: expected as many labels'),
        (lambda X, y: Embedding(X * np.nan, y), DataError, '^X_data: expected finite .* got nan'),
        (lambda X, y: Embedding(X - np.inf, y), DataError, '^X_data: .* got -inf'),
        (lambda X, y: quiet(make_classifier()).predict(X[:, 1:]), EpynnError,
         '^Dense, layer 1: .* fits'),
        (lambda X, y: make_classifier().train(0), ArgumentError, r'^EpyNN.train\(epochs\)'),
        (lambda X, y: make_classifier().predict(X), StateError, '^EpyNN.predict: .* initialized'),
        (lambda X, y: quiet(make_classifier(), loss='x'), ArgumentError, '^loss: .* CCE'),
        (lambda X, y: quiet(make_classifier(), metrics=['x']), ArgumentError, '^metrics: '),
        (lambda X, y: quiet(make_classifier(), se_hPars={'schedule': 'x'}), ArgumentError,
         '^schedule: .* steady'),
        (lambda X, y: Dense(1, 'x'), EpynnError, '^Dense.activate: expected a function'),
    ],
)  # fmt: skip
def test_difference_16_wrong_input_gives_typed_errors(wrong, error, message):
    X, y = make_data()
    with pytest.raises(error, match=message):
        wrong(X, y)


def test_difference_16_an_unseen_token():
    embedding = Embedding(['ab', 'ba'], [0, 1], (1, 0, 0), X_encode=True)
    model = quiet(EpyNN([embedding, Flatten(), Dense()]), loss='BCE')
    with pytest.raises(DataError, match=r"^X_data, sample 0: .* got 'z'"):
        model.predict(['az'], X_encode=True)


@pytest.mark.parametrize('m', range(2, 30))
@pytest.mark.parametrize('relative_size', [(2, 1, 0), (1, 0, 1), (1, 0, 0), (3, 3, 3), (2, 1, 1)])
def test_difference_17_no_set_is_filled_that_was_to_be_empty(m, relative_size):
    embedding = Embedding(np.zeros((m, 1)), np.zeros(m), relative_size)
    sets = (embedding.dtrain, embedding.dval, embedding.dtest)
    assert sum(len(dset.X) for dset in sets) == m
    for dset, size in zip(sets, relative_size, strict=True):
        assert size > 0 or not len(dset.X)


def test_difference_17_a_training_set_is_required_and_said_so():
    with pytest.raises(DataError, match=r'^Embedding.relative_size: .* one sample to train'):
        Embedding(np.zeros((2, 1)), [0, 1], (1, 9, 0))


def test_difference_17_sorted_labels_are_warned_of():
    with pytest.warns(UserWarning, match='no sample with label 2 is in the training set'):
        Embedding(np.zeros((9, 2)), np.repeat([0, 1, 2], 3))


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


def test_difference_18_evaluating_does_not_either():
    hidden, peaks = 400, []
    for m in (1000, 8000):
        model = quiet(make_regression(Dense(hidden), m=m), loss='MSE')
        tracemalloc.start()
        model.evaluate()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 0.1 * 7000 * hidden * 8


def test_difference_19_models_are_saved_without_pickle_and_without_data(tmp_path):
    from epynn.commons.library import read_model

    model = quiet(make_classifier(m=3000))
    model.train(2, verbose=0)
    path = tmp_path / 'mine'
    model.write(str(path))
    written = list(tmp_path.iterdir())
    assert len(written) == 1
    assert written[0].stat().st_size < model.embedding.dtrain.X.nbytes / 2
    X, _ = make_data()
    np.testing.assert_array_equal(read_model(str(written[0])).predict(X).A, model.predict(X).A)
    source = ''.join(p.read_text() for p in Path(epynn.__file__).parent.rglob('*.py'))
    assert 'import pickle' not in source
    assert 'allow_pickle=True' not in source


def test_difference_19_default_names_are_unique(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = quiet(make_classifier())
    for _ in range(3):
        model.write()
    names = [path.stem for path in (tmp_path / 'models').iterdir()]
    assert len(names) == 3
    assert all(name.startswith(model.uname) for name in names)


@pytest.mark.parametrize('call', ['fsync', 'replace'])
def test_difference_19_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, call):
    model, path = quiet(make_classifier()), tmp_path / 'mine.safetensors'
    model.write(path)
    before = path.read_bytes()
    model.train(1, verbose=0)

    def fail(*args, **options):
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises((OSError, EpynnError)):
            model.write(path)
    assert path.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir()] == ['mine.safetensors']


def test_difference_19_loading_runs_no_code(tmp_path):
    quiet(make_classifier(Dense(4, elu), Dropout(0.2))).write(tmp_path / 'mine.safetensors')
    script = """
import sys
from epynn import read_model
read_model('mine.safetensors')  # what is imported late is imported now
events = []
sys.addaudithook(lambda event, arguments: events.append((event, arguments)))
read_model('mine.safetensors')
bad = ('exec', 'compile', 'import', 'subprocess', 'socket', 'os.system', 'pickle', 'marshal')
assert not [event for event in events if event[0].startswith(bad)], events
for event, arguments in events:
    assert event != 'open' or arguments[1] in ('r', 'rb') or not arguments[2] & 3, arguments
"""
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr


def test_difference_20_plots_are_written_without_a_display(tmp_path):
    pytest.importorskip('matplotlib')
    script = """
import numpy as np
from epynn import *
model = EpyNN([Embedding(np.eye(6), [0, 1] * 3), Dense()])
model.initialize(seed=1, verbose=False)
model.train(3, verbose=0)
model.plot(pyplot=False, path='x.png')
"""
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'x.png').read_bytes().startswith(b'\x89PNG')


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


def test_a_layer_works_alone(rng):
    layer = Dense(3)
    A = layer.forward(rng.standard_normal((4, 2)))
    assert layer.backward(np.ones_like(A)).shape == (4, 2)
    layer.compute_gradients()
    before = parameters(EpyNN([Embedding(), layer, Template()]))[1]
    layer.update_parameters()
    np.testing.assert_array_equal(layer.p['b'], before['b'] - 0.1 * layer.g['db'])
