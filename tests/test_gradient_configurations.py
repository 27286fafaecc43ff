"""Gradients of every layer in every configuration, by :func:`epynn.check_gradients`.

A few elements of each tensor, drawn anew for each configuration, and 1e-7 for all of them. The rows
of `layer_table.py` are checked at every element, by an oracle of their own, in
`test_layer_table.py`.
"""

import zlib
from functools import partial
from itertools import product

import numpy as np
import pytest
from layer_table import ROWS

import epynn as e
from epynn.commons.loss import loss_functions
from epynn.commons.maths import ACTIVATIONS, identity, lrelu, sigmoid, softmax, tanh

POINTS = 5
BOTH = (False, True)
POOLS = (np.max, np.min, np.mean)
TEMPERATURES = ({'softmax_temperature': 0.4}, {'softmax_temperature': 2.5})
ALPHAS = ({'LRELU_alpha': 0.1, 'ELU_alpha': 0.5}, {'LRELU_alpha': -1.5, 'ELU_alpha': 3})
IMAGES = (2, 6, 7, 2)
SIGNALS = (2, 9, 2)
GEOMETRY_2D = [
    {}, {'filter_size': 1}, {'filter_size': 2, 'strides': 1}, {'filter_size': (3, 2), 'strides': 2},
    {'filter_size': (2, 3), 'strides': (1, 2)}, {'filter_size': 3, 'strides': 1, 'padding': 1},
    {'filter_size': 3, 'strides': 2, 'padding': (2, 1)}, {'filter_size': 2, 'padding': 'same'},
    {'filter_size': 4, 'strides': 3, 'padding': 'same'}, {'filter_size': (6, 7)},
    {'filter_size': 2, 'strides': 1, 'dilation': (2, 3)}, {'filter_size': 1, 'strides': (3, 2)},
    {'filter_size': 3, 'strides': 1, 'padding': 2, 'dilation': 2, 'groups': 2},
    {'filter_size': 5, 'strides': 4, 'padding': 2},
]  # fmt: skip
GEOMETRY_1D = [
    {}, {'filter_size': 1}, {'filter_size': 2, 'strides': 1}, {'filter_size': 4, 'strides': 3},
    {'filter_size': 3, 'strides': 1, 'padding': 1}, {'filter_size': 3, 'padding': 'same'},
    {'filter_size': 9}, {'filter_size': 3, 'strides': 2, 'padding': 2, 'dilation': 3},
]  # fmt: skip
GEOMETRY_BACK = [
    {}, {'filter_size': 2, 'strides': 1}, {'filter_size': 3, 'strides': 2, 'padding': 1},
    {'filter_size': (3, 2), 'strides': (2, 1), 'padding': (1, 0), 'output_padding': (1, 0)},
    {'filter_size': 4, 'strides': 3, 'padding': 'same'}, {'filter_size': 1, 'strides': 2},
]  # fmt: skip


def layers_with_activations():
    """Yield every layer that activates, with every function."""
    for name, f in ACTIVATIONS.items():
        settings = TEMPERATURES if f is softmax else ALPHAS if name in ('lrelu', 'elu') else ()
        for se_hPars, u, m in product((None, *settings), (1, 4), (1, 3)):
            yield partial(e.Dense, u, f, se_hPars=se_hPars), (m, 5)
        for shape in ((3, 4), (1, 2, 3), (2, 2, 3, 2)):
            yield partial(e.Activation, f), shape
        yield partial(e.Convolution, 2, 3, 2, 1, f), IMAGES
        yield partial(e.Convolution1D, 3, 4, 3, 'same', f), SIGNALS
        yield partial(e.TransposedConvolution, 2, 3, 2, 1, f), (1, 2, 3, 2)
        for sequences in BOTH:
            yield partial(e.RNN, 3, f, sequences=sequences), (3, 3, 2)
        for argument in ('', '_output', '_candidate', '_input', '_forget'):
            yield partial(e.LSTM, 2, **{f'activate{argument}': f}), (2, 3, 2)
        for argument in ('', '_update', '_reset'):
            yield partial(e.GRU, 2, **{f'activate{argument}': f}), (2, 3, 2)


