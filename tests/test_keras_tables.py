"""What the tables of the pages say of Keras, where it is installed: names, defaults, numbers."""

import re
from pathlib import Path

import numpy as np
import pytest

import epynn

DOCS = Path(__file__).parent.parent / 'docs'
FAMILIES = ('losses', 'activations', 'optimizers', 'schedules', 'initializers', 'metrics')
PAGES = sorted([*(DOCS / 'layers').glob('*.md'), *(DOCS / f'{name}.md' for name in FAMILIES)])
TABLES = {
    page.stem: re.findall(r'^```\{elsewhere\}[^\n]*\n(.*?)^```$', page.read_text(), re.M | re.S)
    for page in PAGES
}
CELLS = {
    name: [row.split(' | ') for row in ''.join(table).splitlines()]
    for name, table in TABLES.items()
}

pytestmark = pytest.mark.filterwarnings('ignore::DeprecationWarning')  # of NumPy 2, in Keras


def names_of(keras, page):
    """Return what the pages call by its name alone, those of the family of the page first."""
    of_page = {'losses': keras.losses, 'initializers': keras.initializers, 'metrics': keras.metrics}
    places = [keras.regularizers, keras.callbacks, keras.optimizers.schedules, keras.optimizers,
              keras.layers, of_page.get(page, keras.layers)]  # fmt: skip
    names = {'keras': keras, 'regularizers': keras.regularizers, 'X': 0, 'c': 0.1, 'k': 0.2}
    names |= {'lr': 0.1, 'low': 0.1, 'epochs': 60}
    for place in places:
        names |= vars(place)
    return names


@pytest.mark.parametrize('page', CELLS)
def test_what_a_page_calls_by_the_name_of_keras_is_there(keras, page):
    for _, _, theirs, _ in CELLS[page]:
        for code in re.findall(r'`((?:\w+\.)*[A-Z]\w+\([^`]*\))`', theirs):
            if '...' not in code and 'keras-hub' not in theirs:  # a package of its own
                eval(code, names_of(keras, page))


DEFAULTS = {
    'BatchNormalization().momentum': 0.99, 'BatchNormalization().epsilon': 1e-3,
    'LayerNormalization().epsilon': 1e-3, 'GroupNormalization().epsilon': 1e-3,
    'RMSNormalization().epsilon': 1e-6, 'GroupNormalization().groups': 32,
    'LeakyReLU().negative_slope': 0.3,
    'Conv2D(1, 3).strides': (1, 1), 'Conv1D(1, 3).strides': (1,),
    'MaxPooling2D(3).strides': (3, 3), 'MaxPooling1D(3).strides': (3,),
    'Conv2D(1, 3).activation.__name__': 'linear', 'Dense(1).activation.__name__': 'linear',
    'Conv2D(1, 3).kernel_initializer.__class__.__name__': 'GlorotUniform',
    'LSTM(1).recurrent_initializer.__class__.__name__': 'Orthogonal',
    'LSTM(1).unit_forget_bias': True, 'GRU(1).reset_after': True,
    'Adam().epsilon': 1e-7, 'AdamW().weight_decay': 0.004, 'RMSprop().rho': 0.9,
    'Adagrad().initial_accumulator_value': 0.1,
}  # fmt: skip


@pytest.mark.parametrize('code', DEFAULTS)
def test_defaults_of_keras_are_those_of_the_tables(keras, code):
    assert eval(code, names_of(keras, 'layers')) == DEFAULTS[code]


