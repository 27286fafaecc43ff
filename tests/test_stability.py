"""Numbers of any size: layers and networks stay finite and silent, and their gradients exact.

Functions by themselves are in tests/commons; here they are where they work: in layers, and behind
a loss. Under ``np.errstate(all='raise')`` an overflow, a division by 0 or a NaN is an error.
"""

import mpmath
import numpy as np
import pytest
from networks import quiet

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.loss import BCE, CCE, ICCE, LabelSmoothing, loss_functions, output_loss
from epynn.commons.maths import ACTIVATIONS, sigmoid, softmax, tanh
from epynn.commons.penalties import L2
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

SIZES = [0, 1, 37, 40, 88, 710, 800, 1e4]
LARGEST = {np.float64: 1e300, np.float32: 1e36}
each_dtype = pytest.mark.parametrize('dtype', [np.float64, np.float32])


def logits(dtype, largest=None):
    """Return rows (m, 3) in which every size meets every other, of either sign."""
    sizes = np.array([*SIZES, largest or LARGEST[dtype]])
    values = np.concatenate([sizes, -sizes[1:]])
    a, b = np.meshgrid(values, values)
    return np.stack([a.ravel(), b.ravel(), np.zeros(a.size)], axis=1).astype(dtype)


def output_network(X, Y, activate, loss, T=1.0):
    """Return a network whose logits are its samples."""
    model = EpyNN([Embedding(X, Y, (1, 0, 0)), Dense(3, activate)])
    quiet(model, loss=loss, dtype=X.dtype, se_hPars={'softmax_temperature': T})
    output = model.layers[-1]
    output.p = {'W': np.eye(3, dtype=X.dtype), 'b': np.zeros((1, 3), dtype=X.dtype)}
    return model


def truth(m, kind):
    return np.eye(3)[np.arange(m) % 3] if kind == 'one-hot' else np.arange(3 * m).reshape(m, 3) % 2


# GRADIENTS OF CROSS-ENTROPIES, BEHIND THEIR OUTPUTS