def geometries():
    """Yield windows of every kind, behind a function of each output and one of all of them."""
    for f, use_bias in ((tanh, True), (softmax, False)):
        activate = {'activate': f, 'use_bias': use_bias}
        for options in GEOMETRY_2D:
            yield partial(e.Convolution, 2, **activate, **options), IMAGES
        for options in GEOMETRY_1D:
            yield partial(e.Convolution1D, 3, **activate, **options), SIGNALS
        for options in GEOMETRY_BACK:
            yield partial(e.TransposedConvolution, 2, **activate, **options), (1, 2, 3, 2)
    for cell, sequences, u, (m, s) in product(
        (e.RNN, e.LSTM, e.GRU), BOTH, (1, 3), ((1, 1), (1, 4), (3, 1))
    ):
        yield partial(cell, u, sequences=sequences), (m, s, 2)


def other_layers():
    """Yield every layer that does not activate."""
    for pool, size, strides, padding in product(
        POOLS, (2, 3, (1, 2)), (None, 1, (2, 1), 3), (0, 'same')
    ):
        yield partial(e.Pooling, size, strides, pool, padding), IMAGES
    for pool, size, strides, padding in product(POOLS, (2, 3), (None, 1, 2), (0, 'same')):
        yield partial(e.Pooling1D, size, strides, pool, padding), SIGNALS
    for pool, shape in product(POOLS, (IMAGES, SIGNALS)):
        yield partial(e.GlobalPooling, pool), shape
    for cell, sequences, (m, s), merge in product(
        (e.RNN, e.LSTM, e.GRU), BOTH, ((1, 1), (2, 3)), ('concatenate', 'sum')
    ):
        yield partial(make_bidirectional, cell, sequences, merge), (m, s, 2)
    for causal, (heads, units, kv_heads), rotary, (m, s) in product(
        BOTH, ((1, None, None), (2, 8, 1), (4, 8, 2)), BOTH, ((1, 1), (2, 3))
    ):
        options = {'kv_heads': kv_heads, 'rotary': rotary, 'use_bias': m == 1 or rotary}
        yield partial(e.Attention, heads, units, causal, 0.2 * rotary, **options), (m, s, 4)
    for f, norm, causal, dropout in product((tanh, e.gelu), ('pre', 'post'), BOTH, (0, 0.3)):
        yield partial(e.Transformer, 2, 5, f, norm, causal, dropout, rotary=causal), (2, 3, 4)
    for positions in (('sinusoidal',), ('learned', 3)):
        yield partial(e.PositionalEncoding, *positions), (2, 3, 5)
    for shape, epsilon in product(((6, 4), (3, 4, 4), (2, 3, 4, 4)), (1e-5, 1e-2)):
        yield partial(e.BatchNorm, 0.5, epsilon), shape
        yield partial(e.LayerNorm, epsilon), shape
        yield partial(e.RMSNorm, epsilon), shape
        for groups in (1, 2):
            yield partial(e.GroupNorm, groups, epsilon), shape
    for p, shape in product((0, 0.3, 0.9), ((4, 3), (2, 3, 4), IMAGES)):
        for axis in ((), (1,)):
            yield partial(e.Dropout, p, axis), shape
    for shape in ((1, 3), (2, 3, 4), IMAGES):
        for cls in (e.Flatten, e.Template, e.Embedding, partial(e.Reshape, -1)):
            yield cls, shape
    for f in (tanh, sigmoid, identity):
        yield partial(make_residual, f), (3, 4)
    for f, shape in product((tanh, softmax, identity), ((2, 3, 4), (1, 1, 2), (2, 2, 3, 4, 2))):
        yield partial(make_timedistributed, f), shape
    joins = ('concatenate', 'add', 'multiply', 'mean')
    shapes = ((3, 4), (2, 3, 4), (1, 2, 2, 4))
    for join, inputs, shape in product(joins, (None, [(0, 2), None, (0, 4)]), shapes):
        yield partial(make_parallel, join, inputs), shape


