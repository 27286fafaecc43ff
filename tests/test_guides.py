"""What the guides show and say, where their blocks alone do not check it."""

import inspect
import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import epynn
from epynn import LSTM, Dense, Embedding, EpyNN, softmax

DOCS = Path(__file__).parent.parent / 'docs'


def run(page, languages='python'):
    """Run the blocks of a page in order; return what they define."""
    namespace = {'__name__': 'docs'}
    text = (DOCS / page).read_text()
    for block in re.findall(rf'```(?:{languages})\n(.*?)```', text, flags=re.DOTALL):
        exec(compile(block, page, 'exec'), namespace)
    return namespace


def rows(page, heading):
    """Return the cells of the table below a heading, a list a row."""
    text = (DOCS / page).read_text().split(f'\n## {heading}\n')[1].split('\n## ')[0]
    table = [line.strip('|').split(' | ') for line in text.splitlines() if line.startswith('|')]
    return table[2:]


def test_the_tables_of_the_guide_are_those_that_are_printed(capsys):
    pytest.importorskip('sklearn')
    run('tables.md')
    # Metrics and seconds depend on the processor
    numbers = re.compile(r'[0-9]\.[0-9]{5}|[0-9.]+s$')
    printed = [numbers.sub('#', line) for line in capsys.readouterr().out.splitlines()]
    page = (DOCS / 'tables.md').read_text()
    captures = re.findall(r'```text\n(.*?)```', page, flags=re.DOTALL)
    shown = [numbers.sub('#', line) for text in captures for line in text.splitlines()]
    assert len(shown) > 30
    assert [line for line in shown if line not in printed] == []


# OTHER LIBRARIES


@pytest.mark.parametrize('page', ['from_pytorch.md', 'from_keras.md'])
def test_names_here_are_those_of_epynn(page):
    numbers = {'u': 4, 'd': 4, 'v': 9, 'p': 0.5, 'lr': 0.1, 'low': 0.01, 'c': 0.1}
    model = SimpleNamespace(write=str)
    known = {**vars(epynn), 'np': np, 'math': math, **numbers, 'model': model, 'path': 'x'}
    table = rows(page, 'Names')
    assert len(table) > 20
    for _, here, *_ in table:
        for code in re.findall(r'`([^`]+)`', here):
            eval(f'dict({code})' if code.startswith('se_hPars=') else code, dict(known))


def test_names_there_are_those_of_pytorch():
    torch = pytest.importorskip('torch')
    places = {'nn': torch.nn, 'optim': torch.optim, **vars(torch.optim.lr_scheduler)}
    for there, *_ in rows('from_pytorch.md', 'Names'):
        for name in re.findall(r'\b(?:nn|optim)(?:\.\w+)+|\w+LR\w*', there):
            eval(name, dict(places))


def test_the_network_of_the_guide_learns_the_same_in_pytorch():
    torch = pytest.importorskip('torch')
    pytest.importorskip('sklearn')
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    names = run('from_pytorch.md', 'python|py')
    torch.set_num_threads(threads)
    assert names['evaluate']() < 2
    assert names['evaluate']() == pytest.approx(names['evaluate_here'](), rel=1e-9)


def test_weights_of_a_recurrent_layer_come_over_from_pytorch(rng):
    torch = pytest.importorskip('torch')
    e, u = 3, 4
    theirs = torch.nn.LSTM(e, u, batch_first=True, dtype=torch.float64)
    X = rng.standard_normal((5, 6, e))
    layer = LSTM(u, sequences=True)
    layer.forward(X)
    with torch.no_grad():
        expected = theirs(torch.tensor(X))[0].numpy()
        both = theirs.bias_ih_l0 + theirs.bias_hh_l0
        parts = zip(
            'ifgo', theirs.weight_ih_l0.chunk(4), theirs.weight_hh_l0.chunk(4), both.chunk(4),
            strict=True,
        )  # fmt: skip
        for gate, U, V, b in parts:
            layer.p[f'U{gate}'], layer.p[f'V{gate}'] = U.T.numpy().copy(), V.T.numpy().copy()
            layer.p[f'b{gate}'] = b[None].numpy().copy()
    np.testing.assert_allclose(layer.forward(X), expected, rtol=1e-12)