@each_dtype
@pytest.mark.parametrize(
    ('loss', 'activate', 'kind'), [('CCE', softmax, 'one-hot'), ('BCE', sigmoid, 'binary')]
)
@pytest.mark.parametrize('T', [1, 0.5, 5])
def test_networks_are_finite_and_silent_at_logits_of_any_size(loss, activate, kind, T, dtype):
    X = logits(dtype)
    Y = truth(len(X), kind)
    with np.errstate(all='raise', under='ignore'):
        model = output_network(X, Y, activate, loss, T)
        A = model.forward(X, training=True)
        model.embedding.trainable = True  # else nobody reads dX
        dX = model.backward(*loss_gradient(model, Y, A))
        values = model.evaluate()
    output = model.layers[-1]
    for array in (A, dX, model.training_loss(Y, A), *output.g.values(), output.bc['dZ']):
        assert np.isfinite(array).all()
        assert array.dtype == dtype
    assert np.isfinite(values[loss]['dtrain'])
    U = 3 if loss == 'BCE' else 1
    expected = (A - Y) / U / (T if loss == 'CCE' else 1)
    np.testing.assert_allclose(output.bc['dZ'], expected, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize('T', [1, 0.25, 7])
def test_the_gradient_of_softmax_and_cross_entropy_is_that_of_mpmath(T):
    X = logits(np.float64)
    Y = truth(len(X), 'one-hot')
    model = output_network(X, Y, softmax, 'CCE', T)
    A = model.forward(X, training=True)
    model.backward(*loss_gradient(model, Y, A))
    dZ = model.layers[-1].bc['dZ']
    with mpmath.workdps(50):
        for x, y, got in zip(X, Y, dZ, strict=True):
            z = [mpmath.mpf(v) / T for v in x]
            e = [mpmath.exp(v - max(z)) for v in z]
            exact = [(share / sum(e) - label) / T for share, label in zip(e, y, strict=True)]
            for ours, theirs, label in zip(got, exact, y, strict=True):
                assert abs(ours - theirs) <= 1e-12 / T
                if label == 0 and theirs > 1e-290:  # nothing cancels: exact to the last digits
                    assert abs(ours / theirs - 1) <= 1e-12


def test_the_gradient_of_sigmoid_and_cross_entropy_is_that_of_mpmath():
    X = logits(np.float64)
    Y = truth(len(X), 'binary')
    model = output_network(X, Y, sigmoid, 'BCE')
    model.backward(*loss_gradient(model, Y, model.forward(X, training=True)))
    dZ = model.layers[-1].bc['dZ']
    with mpmath.workdps(50):
        for index in np.ndindex(X.shape):
            exact = (1 / (1 + mpmath.exp(-mpmath.mpf(X[index]))) - Y[index]) / 3
            assert abs(dZ[index] - exact) <= 1e-12
            if Y[index] == 0 and exact > 1e-290:
                assert abs(dZ[index] / exact - 1) <= 1e-12


@pytest.mark.parametrize('loss', [CCE, BCE])
def test_cross_entropies_and_their_gradients_by_themselves_are_those_of_mpmath(loss):
    """Outputs from next to 0 up to next to 1, and truths between 0 and 1."""
    A = np.array([1e-307, 1e-200, 1e-16, 1e-8, 0.3, 0.5, 0.9, 1 - 1e-8, 1 - 2**-53])
    for share in (0.0, 0.25, 1.0):
        Y = np.full((len(A), 1), share)
        got, gradient = loss(Y, A[:, np.newaxis]), loss(Y, A[:, np.newaxis], deriv=True)[:, 0]
        with mpmath.workdps(400):
            for a, value, slope in zip(map(mpmath.mpf, A), got, gradient, strict=True):
                exact, exact_slope = -share * mpmath.log(a), -share / a
                if loss is BCE:
                    exact -= (1 - share) * mpmath.log(1 - a)
                    exact_slope += (1 - share) / (1 - a)
                assert abs(value - exact) <= 1e-12 * abs(exact) + 2**-53  # of the rounding in 1 - A
                assert abs(slope - exact_slope) <= 1e-12 * abs(exact_slope) + 1e-300


@each_dtype
@pytest.mark.parametrize('loss', [CCE, ICCE, BCE, LabelSmoothing(CCE), LabelSmoothing(BCE)])
def test_losses_from_the_logit_are_those_of_mpmath(loss, dtype):
    """Certain and right, certain and wrong, and between: as exact as the gradient."""
    z = np.array([0.0, 0.3, 17, 37, 90, 1000, 1e30])
    z = np.concatenate([-z, z]).astype(dtype)
    share = getattr(loss, 'share', 0) / 2
    binary = BCE in (loss, getattr(loss, 'loss', None))
    for y in (0, 1):
        Y, Z = np.full((len(z), 1), y), z[:, np.newaxis]
        if not binary:  # behind softmax, [0, z] is to column 1 what z is behind sigmoid
            Z = np.hstack([np.zeros_like(Z), Z])
            Y = Y if loss is ICCE else np.eye(2)[Y[:, 0]]
        got = output_loss(loss, BoundActivation(sigmoid if binary else softmax), Y, Z)
        assert got.dtype == dtype
        yes = y * (1 - 2 * share) + share
        for t, value in zip(map(mpmath.mpf, z.tolist()), got.tolist(), strict=True):
            with mpmath.workdps(60):
                exact = yes * mpmath.log1p(mpmath.exp(-t))
                exact += (1 - yes) * mpmath.log1p(mpmath.exp(t))
            eps, tiny = float(np.finfo(dtype).eps), float(np.finfo(dtype).tiny)
            assert abs(value - exact) <= 8 * eps * exact + tiny, (y, t)


@each_dtype
def test_the_loss_of_an_output_that_rounds_to_1_is_the_least_it_can_be(dtype):
    """From A alone: 17 in float32, 37 in float64 are past what it resolves below 1."""
    last = 1 - np.finfo(dtype).epsneg
    A = np.array([[last], [1.0]], dtype)
    bound = -np.log(np.finfo(dtype).epsneg)
    for Y, expected in ((0, [bound, bound]), (1, [-np.log(last), 0])):
        np.testing.assert_allclose(BCE(np.full((2, 1), Y), A), expected, rtol=1e-6)
        np.testing.assert_allclose(BCE(np.full((2, 1), 1 - Y), 1 - A)[0], expected[0], rtol=1e-6)
    logit = 17 if dtype is np.float32 else 37
    loss = BCE(np.zeros((1, 1)), sigmoid(np.full((1, 1), logit, dtype)))
    np.testing.assert_allclose(loss, logit, rtol=0.03)
    # close to 0 numbers lie dense: log A is exact
    near = BCE(np.ones((1, 1)), sigmoid(np.full((1, 1), -logit, dtype)))
    np.testing.assert_allclose(near, logit, rtol=1e-6)


@each_dtype
@pytest.mark.parametrize(('loss', 'activate'), [('BCE', sigmoid), ('CCE', softmax)])
def test_networks_report_the_loss_of_the_logit(loss, activate, dtype):
    """sigmoid(1000) is 1 in any data type, the loss of it being wrong is 1000."""
    X = np.array([[1000, -1000, -1000]], dtype)
    model = output_network(X, np.eye(3)[[1]], activate, loss)
    expected = 2000 / 3 if loss == 'BCE' else 2000
    assert model.evaluate()[loss]['dtrain'] == pytest.approx(expected, rel=1e-6)


def test_training_from_a_network_that_is_certain_and_wrong():
    """Every logit is off by 1e4: the general form would have gradients of 0 and learn nothing."""
    X, Y = 1e4 * np.eye(3), np.eye(3)[[1, 2, 0]]
    for loss, activate in (('CCE', softmax), ('BCE', sigmoid)):
        model = output_network(X, Y, activate, loss)
        model.se_hPars['learning_rate'] = 1e-3
        with np.errstate(all='raise', under='ignore'):
            model.train(5, verbose=0)
        assert model.metrics['accuracy'][0][-1] == 1


# EVERY LOSS BEHIND EVERY ACTIVATION


@each_dtype
@pytest.mark.parametrize('activate', ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize('loss', sorted(set(loss_functions()) - {'ICCE'}))
def test_every_loss_behind_every_activation_is_silent(loss, activate, dtype):
    """The gradients of the logits; those of W may pass the largest number, and say so."""
    X = logits(dtype, 1e30 if dtype is np.float32 else 1e300)
    for kind in ('one-hot', 'binary'):
        Y = truth(len(X), kind)
        model = EpyNN([Embedding(np.zeros((3, 3)), np.eye(3), (1, 0, 0)), Dense(3, activate)])
        quiet(model, loss='MSE', dtype=dtype)
        model.training_loss = loss_functions(loss)  # some pairs are refused: here it is the numbers
        bound = model.layers[-1].activate
        with np.errstate(all='raise', under='ignore'):
            A = bound(X)
            value = model.training_loss(Y, A)
            dA, dZ = loss_gradient(model, Y, A)
            assert np.isfinite(A).all()
            assert np.isfinite(value).all()
            assert np.isfinite(dA).all()
            general = bound.gradient(np.clip(dA, -1e30, 1e30), X, A)
        assert np.isfinite(general).all()
        assert dZ is None or np.isfinite(dZ).all()
        assert A.dtype == value.dtype == dA.dtype == general.dtype == dtype


# LAYERS


def signals(shape, dtype):
    rng = np.random.default_rng(0)
    sizes = np.array([*SIZES, LARGEST[dtype]])
    return (rng.choice(sizes, shape) * rng.choice([-1, 1], shape)).astype(dtype)


@each_dtype
@pytest.mark.parametrize('activate', ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize(
    ('make', 'shape'),
    [
        (lambda f: Dense(4, f), (30, 5)),
        (lambda f: Convolution(3, 3, 1, 1, activate=f), (6, 7, 7, 2)),
    ],
)
def test_layers_of_every_activation(make, shape, activate, dtype):
    layer, X = make(activate), signals(shape, dtype)
    layer.np_rng = np.random.default_rng(1)
    with np.errstate(all='raise', under='ignore'):
        A = layer.forward(X)
        dX = layer.backward(np.ones_like(A))
        layer.compute_gradients()
    for array in (A, dX, *layer.g.values()):
        assert np.isfinite(array).all()
        assert array.dtype == dtype


@each_dtype
@pytest.mark.parametrize('sequences', [False, True])
@pytest.mark.parametrize('layer', [RNN, LSTM, GRU])
@pytest.mark.parametrize('clip', [False, True])
def test_recurrent_layers(layer, sequences, clip, dtype):
    layer, X = layer(4, sequences=sequences, clip_gradients=clip), signals((10, 6, 3), dtype)
    layer.np_rng = np.random.default_rng(1)
    with np.errstate(all='raise', under='ignore'):
        A = layer.forward(X)
        dX = layer.backward(np.ones_like(A))
        layer.compute_gradients()
    for array in (A, dX, *layer.g.values()):
        assert np.isfinite(array).all()
        assert array.dtype == dtype
    assert (np.abs(A) <= 1).all()


@each_dtype
@pytest.mark.parametrize(
    'make',
    [
        lambda: Pooling(2, 1, np.max, 1),
        lambda: Pooling(2, 1, np.min),
        lambda: Pooling(2, 2, np.mean),
        lambda: Dropout(0.5),
        Flatten,
    ],
)
def test_layers_without_parameters(make, dtype):
    layer, X = make(), signals((6, 6, 6, 2), dtype)
    with np.errstate(all='raise', under='ignore'):
        A = layer.forward(X)
        dX = layer.backward(np.ones_like(A))
    assert np.isfinite(A).all()
    assert np.isfinite(dX).all()
    assert A.dtype == dX.dtype == dtype


@each_dtype
def test_a_whole_network_trains_on_data_of_any_size(dtype):
    X = signals((12, 7, 7, 1), dtype).astype(np.float64)
    layers = [
        Embedding(X, np.arange(12) % 3, (1, 0, 0), Y_encode=True),
        Convolution(2, 3, activate=tanh),
        Pooling(),
        Flatten(),
        Dense(3, softmax),
    ]
    model = EpyNN(layers)
    with np.errstate(all='raise', under='ignore'):
        quiet(model, loss='CCE', dtype=dtype)
        model.train(3, verbose=0)
    assert np.isfinite(model.metrics['CCE'][0]).all()
    assert all(np.isfinite(p).all() for layer in model.layers for p in layer.p.values())


# WHAT IS HANDED DOWN IS THE GRADIENT OF THE LOSS THAT IS REPORTED


TRUTHS = {
    'MSE': 'numbers', 'MAE': 'numbers', 'MSLE': 'numbers', 'Huber': 'numbers', 'BCE': 'binary',
    'CCE': 'one-hot', 'ICCE': 'labels', 'Hinge': 'binary',
}  # fmt: skip
OUTPUTS = {'BCE': sigmoid, 'CCE': softmax, 'ICCE': softmax, 'MSLE': ACTIVATIONS['softplus']}


@pytest.mark.parametrize('loss', sorted(loss_functions()))
@pytest.mark.parametrize('reduction', ['sum', 'mean'])
@pytest.mark.parametrize('m', [1, 4, 2000])
@pytest.mark.parametrize('penalty', [None, 'L2'])
def test_the_gradient_is_that_of_the_reported_loss(loss, reduction, m, penalty):
    """Along directions in the space of all parameters, against the table's own number."""
    rng = np.random.default_rng(m)
    X = rng.standard_normal((m, 4))
    Y = {
        'numbers': rng.uniform(0.5, 3, (m, 3)),
        'binary': rng.integers(0, 2, (m, 3)),
        'one-hot': np.eye(3)[rng.integers(0, 3, m)],
        'labels': rng.integers(0, 3, m),
    }[TRUTHS[loss]]
    penalty = L2(0.3) if penalty else None
    activate = OUTPUTS.get(loss, ACTIVATIONS['identity'])
    layers = [Dense(5, tanh, penalty=penalty), Dense(3, activate, penalty=penalty)]
    model = EpyNN([Embedding(X, Y, (1, 0, 0)), *layers])
    quiet(model, loss=loss, reduction=reduction, seed=m)
    batch = model.embedding.batch_dtrain[0]
    model.backward(*loss_gradient(model, batch.Y, model.forward(batch.X, training=True)))
    gradients = [dict(layer.g) for layer in layers]
    start = [dict(layer.p) for layer in layers]
    for _ in range(3):
        direction = [
            {name: rng.standard_normal(p.shape) for name, p in layer.p.items()} for layer in layers
        ]
        reported, h = [], 1e-5
        for sign in (1, -1):
            for layer, p, v in zip(layers, start, direction, strict=True):
                layer.p = {name: p[name] + sign * h * v[name] for name in p}
            reported.append(model.evaluate()[model.training_loss.__name__]['dtrain'])
        slope = (reported[0] - reported[1]) / (2 * h) * (m if reduction == 'sum' else 1)
        analytic = sum(
            float(np.sum(g[f'd{name}'] * v[name]))
            for g, v in zip(gradients, direction, strict=True)
            for name in v
        )
        assert analytic == pytest.approx(slope, rel=1e-6, abs=1e-8)
