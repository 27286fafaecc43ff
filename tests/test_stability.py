"""Numbers of any size: layers and networks stay finite and silent, and their gradients exact.

Functions by themselves are in tests/commons; here they are where they work: in layers, and behind
a loss. Under ``np.errstate(all='raise')`` an overflow, a division by 0 or a NaN is an error.
"""

import numpy as np
import pytest
from extremes import LARGEST, MAGNITUDES, logits, truth
from networks import quiet

from epynn.commons.loss import loss_functions
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

each_dtype = pytest.mark.parametrize('dtype', [np.float64, np.float32])


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
    sizes = np.array([*MAGNITUDES, LARGEST[dtype]])
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
@pytest.mark.parametrize('m', [4, 2000])
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
