"""RNN: against a cell by loops, PyTorch and central differences."""

import numpy as np
import pytest
from recurrent import check_against_torch, check_gradients, draw_parameters

from epynn.commons.maths import elu, identity, lrelu, relu, sigmoid, softmax, tanh
from epynn.rnn.models import RNN

SIZES = [(3, 4, 5, 2), (1, 1, 1, 1), (1, 6, 2, 3), (4, 1, 3, 2), (2, 3, 4, 1)]
both = pytest.mark.parametrize('sequences', [False, True], ids=['last', 'all'])


def naive_rnn(X, p, activate):
    """Return all states, one sample and one step at a time."""
    m, s, _ = X.shape
    H = np.zeros((m, s, p['V'].shape[0]))
    for n in range(m):
        h = np.zeros(p['V'].shape[0])
        for t in range(s):
            h = activate(X[n, t] @ p['U'] + h @ p['V'] + p['b'][0])
            H[n, t] = h
    return H


@pytest.mark.parametrize('activate', [tanh, softmax, lrelu])
@pytest.mark.parametrize('size', SIZES)
@both
def test_against_a_cell_by_loops(size, sequences, activate, rng):
    m, s, e, u = size
    X = rng.standard_normal((m, s, e))
    layer = draw_parameters(RNN(u, activate, sequences=sequences), X, rng)
    A = layer.forward(X)
    H = naive_rnn(X, layer.p, activate)
    np.testing.assert_allclose(A, H if sequences else H[:, -1], rtol=0, atol=1e-14)
    np.testing.assert_allclose(layer.fc['h'], H, rtol=0, atol=1e-14)


@pytest.mark.parametrize('activate', [tanh, relu], ids=lambda f: f.__name__)
@pytest.mark.parametrize('size', [*SIZES, (32, 20, 16, 8)])
@both
def test_against_torch(size, sequences, activate, rng, record_property):
    torch = pytest.importorskip('torch')
    m, s, e, u = size

    def outputs(X, p):
        net = torch.nn.RNN(e, u, nonlinearity=activate.__name__, batch_first=True).double()
        weights = {
            'weight_ih_l0': p['U'].T,
            'weight_hh_l0': p['V'].T,
            'bias_ih_l0': p['b'][0],
            'bias_hh_l0': torch.zeros(u, dtype=torch.float64),
        }
        return torch.func.functional_call(net, weights, (X,))[0]

    layer = RNN(u, activate, clip_gradients=False, sequences=sequences)
    check_against_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


@pytest.mark.parametrize(
    'activate', [identity, relu, lrelu, elu, sigmoid, tanh, softmax], ids=lambda f: f.__name__
)
@pytest.mark.parametrize('size', SIZES)
@both
def test_gradients_against_central_differences(size, sequences, activate, rng, record_property):
    m, s, e, u = size
    hPars = {'softmax_temperature': 1.7, 'LRELU_alpha': -0.4, 'ELU_alpha': 0.6}
    layer = RNN(u, activate, clip_gradients=False, sequences=sequences, se_hPars=hPars)
    check_gradients(layer, rng.standard_normal((m, s, e)), rng, record_property)


def test_caches_hold_all_steps(rng):
    X = rng.standard_normal((3, 4, 5))
    layer = draw_parameters(RNN(2), X, rng)
    A = layer.forward(X)
    p, fc = layer.p, layer.fc
    assert fc['h_'].shape == fc['h'].shape == fc['hp'].shape == (3, 4, 2)
    np.testing.assert_array_equal(fc['X'], X)
    np.testing.assert_array_equal(fc['hp'][:, 0], 0)
    np.testing.assert_array_equal(fc['hp'][:, 1:], fc['h'][:, :-1])
    np.testing.assert_array_equal(fc['h'], np.tanh(fc['h_']))
    np.testing.assert_allclose(fc['h_'], X @ p['U'] + fc['hp'] @ p['V'] + p['b'], atol=1e-14)
    np.testing.assert_array_equal(A, fc['h'][:, -1])


def test_gradients_reach_back_to_the_first_step():
    """With V = 1 and no activation, each step adds its input, and counts as much as the last."""
    layer = RNN(1, identity, initialization=lambda shape, rng: np.ones(shape))
    X = np.arange(6.0).reshape(1, 6, 1)
    assert layer.forward(X) == 15
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1))), np.ones((1, 6, 1)))
    np.testing.assert_array_equal(layer.bc['dh'], np.ones((1, 6, 1)))
