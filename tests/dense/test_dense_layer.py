"""Dense: against loops, and its options."""

import numpy as np
from oracles import naive_dense

from epynn.commons.maths import identity
from epynn.dense.models import Dense


def test_against_loops(rng):
    layer = Dense(3, identity)
    X = rng.standard_normal((4, 5))
    layer.forward(X)
    layer.p['b'] = rng.standard_normal((1, 3))
    expected = naive_dense(X, layer.p['W'], layer.p['b'])
    np.testing.assert_allclose(layer.forward(X), expected, rtol=0, atol=1e-14)


def test_an_initializer_and_an_activation_of_ones_own(rng):
    def ones(shape, rng):
        return np.ones(shape)

    def square(x, deriv=False):
        return 2 * x if deriv else x * x

    layer = Dense(1, square, ones)
    X = np.array([[1.0, 2.0]])
    assert layer.forward(X) == 9
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1))), [[6, 6]])
    assert layer.activation == {'activate': 'square'}


def test_integers_and_booleans_are_features_too():
    layer = Dense(2)
    for X in (np.array([[1, 0], [0, 1]]), np.array([[True, False]])):
        A = layer.forward(X)
        layer.backward(np.ones_like(A))
        layer.compute_gradients()
        assert A.dtype == layer.bc['dX'].dtype == layer.g['dW'].dtype == np.float64


def test_the_learning_rate_of_the_layer_counts_without_a_model(rng):
    layer = Dense(2, se_hPars={'learning_rate': 0.5})
    X = rng.standard_normal((3, 4))
    layer.backward(layer.forward(X))
    layer.compute_gradients()
    before = layer.p['W'].copy()
    layer.update_parameters()
    np.testing.assert_array_equal(layer.p['W'], before - 0.5 * layer.g['dW'])
