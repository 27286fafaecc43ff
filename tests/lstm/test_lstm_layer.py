"""LSTM: its formula in the caches, and PyTorch's own. Gradients and activations are in tables."""

import numpy as np
import pytest
from recurrent import check_against_torch, draw_parameters

from epynn.commons.maths import elu, identity, lrelu, relu, sigmoid, softmax, tanh
from epynn.lstm.models import LSTM

ROLES = ('activate', 'activate_output', 'activate_candidate', 'activate_input', 'activate_forget')


@pytest.mark.parametrize(
    'functions',
    [(tanh, sigmoid, tanh, sigmoid, sigmoid), (relu, tanh, softmax, elu, lrelu)],
    ids=['default', 'others'],
)
def test_caches_hold_all_steps_of_the_formula(functions, rng):
    X = rng.standard_normal((3, 4, 5))
    roles = dict(zip(ROLES, functions, strict=True))
    layer = draw_parameters(LSTM(2, **roles), X, rng)
    A = layer.forward(X)
    p, fc = layer.p, layer.fc
    for symbol in ['f_', 'f', 'i_', 'i', 'g_', 'g', 'o_', 'o', 'C_', 'C', 'Cp_', 'h', 'hp']:
        assert fc[symbol].shape == (3, 4, 2), symbol
    for gate, role in zip('ogif', ROLES[1:], strict=True):
        product = X @ p[f'U{gate}'] + fc['hp'] @ p[f'V{gate}'] + p[f'b{gate}']
        np.testing.assert_allclose(fc[f'{gate}_'], product, atol=1e-14)
        np.testing.assert_allclose(fc[gate], roles[role](product), atol=1e-14)
    np.testing.assert_array_equal(fc['C_'], fc['Cp_'] * fc['f'] + fc['i'] * fc['g'])
    np.testing.assert_array_equal(fc['C'], roles['activate'](fc['C_']))
    np.testing.assert_array_equal(fc['h'], fc['o'] * fc['C'])
    for before, after in (('hp', 'h'), ('Cp_', 'C_')):
        np.testing.assert_array_equal(fc[before][:, 0], 0)
        np.testing.assert_array_equal(fc[before][:, 1:], fc[after][:, :-1])
    np.testing.assert_array_equal(A, fc['h'][:, -1])


def test_against_the_own_one_of_torch(rng, record_property):
    torch = pytest.importorskip('torch')

    def outputs(X, p):
        net = torch.nn.LSTM(3, 5, batch_first=True).double()
        gates = 'ifgo'  # as torch stacks them
        weights = {
            'weight_ih_l0': torch.cat([p[f'U{gate}'].T for gate in gates]),
            'weight_hh_l0': torch.cat([p[f'V{gate}'].T for gate in gates]),
            'bias_ih_l0': torch.cat([p[f'b{gate}'][0] for gate in gates]),
            'bias_hh_l0': torch.zeros(20, dtype=torch.float64),
        }
        return torch.func.functional_call(net, weights, (X,))[0]

    layer = LSTM(5, sequences=True)
    check_against_torch(layer, rng.standard_normal((4, 6, 3)), rng, outputs, record_property)


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
