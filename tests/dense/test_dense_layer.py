"""Dense: against loops and PyTorch, and its options."""

import numpy as np
import pytest
from oracles import naive_dense

from epynn.commons.maths import elu, identity, lrelu, orthogonal, relu, sigmoid, softmax, tanh
from epynn.dense.models import Dense

TORCH = {
    identity: lambda Z, F: Z,
    relu: lambda Z, F: F.relu(Z),
    lrelu: lambda Z, F: F.leaky_relu(Z, 0.3),
    elu: lambda Z, F: F.elu(Z),
    sigmoid: lambda Z, F: Z.sigmoid(),
    tanh: lambda Z, F: Z.tanh(),
    softmax: lambda Z, F: Z.softmax(dim=-1),
}


def test_against_loops(rng):
    layer = Dense(3, identity)
    X = rng.standard_normal((4, 5))
    layer.forward(X)
    layer.p['b'] = rng.standard_normal((1, 3))
    expected = naive_dense(X, layer.p['W'], layer.p['b'])
    np.testing.assert_allclose(layer.forward(X), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize('activate', TORCH, ids=lambda f: f.__name__)
@pytest.mark.parametrize('size', [(1, 1, 1), (7, 5, 3), (64, 50, 20)])
def test_against_torch(activate, size, rng, record_property):
    torch = pytest.importorskip('torch')
    m, n, u = size
    layer = Dense(u, activate)
    X, dA = rng.standard_normal((m, n)), rng.standard_normal((m, u))
    layer.forward(X)
    layer.p['b'] = rng.standard_normal((1, u))
    A = layer.forward(X)
    dX = layer.backward(dA)
    layer.compute_gradients()

    tX, tW, tb = (
        torch.tensor(array, requires_grad=True) for array in (X, layer.p['W'], layer.p['b'])
    )
    tA = TORCH[activate](tX @ tW + tb, torch.nn.functional)
    tA.backward(torch.tensor(dA))
    pairs = [(A, tA.detach()), (dX, tX.grad), (layer.g['dW'], tW.grad), (layer.g['db'], tb.grad)]
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


def test_parameters_are_drawn_as_told(rng):
    layer = Dense(3, initialization=orthogonal)
    layer.np_rng = np.random.default_rng(9)
    layer.forward(rng.standard_normal((2, 5)))
    np.testing.assert_array_equal(layer.p['W'], orthogonal((5, 3), np.random.default_rng(9)))
    np.testing.assert_array_equal(layer.p['b'], np.zeros((1, 3)))


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
