"""Whoever has NumPy stop at every error of floating point is not stopped by roundings to 0."""

import numpy as np
import pytest
from networks import quiet

from epynn import LSTM, RNN, Convolution, Dense, Embedding, EpyNN, Flatten, Pooling
from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.loss import loss_functions
from epynn.commons.maths import ACTIVATIONS, relu, sigmoid, softmax
from epynn.commons.metrics import metrics_functions
from epynn.commons.optimize import OPTIMIZERS

both = pytest.mark.parametrize('dtype', ['float32', 'float64'])


@pytest.fixture(autouse=True)
def stop_at_everything():
    with np.errstate(all='raise'):
        yield


def spread(dtype):
    """Return numbers of all sizes, of both signs."""
    largest = 1e37 if dtype == 'float32' else 1e300
    tiny = 1e-40 if dtype == 'float32' else 1e-310
    return np.array([[-largest, -800, -90, -1, -1e-30, -tiny, 0, tiny, 1e-30, 1, 90, 800]], dtype)


@both
@pytest.mark.parametrize('name', ACTIVATIONS)
def test_activations(name, dtype):
    x, function = spread(dtype), ACTIVATIONS[name]
    layer = Activation(function)
    for result in (
        function(x),
        function(x, deriv=True),
        layer.forward(x),
        layer.backward(np.full_like(x, 1e-30)),
    ):
        assert np.isfinite(result).all()


@both
@pytest.mark.parametrize('name', loss_functions())
def test_losses(name, dtype):
    loss = loss_functions(name)
    A = np.array([[0, 1, 1e-30], [1e-30, 1 - 1e-6, 0.5]], dtype)
    Y = np.array([[1], [0]]) if name == 'ICCE' else np.array([[0, 1, 0], [1, 0, 0]], dtype)
    for deriv in (False, True):
        assert np.isfinite(loss(Y, A, deriv=deriv)).all()


@pytest.mark.parametrize(
    'name', ['accuracy', 'recall', 'precision', 'fscore', 'specificity', 'NPV']
)
def test_metrics(name):
    metric = metrics_functions(name)
    for Y in (np.zeros((3, 1)), np.ones((3, 1))):
        for A in (np.full((3, 1), 1e-320), np.ones((3, 1))):
            assert 0 <= metric(Y, A) <= 1


def learn(layers, X, dtype, optimizer='Adam'):
    y = np.arange(len(X)) % 3
    model = EpyNN([Embedding(X, y, Y_encode=True, batch_size=16), *layers, Dense(3, softmax)])
    quiet(model, dtype=dtype, optimizer=optimizer)
    model.train(2, verbose=0)
    model.evaluate()
    A = model.forward(model.predict(X).X, training=True)
    model.backward(np.full_like(A, 1e-30))
    assert np.isfinite(A).all()


@both
@pytest.mark.parametrize('optimizer', OPTIMIZERS)
def test_networks_with_each_optimizer(optimizer, dtype, rng):
    steep = Dense(8, sigmoid, lambda shape, rng: 1e3 * rng.standard_normal(shape))
    learn([steep, BatchNorm()], rng.standard_normal((24, 6)), dtype, optimizer)


@both
@pytest.mark.parametrize('size', [1e-20, 10])
def test_networks_of_steps_and_of_images(size, dtype, rng):
    """Images of some size are worked on in other threads too."""
    learn([RNN(5, sequences=True), LSTM(5)], size * rng.standard_normal((24, 9, 2)), dtype)
    images = size * rng.standard_normal((32, 32, 32, 2))
    learn([Convolution(8, 3, 1, activate=relu), Pooling(2), Flatten()], images, dtype)
