"""What is handed down is the gradient of the loss: whole networks against central differences."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_classifier, make_data, quiet

from epynn.commons.errors import ArgumentTypeError, ShapeError
from epynn.commons.loss import CCE, MSE
from epynn.commons.maths import identity, lrelu, sigmoid, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.template.models import Template


def make_targets(kind, m=8):
    """Return labels that suit a loss: any numbers, positive ones, shares, classes."""
    rng = np.random.default_rng(2)
    return {
        'numbers': rng.standard_normal((m, 3)),
        'positive': rng.uniform(0.5, 2, (m, 3)),
        'shares': rng.uniform(0.1, 0.9, (m, 3)),
        'binary': rng.integers(0, 2, (m, 3)),
        'one-hot': np.eye(3)[np.arange(m) % 3],
        'classes': np.arange(m) % 3,
    }[kind]


@pytest.mark.parametrize('activate', [tanh, sigmoid, identity, lrelu])
def test_a_network_of_everything(activate, record_property):
    X = np.random.default_rng(0).standard_normal((6, 7, 6, 2))
    layers = [
        Embedding(X, np.arange(6) % 3, (1, 0, 0), Y_encode=True),
        Convolution(3, 3, 1, 1, activate),
        Pooling(2, 1),
        Template(),
        Convolution(2, (2, 3), (2, 1), (0, 1), activate, use_bias=False),
        Pooling((1, 2), pool=np.mean),
        Flatten(),
        Dropout(0.3),
        Dense(4, activate),
        Dense(3, softmax),
    ]
    model = quiet(EpyNN(layers))
    batch = model.embedding.batch_dtrain[0]
    checks = check_network(model, batch.X, batch.Y)
    assert len(checks) == 7
    record_property('worst', max(check.error for check in checks))
    require(checks)


def test_the_gradient_of_the_samples():
    X, _ = make_data(8)
    model = EpyNN([Embedding(X, make_targets('one-hot'), (1, 0, 0)), Dense(5, tanh), Dense(3)])
    quiet(model, loss='MSE')
    batch = model.embedding.batch_dtrain[0]
    dX = model.backward(*loss_gradient(model, batch.Y, model.forward(batch.X)))
    step = np.zeros_like(batch.X)
    step[3, 2] = 1e-5
    above, below = (MSE(batch.Y, model.forward(batch.X + s)).sum() for s in (step, -step))
    np.testing.assert_allclose(dX[3, 2], (above - below) / 2e-5, rtol=1e-7)


@pytest.mark.parametrize('training', [False, True])
def test_the_gradient_of_the_samples_is_left_out_in_training(training):
    X, _ = make_data(8)
    model = EpyNN([Embedding(X, make_targets('one-hot'), (1, 0, 0)), Dense(5, tanh), Dense(3)])
    quiet(model, loss='MSE')
    batch = model.embedding.batch_dtrain[0]
    first = model.layers[1]
    dX = model.backward(*loss_gradient(model, batch.Y, model.forward(batch.X, training=training)))
    assert (dX is None) == ('dX' not in first.bc) == training
    assert first.input_gradient
    assert first.backward(first.bc['dA']).shape == batch.X.shape


# CLOSED FORMS


@pytest.mark.parametrize(
    ('loss', 'activate', 'kind'), [('CCE', softmax, 'one-hot'), ('BCE', sigmoid, 'binary')]
)
@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_the_closed_form_is_the_general_one(loss, activate, kind, reduction):
    X, _ = make_data(8)
    model = EpyNN([Embedding(X, make_targets(kind), (1, 0, 0)), Dense(3, activate)])
    quiet(model, loss=loss, reduction=reduction, se_hPars={'softmax_temperature': 1.7})
    batch = model.embedding.batch_dtrain[0]
    dA, dZ = loss_gradient(model, batch.Y, model.forward(batch.X, training=True))
    assert dZ is not None
    output = model.layers[-1]
    model.backward(dA, dZ)
    closed = {name: np.array(g) for name, g in output.g.items()}
    np.testing.assert_array_equal(output.bc['dZ'], dZ)
    model.backward(dA)
    np.testing.assert_allclose(output.bc['dZ'], dZ, rtol=1e-12, atol=1e-14)
    for name in closed:
        np.testing.assert_allclose(output.g[name], closed[name], rtol=1e-11, atol=1e-14)


def test_the_closed_form_is_the_last_layers_alone():
    """A softmax below the output, or followed by another layer, takes the general way."""
    X, _ = make_data(8)
    Y = make_targets('one-hot')
    for layers in ([Dense(3, softmax), Dense(3, softmax)], [Dense(3, softmax), Template()]):
        model = quiet(EpyNN([Embedding(X, Y, (1, 0, 0)), *layers]))
        batch = model.embedding.batch_dtrain[0]
        require(check_network(model, batch.X, batch.Y))
        assert all(layer.output_dZ is None for layer in model.layers)


def test_a_loss_and_a_schedule_of_ones_own():
    def cubic(Y, A, deriv=False):
        if deriv:
            return 3 * np.abs(A - Y) * (A - Y)
        return np.sum(np.abs(A - Y) ** 3, axis=1)

    X, _ = make_data(8)
    model = EpyNN([Embedding(X, make_targets('numbers'), (1, 0, 0)), Dense(3, identity)])
    quiet(model, loss=cubic, se_hPars={'schedule': lambda h: [1e-5] * h['epochs']})
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))
    model.train(3, verbose=0)
    assert list(model.metrics) == ['RMSE', 'cubic']
    assert model.metrics['cubic'][0][-1] < model.metrics['cubic'][0][0]


def test_labels_in_the_loss_of_the_output_are_the_one_hot_ones():
    X, y = make_data(8)
    model = quiet(EpyNN([Embedding(X, y, (1, 0, 0), Y_encode=True), Dense(3, softmax)]))
    np.testing.assert_array_equal(model.embedding.dtrain.Y, np.eye(3)[y])
    assert model.training_loss is CCE


def test_weights_of_samples_by_hand():
    model = quiet(make_classifier())
    dtrain = model.embedding.dtrain
    A, w = model.forward(dtrain.X), np.arange(len(dtrain.X))
    for given in (w, w.tolist()):
        _, dZ = model.loss_gradient(dtrain.Y, A, given)
        np.testing.assert_array_equal(dZ, w[:, np.newaxis] * (A - dtrain.Y))
    with pytest.raises(
        ShapeError, match=r'loss_gradient\(w\): expected a weight for each of the 16'
    ):
        model.loss_gradient(dtrain.Y, A, w[:3])
    with pytest.raises(ArgumentTypeError, match=r'backward\(\*model.loss_gradient\(Y, A\)\)'):
        model.backward(model.loss_gradient(dtrain.Y, A))
    with pytest.raises(ArgumentTypeError, match=r"training\): expected True or False, got 'no'"):
        model.forward(dtrain.X, training='no')
