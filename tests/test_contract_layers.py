"""The contract: where we differ from EpyNN 1.2 in layers and their functions, by number."""

import tracemalloc

import numpy as np
import pytest
from gradients import check_layer, require
from layer_table import ROWS
from networks import (
    assert_same_parameters,
    make_classifier,
    make_data,
    quiet,
    record,
)

from epynn.commons.errors import ArgumentError
from epynn.commons.loss import BCE, CCE, MAE, MSE, MSLE
from epynn.commons.maths import elu, identity, lrelu, relu, sigmoid, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling


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


def test_difference_03_bias_gradients_have_the_shape_of_the_bias():
    for row in ROWS:
        layer, _, _ = row.run()
        for name, parameter in layer.p.items():
            assert layer.g[f'd{name}'].shape == parameter.shape, row.name


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


def test_difference_12_settings_of_activations_belong_to_the_layer():
    layers = [Dense(3, elu, se_hPars={'ELU_alpha': alpha}) for alpha in (1, 2)]
    quiet(make_classifier(*layers))
    quiet(make_classifier(Dense(3, elu)), se_hPars={'ELU_alpha': 9})
    for layer, alpha in zip(layers, (1, 2), strict=True):
        assert layer.activate(np.array([-50.0])) == pytest.approx(-alpha)