def test_defaults_are_those_of_pytorch_where_the_guide_says_so():
    torch = pytest.importorskip('torch')

    def defaults(name):
        parameters = inspect.signature(getattr(torch.optim, name)).parameters
        return {key: parameter.default for key, parameter in parameters.items()}

    for name in ('Adam', 'AdamW', 'RMSprop', 'Adagrad'):
        ours, theirs = getattr(epynn, name)(), defaults(name)
        assert (ours.epsilon, ours.weight_decay) == (theirs['eps'], theirs['weight_decay'])
        if name.startswith('Adam'):
            assert (ours.beta1, ours.beta2) == theirs['betas']
    assert epynn.RMSprop().rho == defaults('RMSprop')['alpha']
    assert epynn.BatchNorm().momentum == 1 - torch.nn.BatchNorm2d(1).momentum
    assert epynn.BatchNorm().epsilon == torch.nn.BatchNorm2d(1).eps
    for layer, fan_in in ((torch.nn.Linear(50, 20), 50), (torch.nn.Conv2d(4, 9, 3), 36)):
        largest = layer.weight.abs().max().item()
        assert 0.9 / math.sqrt(fan_in) < largest <= 1 / math.sqrt(fan_in)


def test_weights_of_classes_divide_by_samples_here_and_by_weights_in_pytorch():
    torch = pytest.importorskip('torch')
    X, y = np.eye(3)[[0, 0, 1, 2]], [0, 0, 1, 2]
    model = EpyNN([Embedding(X, y, (1, 0, 0), Y_encode=True), Dense(3, softmax)])
    model.initialize('CCE', seed=1, class_weight={2: 5}, verbose=False)
    layer = model.layers[1]
    Z = torch.tensor(X @ layer.p['W'] + layer.p['b'])
    weight = torch.tensor([1.0, 1.0, 5.0], dtype=torch.float64)
    theirs = torch.nn.functional.cross_entropy(Z, torch.tensor(y), weight).item()
    assert model.evaluate()['CCE']['dtrain'] == pytest.approx(theirs * (1 + 1 + 1 + 5) / 4)


def test_the_decay_of_the_guide_is_that_of_pytorch():
    torch = pytest.importorskip('torch')
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    theirs = []
    for _ in range(8):
        theirs += schedule.get_last_lr()
        optimizer.step()
        schedule.step()
    hPars = {'learning_rate': 0.1, 'epochs': 8, 'decay_k': -math.log(0.9)}
    np.testing.assert_allclose(epynn.exp_decay(hPars), theirs, rtol=1e-12)


KERAS = pytest.mark.filterwarnings('ignore::DeprecationWarning')  # of NumPy 2, in Keras


@KERAS
def test_the_network_of_the_guide_learns_the_same_in_keras(keras):
    pytest.importorskip('sklearn')
    keras.utils.set_random_seed(0)
    names = run('from_keras.md', 'python|py')
    assert names['evaluate']() == pytest.approx(names['evaluate_here'](), rel=1e-6)


@KERAS
def test_names_there_are_those_of_keras(keras):
    places = (keras.layers, keras.losses, keras.optimizers, keras.callbacks, keras.regularizers,
              keras.optimizers.schedules)  # fmt: skip
    for there, *_ in rows('from_keras.md', 'Names'):
        for name in re.findall(r'`(?:regularizers\.)?([A-Z]\w+)', there):
            assert any(hasattr(place, name) for place in places), name


