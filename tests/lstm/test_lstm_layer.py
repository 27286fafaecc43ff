"""LSTM: against a cell by loops, PyTorch and central differences."""

import numpy as np
import pytest
from recurrent import check_against_torch, check_gradients, draw_parameters

from epynn.commons.maths import elu, identity, lrelu, relu, sigmoid, softmax, tanh
from epynn.lstm.models import LSTM

SIZES = [(3, 4, 5, 2), (1, 1, 1, 1), (1, 6, 2, 3), (4, 1, 3, 2), (2, 3, 4, 1)]
ROLES = ('activate', 'activate_output', 'activate_candidate', 'activate_input', 'activate_forget')
# In the order of ROLES. Each function takes each role somewhere.
ACTIVATIONS = {
    'default': (tanh, sigmoid, tanh, sigmoid, sigmoid),
    'softmax': (softmax,) * 5,
    'identity': (identity,) * 5,
    'relu': (relu,) * 5,
    'softmax-gates': (tanh, softmax, relu, softmax, softmax),
    'mixed': (identity, lrelu, elu, tanh, softmax),
    'mixed-2': (relu, tanh, softmax, elu, lrelu),
    'mixed-3': (elu, identity, sigmoid, softmax, identity),
}
both = pytest.mark.parametrize('sequences', [False, True], ids=['last', 'all'])


def naive_lstm(
    X, p, activate, activate_output, activate_candidate, activate_input, activate_forget
):
    """Return all states, one sample and one step at a time."""
    m, s, _ = X.shape
    u = p['Vf'].shape[0]
    H = np.zeros((m, s, u))
    for n in range(m):
        h, C_ = np.zeros(u), np.zeros(u)
        for t in range(s):
            x = X[n, t]
            f = activate_forget(x @ p['Uf'] + h @ p['Vf'] + p['bf'][0])
            i = activate_input(x @ p['Ui'] + h @ p['Vi'] + p['bi'][0])
            g = activate_candidate(x @ p['Ug'] + h @ p['Vg'] + p['bg'][0])
            o = activate_output(x @ p['Uo'] + h @ p['Vo'] + p['bo'][0])
            C_ = C_ * f + i * g
            h = o * activate(C_)
            H[n, t] = h
    return H


@pytest.mark.parametrize('functions', ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize('size', SIZES)
@both
def test_against_a_cell_by_loops(size, sequences, functions, rng):
    m, s, e, u = size
    roles = dict(zip(ROLES, functions, strict=True))
    X = rng.standard_normal((m, s, e))
    layer = draw_parameters(LSTM(u, **roles, sequences=sequences), X, rng)
    A = layer.forward(X)
    H = naive_lstm(X, layer.p, **roles)
    np.testing.assert_allclose(A, H if sequences else H[:, -1], rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize('size', [*SIZES, (32, 20, 16, 8)])
@both
def test_against_torch(size, sequences, rng, record_property):
    torch = pytest.importorskip('torch')
    m, s, e, u = size

    def outputs(X, p):
        net = torch.nn.LSTM(e, u, batch_first=True).double()
        gates = 'ifgo'  # as torch stacks them
        weights = {
            'weight_ih_l0': torch.cat([p[f'U{gate}'].T for gate in gates]),
            'weight_hh_l0': torch.cat([p[f'V{gate}'].T for gate in gates]),
            'bias_ih_l0': torch.cat([p[f'b{gate}'][0] for gate in gates]),
            'bias_hh_l0': torch.zeros(4 * u, dtype=torch.float64),
        }
        return torch.func.functional_call(net, weights, (X,))[0]

    layer = LSTM(u, sequences=sequences)
    check_against_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


@pytest.mark.parametrize('functions', ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize('size', SIZES)
@both
def test_gradients_against_central_differences(size, sequences, functions, rng, record_property):
    m, s, e, u = size
    roles = dict(zip(ROLES, functions, strict=True))
    hPars = {'softmax_temperature': 1.7, 'LRELU_alpha': -0.4, 'ELU_alpha': 0.6}
    layer = LSTM(u, **roles, sequences=sequences, se_hPars=hPars)
    check_gradients(layer, rng.standard_normal((m, s, e)), rng, record_property)


def test_caches_hold_all_steps(rng):
    X = rng.standard_normal((3, 4, 5))
    layer = draw_parameters(LSTM(2), X, rng)
    A = layer.forward(X)
    p, fc = layer.p, layer.fc
    for symbol in ['f_', 'f', 'i_', 'i', 'g_', 'g', 'o_', 'o', 'C_', 'C', 'Cp_', 'h', 'hp']:
        assert fc[symbol].shape == (3, 4, 2), symbol
    for gate, activate in zip('figo', (sigmoid, sigmoid, tanh, sigmoid), strict=True):
        product = X @ p[f'U{gate}'] + fc['hp'] @ p[f'V{gate}'] + p[f'b{gate}']
        np.testing.assert_allclose(fc[f'{gate}_'], product, atol=1e-14)
        np.testing.assert_allclose(fc[gate], activate(product), atol=1e-14)
    np.testing.assert_array_equal(fc['C_'], fc['Cp_'] * fc['f'] + fc['i'] * fc['g'])
    np.testing.assert_array_equal(fc['C'], np.tanh(fc['C_']))
    np.testing.assert_array_equal(fc['h'], fc['o'] * fc['C'])
    for before, after in (('hp', 'h'), ('Cp_', 'C_')):
        np.testing.assert_array_equal(fc[before][:, 0], 0)
        np.testing.assert_array_equal(fc[before][:, 1:], fc[after][:, :-1])
    np.testing.assert_array_equal(A, fc['h'][:, -1])


def test_an_open_forget_gate_remembers_the_first_step_for_ever():
    """Gates by their biases: keep all, let only what X opens in, give all out."""
    layer = LSTM(1, identity, initialization=lambda shape, rng: np.zeros(shape))
    X = np.zeros((1, 50, 2))
    X[0, 0] = (1, 0.7)  # the first feature opens the input gate, the second is the candidate
    layer.forward(X)
    layer.p['bf'][:], layer.p['bi'][:], layer.p['bo'][:] = 60, -60, 60
    layer.p['Ui'][0], layer.p['Ug'][1] = 120, 1
    assert layer.forward(X) == pytest.approx(np.tanh(0.7), rel=1e-12)
    dX = layer.backward(np.ones((1, 1)))
    assert dX[0, 0, 1] == pytest.approx(1 - np.tanh(0.7) ** 2, rel=1e-12)
    np.testing.assert_allclose(dX[0, 1:], 0, atol=1e-20)