def make_parallel(join, inputs):
    """Return three branches, of one shape where that has to be."""
    same = [e.LayerNorm()] if inputs is None else [e.Parallel([[e.Dropout(0.2)], []])]
    return e.Parallel([same, [e.Activation(sigmoid)], [e.Activation(tanh)]], join, inputs)


def make_bidirectional(cell, sequences, merge):
    return e.Bidirectional(cell(2, sequences=sequences), merge)


def make_residual(f):
    return e.Residual([e.Dense(3, f), e.Dropout(0.2), e.Dense(4, f)])


def make_timedistributed(f):
    return e.TimeDistributed([e.LayerNorm(), e.Flatten(), e.Dropout(0.2), e.Dense(3, f)])


def networks():
    """Yield losses with every output function that suits them, and all that changes the loss."""
    anything = list(ACTIVATIONS.values())
    positive = [f for f in anything if f.__name__ in ('sigmoid', 'softmax', 'relu', 'softplus')]
    suits = {
        **dict.fromkeys(('MSE', 'MAE', 'Huber'), anything), 'Hinge': [identity, lrelu],
        'MSLE': positive, 'BCE': [sigmoid, softmax],
    }  # fmt: skip
    for name, loss in loss_functions().items():
        first, *others = suits.get(name, [softmax])
        for reduction, m, penalty in product(('sum', 'mean'), (1, 4), (None, e.L2(0.1))):
            yield loss, first, reduction, m, penalty, {}
        for f in others:
            yield loss, f, 'mean', 4, None, {}
    for loss, T in product(('CCE', 'ICCE', 'BCE', 'MSE'), (0.4, 2.5)):
        yield loss_functions(loss), softmax, 'sum', 4, None, {'softmax_temperature': T}


def describe(make):
    """Return a name for a configuration."""
    words = [str(getattr(value, '__name__', value)) for value in getattr(make, 'args', ())]
    words += [
        f'{key}={getattr(value, "__name__", value)}'
        for key, value in getattr(make, 'keywords', {}).items()
    ]
    return f'{getattr(make, "func", make).__name__}({", ".join(words)})'


LAYERS = [*layers_with_activations(), *geometries(), *other_layers()]
NETWORKS = list(networks())


def seed_of(words):
    return zlib.crc32(words.encode())


def test_no_configuration_stands_twice():
    assert len({f'{describe(make)} {shape}' for make, shape in LAYERS}) == len(LAYERS)


@pytest.mark.parametrize(
    ('make', 'shape'), LAYERS, ids=[f'{describe(make)} {shape}' for make, shape in LAYERS]
)
def test_layer(make, shape, record_property):
    seed = seed_of(f'{describe(make)} {shape}')
    rng = np.random.default_rng(seed)
    layer, X = make(), rng.standard_normal(shape)
    layer.np_rng = np.random.default_rng(seed + 1)
    layer.forward(X)
    for name, p in layer.p.items():  # biases are 0 at first, where an error could hide
        layer.p[name] = p + 0.1 * rng.standard_normal(p.shape)
    result = e.check_gradients(layer, X, points=POINTS, seed=seed)
    record_property('worst', result.worst)
    assert [check.tensor for check in result.checks] == ['dX', *(f'd{name}' for name in layer.p)]
    assert result, f'\n{result}'