CARRIED = [
    ('Dense(4)', 'Dense(4, identity)', (5, 3), 'W b'),
    ('Conv2D(4, 3)', 'Convolution(4, 3, strides=1, activate=identity)', (2, 6, 7, 3), 'W b'),
    ("Conv2D(4, 4, 2, 'same')", "Convolution(4, 4, 2, 'same', identity)", (2, 6, 7, 3), 'W b'),
    ('Conv1D(4, 3)', 'Convolution1D(4, 3, 1, activate=identity)', (2, 7, 3), 'W b'),
    ('Conv2D(4, 3, dilation_rate=2)', 'Convolution(4, 3, 1, activate=identity, dilation=2)',
     (2, 8, 7, 3), 'W b'),
    ('Conv2D(4, 3, groups=2)', 'Convolution(4, 3, 1, activate=identity, groups=2)',
     (2, 6, 7, 4), 'W b'),
    ("Conv1D(4, 3, padding='causal')", "Convolution1D(4, 3, 1, 'causal', identity)",
     (2, 7, 3), 'W b'),
    ("Conv1D(4, 3, 2, 'same')", "Convolution1D(4, 3, 2, 'same', identity)", (2, 8, 3), 'W b'),
    ("Conv2DTranspose(4, 3, 2, 'same')", "TransposedConvolution(4, 3, 2, 'same', identity)",
     (2, 3, 4, 3), 'W b'),
    ('Conv2DTranspose(4, 3, 2, output_padding=1)',
     'TransposedConvolution(4, 3, 2, activate=identity, output_padding=1)', (2, 3, 4, 3), 'W b'),
    ('Conv2DTranspose(4, 2, 2)', 'TransposedConvolution(4, 2, activate=identity)',
     (2, 3, 4, 3), 'W b'),
    ('BatchNormalization()', 'BatchNorm(0.99, 0.001)', (6, 3), 'gamma beta'),
    ('LayerNormalization()', 'LayerNorm(0.001)', (6, 3), 'gamma beta'),
    ('RMSNormalization()', 'RMSNorm(1e-6)', (6, 3), 'gamma'),
    ('GroupNormalization(2)', 'GroupNorm(2, 0.001)', (6, 4), 'gamma beta'),
    ('GroupNormalization(-1)', 'GroupNorm(4, 0.001)', (2, 5, 4), 'gamma beta'),
    ('TimeDistributed(Dense(4))', 'TimeDistributed(Dense(4, identity))', (2, 5, 3), '0.W 0.b'),
    ('SimpleRNN(4)', 'RNN(4)', (2, 5, 3), 'U V b'),
    ('LSTM(4)', 'LSTM(4)', (2, 5, 3), 'U V b'),
    ('GRU(4, reset_after=False)', 'GRU(4)', (2, 5, 3), 'U V b'),
    ('Bidirectional(SimpleRNN(4))', 'Bidirectional(RNN(4))', (2, 5, 3), '0.U 0.V 0.b 1.U 1.V 1.b'),
    ("Bidirectional(SimpleRNN(4), merge_mode='sum')", "Bidirectional(RNN(4), merge='sum')",
     (2, 5, 3), '0.U 0.V 0.b 1.U 1.V 1.b'),
    ("MaxPooling2D(3, 1, 'same')", "Pooling(3, 1, padding='same')", (2, 6, 7, 3), ''),
    ('AveragePooling2D(2)', 'Pooling(2, pool=np.mean)', (2, 6, 7, 3), ''),
    ('GlobalAveragePooling2D()', 'GlobalPooling()', (2, 6, 7, 3), ''),
    ('MaxPooling2D(2)', 'Pooling(2)', (2, 6, 7, 3), ''),
    ('LeakyReLU()', 'Activation(lrelu)', (5, 3), ''),
    ("Activation('gelu')", 'Activation(gelu)', (5, 3), ''),
]  # fmt: skip
GATES = {'LSTM(4)': 'ifgo', 'GRU(4)': ['z', 'r', 'hh']}


@KERAS
@pytest.mark.parametrize(('there', 'here', 'shape', 'names'), CARRIED)
def test_weights_come_over_from_keras(keras, rng, there, here, shape, names):
    theirs, ours = eval(there, vars(keras.layers)), eval(here, {'np': np, **vars(epynn)})
    X = rng.standard_normal(shape)
    theirs(X)
    theirs.set_weights([w + 0.1 * rng.random(w.shape) for w in theirs.get_weights()])
    ours.training = False
    ours.forward(X)
    for name, w in zip(names.split(), theirs.get_weights(), strict=False):
        gates = GATES.get(here, [''])
        for gate, part in zip(gates, np.split(w, len(gates), axis=-1), strict=True):
            ours.p[name + gate] = part.reshape(ours.p[name + gate].shape)
    if ours.s:
        ours.s['mean'], ours.s['var'] = theirs.get_weights()[2:]
    expected = keras.ops.convert_to_numpy(theirs(X))
    np.testing.assert_allclose(ours.forward(X), expected, rtol=1e-5, atol=1e-6)


@KERAS
@pytest.mark.parametrize(
    ('there', 'here', 'error'),
    [
        ('SGD(0.1, momentum=0.9)', 'Momentum()', 1e-6),
        ('SGD(0.1, momentum=0.9, nesterov=True)', 'Nesterov()', 1e-6),
        ('SGD(0.1, global_clipnorm=1)', 'SGD(clip_norm=1)', 1e-6),
        ('Adam(0.1)', 'Adam()', 1e-4),
        ('Adam(0.1, weight_decay=0.3)', 'AdamW(weight_decay=0.3)', 1e-4),
        ('RMSprop(0.1)', 'RMSprop(rho=0.9)', 1e-4),
        ('Adagrad(0.1, initial_accumulator_value=0)', 'Adagrad()', 1e-4),
    ],
)
def test_steps_of_optimizers_are_those_of_keras(keras, rng, there, here, error):
    """But for where epsilon is added."""
    start, gradients = rng.standard_normal((4, 3)), 2 * rng.standard_normal((6, 4, 3))
    variable = keras.Variable(start)
    theirs = eval(there, vars(keras.optimizers))
    layer = Dense(3)
    layer.p, layer.lrate = {'W': start.copy()}, [0.1]
    ours = eval(here, vars(epynn))
    for gradient in gradients:
        theirs.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        layer.g = {'dW': gradient.copy()}
        ours.clip([layer])
        ours.update(layer)
    expected = keras.ops.convert_to_numpy(variable)
    np.testing.assert_allclose(layer.p['W'], expected, rtol=0, atol=error)
