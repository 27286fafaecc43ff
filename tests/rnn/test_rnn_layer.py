"""RNN: its formula in the caches, and PyTorch's own. Gradients and activations are in tables."""

import numpy as np
import pytest
from recurrent import check_against_torch, draw_parameters

from epynn.commons.maths import identity, lrelu, softmax, tanh
from epynn.rnn.models import RNN


@pytest.mark.parametrize('activate', [tanh, softmax, lrelu])
def test_caches_hold_all_steps_of_the_formula(activate, rng):
    X = rng.standard_normal((3, 4, 5))
    layer = draw_parameters(RNN(2, activate), X, rng)
    A = layer.forward(X)
    p, fc = layer.p, layer.fc
    assert fc['h_'].shape == fc['h'].shape == fc['hp'].shape == (3, 4, 2)
    np.testing.assert_array_equal(fc['X'], X)
    np.testing.assert_array_equal(fc['hp'][:, 0], 0)
    np.testing.assert_array_equal(fc['hp'][:, 1:], fc['h'][:, :-1])
    np.testing.assert_allclose(fc['h'], activate(fc['h_']), rtol=1e-15)
    np.testing.assert_allclose(fc['h_'], X @ p['U'] + fc['hp'] @ p['V'] + p['b'], atol=1e-14)
    np.testing.assert_array_equal(A, fc['h'][:, -1])


def test_against_the_own_one_of_torch(rng, record_property):
    torch = pytest.importorskip('torch')

    def outputs(X, p):
        net = torch.nn.RNN(3, 5, batch_first=True).double()
        weights = {
            'weight_ih_l0': p['U'].T,
            'weight_hh_l0': p['V'].T,
            'bias_ih_l0': p['b'][0],
            'bias_hh_l0': torch.zeros(5, dtype=torch.float64),
        }
        return torch.func.functional_call(net, weights, (X,))[0]

    layer = RNN(5, clip_gradients=False, sequences=True)
    check_against_torch(layer, rng.standard_normal((4, 6, 3)), rng, outputs, record_property)


def test_gradients_reach_back_to_the_first_step():
    """With V = 1 and no activation, each step adds its input, and counts as much as the last."""
    layer = RNN(1, identity, initialization=lambda shape, rng: np.ones(shape))
    X = np.arange(6.0).reshape(1, 6, 1)
    assert layer.forward(X) == 15
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1))), np.ones((1, 6, 1)))
    np.testing.assert_array_equal(layer.bc['dh'], np.ones((1, 6, 1)))
