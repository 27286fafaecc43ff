"""GRU: its formula in the caches, and PyTorch's own. Gradients and activations are in tables."""

import numpy as np
import pytest
from recurrent import check_against_torch, draw_parameters

from epynn.commons.maths import elu, lrelu, sigmoid, softmax, tanh
from epynn.gru.models import GRU

ROLES = ('activate', 'activate_update', 'activate_reset')


def test_an_open_reset_gate_is_torch_own_gru(rng, record_property):
    """Where r = 1 it matters not whether it acts before the product or after it, as in torch."""
    torch = pytest.importorskip('torch')
    m, s, e, u = 4, 6, 3, 5

    def outputs(X, p):
        net = torch.nn.GRU(e, u, batch_first=True).double()
        weights = {
            'weight_ih_l0': torch.cat([p['Ur'].T, p['Uz'].T, p['Uhh'].T]),
            'weight_hh_l0': torch.cat([p['Vr'].T, p['Vz'].T, p['Vhh'].T]),
            'bias_ih_l0': torch.cat([p['br'][0] + 200, p['bz'][0], p['bhh'][0]]),
            'bias_hh_l0': torch.zeros(3 * u, dtype=torch.float64),
        }
        return torch.func.functional_call(net, weights, (X,))[0]

    def ones(x, deriv=False):
        return np.zeros_like(x) if deriv else np.ones_like(x)

    layer = GRU(u, activate_reset=ones, sequences=True)
    check_against_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


@pytest.mark.parametrize(
    'functions', [(tanh, sigmoid, sigmoid), (elu, softmax, lrelu)], ids=['default', 'others']
)
def test_caches_hold_all_steps_of_the_formula(functions, rng):
    X = rng.standard_normal((3, 4, 5))
    roles = dict(zip(ROLES, functions, strict=True))
    layer = draw_parameters(GRU(2, **roles), X, rng)
    A = layer.forward(X)
    p, fc = layer.p, layer.fc
    for symbol in ['z_', 'z', 'r_', 'r', 'hh_', 'hh', 'h', 'hp']:
        assert fc[symbol].shape == (3, 4, 2), symbol
    for gate, activate, hp in (
        ('hh', functions[0], fc['r'] * fc['hp']),
        ('z', functions[1], fc['hp']),
        ('r', functions[2], fc['hp']),
    ):
        product = X @ p[f'U{gate}'] + hp @ p[f'V{gate}'] + p[f'b{gate}']
        np.testing.assert_allclose(fc[f'{gate}_'], product, atol=1e-14)
        np.testing.assert_allclose(fc[gate], activate(product), atol=1e-14)
    np.testing.assert_array_equal(fc['h'], fc['z'] * fc['hp'] + (1 - fc['z']) * fc['hh'])
    np.testing.assert_array_equal(fc['hp'][:, 0], 0)
    np.testing.assert_array_equal(fc['hp'][:, 1:], fc['h'][:, :-1])
    np.testing.assert_array_equal(A, fc['h'][:, -1])


def test_an_open_update_gate_keeps_the_state():
    """z near 1 keeps, z near 0 replaces by the candidate: Cho et al., not the other way round."""
    layer = GRU(1, initialization=lambda shape, rng: np.zeros(shape))
    X = np.zeros((1, 50, 2))
    X[0, 0] = (1, 0.7)  # the first feature closes the update gate, the second is the candidate
    layer.forward(X)
    layer.p['bz'][:], layer.p['Uz'][0], layer.p['Uhh'][1] = 60, -120, 1
    assert layer.forward(X) == pytest.approx(np.tanh(0.7), rel=1e-12)