def test_activations_are_those_of_keras(keras):
    x = np.linspace(-5, 5, 41).reshape(1, -1)
    for name, _, theirs, _ in CELLS['activations'][:-1]:
        function = getattr(keras.activations, re.match(r'`(\w+)`', theirs)[1])
        options = {'negative_slope': 0.3} if name == 'lrelu' else {}
        options |= {'approximate': name == 'gelu_tanh'} if 'gelu' in name else {}
        found = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(x), **options))
        np.testing.assert_allclose(
            getattr(epynn, name)(x), found, rtol=1e-6, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize(
    ('there', 'here'),
    [
        ('MeanSquaredError()', epynn.MSE), ('MeanAbsoluteError()', epynn.MAE),
        ('Huber(delta=1.0)', epynn.Huber()), ('MeanSquaredLogarithmicError()', epynn.MSLE),
        ('CategoricalCrossentropy()', epynn.CCE), ('BinaryCrossentropy()', epynn.BCE),
        ('SparseCategoricalCrossentropy()', epynn.ICCE), ('Hinge()', epynn.Hinge),
        ('CategoricalCrossentropy(label_smoothing=0.1)', epynn.LabelSmoothing(epynn.CCE, 0.1)),
        ('BinaryCrossentropy(label_smoothing=0.1)', epynn.LabelSmoothing(epynn.BCE, 0.1)),
    ],
)  # fmt: skip
def test_losses_are_those_of_keras(keras, rng, there, here):
    A = rng.dirichlet(np.ones(4), 6)
    Y = np.arange(6)[:, np.newaxis] % 4 if 'Sparse' in there else np.eye(4)[[0, 1, 2, 3, 1, 2]]
    theirs = eval(there, names_of(keras, 'losses'))(Y, A)
    assert here(Y, A).mean() == pytest.approx(float(theirs), rel=1e-5)


@pytest.mark.parametrize(
    ('there', 'schedule', 'settings'),
    [
        ('ExponentialDecay(0.1, 1, 0.9)', 'exp_decay', {'decay_k': -np.log(0.9)}),
        ('InverseTimeDecay(0.1, 1, 100 * k)', 'lin_decay', {'decay_k': 0.2}),
        ('ExponentialDecay(0.1, 20, 0.6, staircase=True)', 'step',
         {'cycle_epochs': 20, 'cycle_descent': 0.4}),
        ('CosineDecay(lr, epochs, alpha=low)', epynn.Cosine(lowest=0.1), {}),
        ('CosineDecayRestarts(lr, 20, t_mul=1, m_mul=0.6)', 'cosine',
         {'cycle_epochs': 20, 'cycle_descent': 0.4}),
    ],
)  # fmt: skip
def test_schedules_are_those_of_keras(keras, there, schedule, settings):
    assert there in str(CELLS['schedules'])
    theirs = eval(there, names_of(keras, 'schedules'))
    hPars = {'learning_rate': 0.1, 'epochs': 60, **settings}
    ours = epynn.schedule_functions(schedule, hPars)
    np.testing.assert_allclose(ours, [float(theirs(x)) for x in range(60)], rtol=1e-5, atol=1e-8)


def test_reduce_on_plateau_waits_one_epoch_less_than_that_of_keras(keras):
    losses = [3, 2, *[1.5] * 30]
    hPars = {'learning_rate': 0.1, 'epochs': len(losses) + 1, 'losses': losses}
    ours = epynn.ReduceOnPlateau(patience=10)(hPars)
    theirs = keras.callbacks.ReduceLROnPlateau(patience=11)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), 'mse')
    theirs.set_model(model)
    theirs.on_train_begin()
    rates = [0.1]
    for epoch, loss in enumerate(losses):
        theirs.on_epoch_end(epoch, {'val_loss': loss})
        rates.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
    np.testing.assert_allclose(ours, rates, rtol=1e-6)


@pytest.mark.parametrize('name', [row[0] for row in CELLS['initializers'] if row[0] in dir(epynn)])
def test_initializers_draw_as_those_of_keras(keras, rng, name):
    keras.utils.set_random_seed(0)
    _, _, there, here = next(row for row in CELLS['initializers'] if row[0] == name)
    draw = eval(re.match(r'`(.*?)`', there)[1], names_of(keras, 'initializers'))
    theirs = keras.ops.convert_to_numpy(draw((300, 200)))
    ours = eval(here.strip('`'), vars(epynn))((300, 200), rng)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
    if 'uniform' in name.lower():
        assert abs(ours).max() == pytest.approx(abs(theirs).max(), rel=0.01)


def test_metrics_are_those_of_keras(keras, rng):
    A, Y = rng.dirichlet(np.ones(7), 40), np.eye(7)[rng.integers(7, size=40)]
    for there, here in (
        ('CategoricalAccuracy()', epynn.accuracy), ('TopKCategoricalAccuracy(k=5)', epynn.TopK(5)),
        ('R2Score()', epynn.R2),
    ):  # fmt: skip
        metric = eval(there, names_of(keras, 'metrics'))
        assert float(metric(Y, A)) == pytest.approx(here(Y, A), rel=1e-5), there
    y, a = (A[:, :1] > 0.1).astype(int), np.clip(A[:, :1] + 0.3 * rng.random((40, 1)), 0, 1)
    for there, here in (
        ('BinaryAccuracy()', epynn.accuracy), ('Recall()', epynn.recall),
        ('Precision()', epynn.precision), ('F1Score(threshold=0.5)', epynn.fscore),
        ('RootMeanSquaredError()', epynn.RMSE),
    ):  # fmt: skip
        metric = eval(there, names_of(keras, 'metrics'))
        found = np.mean(keras.ops.convert_to_numpy(metric(y, a)))
        assert found == pytest.approx(here(y, a), rel=1e-5), there