@pytest.mark.parametrize(
    ('loss', 'f', 'reduction', 'm', 'penalty', 'se_hPars'),
    NETWORKS,
    ids=[f'{c[0].__name__} {c[1].__name__} {c[2]} {c[3]} {c[4]} {c[5]}' for c in NETWORKS],
)
def test_network(loss, f, reduction, m, penalty, se_hPars, record_property):
    seed = seed_of(f'{loss.__name__} {f.__name__} {reduction} {m}')
    rng = np.random.default_rng(seed)
    X, labels = rng.standard_normal((m, 4)), rng.integers(0, 3, m)
    Y = labels if loss.__name__ == 'ICCE' else np.eye(3)[labels]
    layers = [e.Embedding(X, Y, (1, 0, 0)), e.Dense(3, tanh), e.Dense(3, f, penalty=penalty)]
    model = e.EpyNN(layers)
    model.initialize(
        loss=loss, seed=seed, reduction=reduction, se_hPars=se_hPars, verbose=False
    )  # fmt: skip
    result = e.check_gradients(model, X, Y, points=POINTS, seed=seed)
    record_property('worst', result.worst)
    assert len(result.checks) == 5
    assert result, f'\n{result}'


TIES = [
    (partial(e.Pooling, 2, strides, pool, padding), IMAGES)
    for pool, strides, padding in product((np.max, np.min), (None, 1, (2, 1)), (0, 'same'))
] + [(partial(e.GlobalPooling, pool), IMAGES) for pool in (np.max, np.min)]


@pytest.mark.parametrize(('make', 'shape'), TIES, ids=[describe(make) for make, _ in TIES])
def test_ties_are_left_out_and_the_rest_is_right(make, shape):
    X = np.random.default_rng(1).integers(0, 4, shape).astype(float)
    result = e.check_gradients(make(), X)
    assert result, f'\n{result}'
    assert 0 < result.checks[0].kinks < result.checks[0].checked


@pytest.mark.parametrize(
    'f', ['relu', 'lrelu', 'elu', 'hard_sigmoid', 'hard_tanh', 'hard_swish', 'relu6']
)
def test_kinks_of_activations_are_left_out(f):
    X = np.array([[0.0, 1.0, -1.0, 3.0, -3.0, 1e-6, 0.2, 0.0]])
    result = e.check_gradients(e.Activation(ACTIVATIONS[f]), X)
    assert result, f'\n{result}'


# COMPLEX STEPS

# Im L(x + ih) / h has no difference to round, so that h may be 1e-30: exact to rounding, where L is
# analytic. Mean pooling, which adds up in real numbers, is linear: central differences do.
ANALYTIC = [
    row
    for row in ROWS
    if row.smooth and not row.tokens and not row.name.startswith(('pooling-', 'pooling1d-'))
]


def complex_step(outputs, x, R):
    """Return the gradient of ``sum(outputs(x) * R)``."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        z = x + 0j
        z[index] += 1e-30j
        gradient[index] = np.sum(outputs(z) * R).imag / 1e-30
    return gradient


@pytest.mark.parametrize('row', ANALYTIC, ids=lambda row: row.name)
def test_complex_steps(row, record_property):
    layer, X = row.make_layer(), row.draw_input()
    rng = np.random.default_rng(1)
    layer.forward(X)
    layer.p = {name: p + 0.1 * rng.standard_normal(p.shape) for name, p in layer.p.items()}
    parameters = dict(layer.p)

    def outputs(X, **changed):
        layer.np_rng = np.random.default_rng(5)
        layer.p = {name: p.astype(X.dtype) for name, p in {**parameters, **changed}.items()}
        return layer.forward(X)

    R = rng.standard_normal(outputs(X).shape)
    gradients = {'X': np.array(layer.backward(R))}
    layer.compute_gradients()
    gradients |= {name: np.array(layer.g[f'd{name}']) for name in parameters}
    worst = 0.0
    for name, gradient in gradients.items():
        if name == 'X':
            exact = complex_step(outputs, X, R)
        else:
            exact = complex_step(
                lambda z, name=name: outputs(X + 0j, **{name: z}), parameters[name], R
            )
        error = np.max(np.abs(gradient - exact)) / max(np.max(np.abs(exact)), 1e-2)
        worst = max(worst, float(error))
    record_property('worst', worst)
    assert worst <= 1e-12
