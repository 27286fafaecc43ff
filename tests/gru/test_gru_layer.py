"""GRU: against a cell by loops, the same cell in PyTorch, and central differences."""

import numpy as np
import pytest
from recurrent import check_against_torch, check_gradients, draw_parameters

from epynn.commons.maths import elu, identity, lrelu, relu, sigmoid, softmax, tanh
from epynn.gru.models import GRU

SIZES = [(3, 4, 5, 2), (1, 1, 1, 1), (1, 6, 2, 3), (4, 1, 3, 2), (2, 3, 4, 1)]
ROLES = ('activate', 'activate_update', 'activate_reset')
# In the order of ROLES. Each function takes each role somewhere.
ACTIVATIONS = {
    'default': (tanh, sigmoid, sigmoid),
    'softmax': (softmax,) * 3,
    'identity': (identity,) * 3,
    'relu': (relu,) * 3,
    'softmax-gates': (relu, softmax, softmax),
    'mixed': (lrelu, tanh, elu),
    'mixed-2': (elu, lrelu, tanh),
    'mixed-3': (sigmoid, elu, lrelu),
}
both = pytest.mark.parametrize('sequences', [False, True], ids=['last', 'all'])


def naive_gru(X, p, activate, activate_update, activate_reset):
    """Return all states, one sample and one step at a time."""
    m, s, _ = X.shape
    u = p['Vz'].shape[0]
    H = np.zeros((m, s, u))
    for n in range(m):
        h = np.zeros(u)
        for t in range(s):
            x = X[n, t]
            z = activate_update(x @ p['Uz'] + h @ p['Vz'] + p['bz'][0])
            r = activate_reset(x @ p['Ur'] + h @ p['Vr'] + p['br'][0])
            hh = activate(x @ p['Uhh'] + (r * h) @ p['Vhh'] + p['bhh'][0])
            h = z * h + (1 - z) * hh
            H[n, t] = h
    return H


@pytest.mark.parametrize('functions', ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize('size', SIZES)
@both
def test_against_a_cell_by_loops(size, sequences, functions, rng):
    m, s, e, u = size
    roles = dict(zip(ROLES, functions, strict=True))
    X = rng.standard_normal((m, s, e))
    layer = draw_parameters(GRU(u, **roles, sequences=sequences), X, rng)
    A = layer.forward(X)
    H = naive_gru(X, layer.p, **roles)
    np.testing.assert_allclose(A, H if sequences else H[:, -1], rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize('size', [*SIZES, (32, 20, 16, 8)])
@both
def test_against_the_same_cell_in_torch(size, sequences, rng, record_property):
    torch = pytest.importorskip('torch')
    m, s, e, u = size

    def outputs(X, p):
        h, H = torch.zeros(m, u, dtype=torch.float64), []
        for t in range(s):
            x = X[:, t]
            z = torch.sigmoid(x @ p['Uz'] + h @ p['Vz'] + p['bz'])
            r = torch.sigmoid(x @ p['Ur'] + h @ p['Vr'] + p['br'])
            hh = torch.tanh(x @ p['Uhh'] + (r * h) @ p['Vhh'] + p['bhh'])
            h = z * h + (1 - z) * hh
            H.append(h)
        return torch.stack(H, dim=1)

    layer = GRU(u, sequences=sequences)
    check_against_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


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


@pytest.mark.parametrize('functions', ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize('size', SIZES)
@both
def test_gradients_against_central_differences(size, sequences, functions, rng, record_property):
    m, s, e, u = size
    roles = dict(zip(ROLES, functions, strict=True))
    hPars = {'softmax_temperature': 1.7, 'LRELU_alpha': -0.4, 'ELU_alpha': 0.6}
    layer = GRU(u, **roles, sequences=sequences, se_hPars=hPars)
    check_gradients(layer, rng.standard_normal((m, s, e)), rng, record_property)


def test_caches_hold_all_steps(rng):
    X = rng.standard_normal((3, 4, 5))
    layer = draw_parameters(GRU(2), X, rng)
    A = layer.forward(X)
    p, fc = layer.p, layer.fc
    for symbol in ['z_', 'z', 'r_', 'r', 'hh_', 'hh', 'h', 'hp']:
        assert fc[symbol].shape == (3, 4, 2), symbol
    for gate, activate, hp in (
        ('z', sigmoid, fc['hp']),
        ('r', sigmoid, fc['hp']),
        ('hh', tanh, fc['r'] * fc['hp']),
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
