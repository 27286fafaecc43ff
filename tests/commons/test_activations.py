"""Rectifiers, sigmoids and gated units: against torch, mpmath and their definitions."""

import math

import mpmath
import numpy as np
import pytest

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths import (
    ACTIVATIONS,
    gated,
    gelu,
    hard_sigmoid,
    hard_tanh,
    mish,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanh,
)

NEW = [gelu, silu, mish, selu, softplus, softsign, hard_sigmoid, hard_tanh]
TORCH = {
    gelu: 'gelu',
    silu: 'silu',
    mish: 'mish',
    selu: 'selu',
    softplus: 'softplus',
    softsign: 'softsign',
    hard_sigmoid: 'hardsigmoid',
    hard_tanh: 'hardtanh',
}


def ncdf(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


EXACT = {
    gelu: lambda x: x * ncdf(x),
    silu: lambda x: x / (1 + mpmath.exp(-x)),
    mish: lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
    softplus: lambda x: mpmath.log1p(mpmath.exp(x)),
    softsign: lambda x: x / (1 + abs(x)),
}


@pytest.mark.parametrize('f', NEW)
def test_values_and_derivatives_are_those_of_torch(f, rng):
    torch = pytest.importorskip('torch')
    x = np.concatenate([rng.normal(size=200) * 4, [-3.0, -1.0, 0.0, 1.0, 3.0]])
    if f is selu:
        x = x[x != 0]  # torch takes the right derivative at 0, we the left one
    t = torch.from_numpy(x).requires_grad_()
    y = getattr(torch.nn.functional, TORCH[f])(t)
    y.sum().backward()
    # torch replaces softplus by x above 20, and rounds where we do not: 1e-12 is what they share
    np.testing.assert_allclose(f(x), y.detach().numpy(), rtol=1e-12, atol=1e-14)
    rtol = 1e-7 if f is hard_sigmoid else 1e-12  # torch has 1/6 in single precision there
    np.testing.assert_allclose(f(x, deriv=True), t.grad.numpy(), rtol=rtol, atol=1e-14)


@pytest.mark.parametrize('f', EXACT)
def test_values_are_right_to_the_last_digits(f):
    points = np.concatenate([np.linspace(-25, 12, 800), np.linspace(-1, 1, 401), [-1e-8, 1e-300]])
    with mpmath.workdps(40):
        exact = [EXACT[f](mpmath.mpf(x)) for x in points]
        absolute = [abs(mpmath.mpf(y) - e) for y, e in zip(f(points), exact, strict=True)]
        relative = [a / abs(e) if e else a for a, e in zip(absolute, exact, strict=True)]
    right = points > -2
    assert max(float(r) for r, near in zip(relative, right, strict=True) if near) < 1e-15
    assert max(float(a) for a, near in zip(absolute, right, strict=True) if not near) < 1e-15
    # However small the value, most of its digits are right.
    assert max(map(float, relative)) < 2e-13


@pytest.mark.parametrize('f', EXACT)
def test_derivatives_are_right_to_the_last_digits(f):
    points = np.concatenate([np.linspace(-12, 12, 100), [0.3, -0.75]])
    with mpmath.workdps(40):
        exact = [float(mpmath.diff(EXACT[f], mpmath.mpf(x))) for x in points]
    np.testing.assert_allclose(f(points, deriv=True), exact, rtol=2e-15, atol=1e-15)


@pytest.mark.parametrize('f', NEW)
def test_float32_has_the_digits_of_float32(f, rng):
    x = (rng.normal(size=1000) * 4).astype(np.float32)
    for deriv in (False, True):
        y = f(x, deriv=deriv)
        assert y.dtype == np.float32
        np.testing.assert_allclose(y, f(x.astype(np.float64), deriv=deriv), rtol=2e-6, atol=5e-7)


def test_the_polynomial_of_the_error_function_is_that_of_its_definition():
    """Chebyshev terms by their discrete orthogonality at 80 nodes, then gathered by powers."""
    nodes, terms = 80, len(gated._ERFC_POLYNOMIAL)
    with mpmath.workdps(40):
        angles = [(k + mpmath.mpf(1) / 2) * mpmath.pi / nodes for k in range(nodes)]
        values = []
        for angle in angles:
            t = mpmath.cos(angle)
            z = mpmath.mpf('3.75') * (1 + t) / (1 - t)
            # exp(z^2) erfc(z) as a confluent function: no underflow, however large z is
            scaled = mpmath.hyperu(0.5, 0.5, z * z) / mpmath.sqrt(mpmath.pi)
            values.append((1 + 2 * z) * scaled)
        powers = [mpmath.mpf(0)] * terms
        before, now = [0] * terms, [1] + [0] * (terms - 1)  # T_-1 := 0, T_0
        for j in range(terms):
            products = [v * mpmath.cos(j * a) for v, a in zip(values, angles, strict=True)]
            c = sum(products) * (2 if j else 1) / nodes
            powers = [power + c * k for power, k in zip(powers, now, strict=True)]
            # T_1 = t, then T_(j+1) = 2 t T_j - T_(j-1)
            shifted = [0, *(k * (2 if j else 1) for k in now[:-1])]
            before, now = now, [s - b for s, b in zip(shifted, before, strict=True)]
        for exact, ours in zip(powers, gated._ERFC_POLYNOMIAL, strict=True):
            assert float(exact) == ours


def test_selu_has_a_fixed_point_at_mean_0_and_variance_1():
    with mpmath.workdps(25):

        def moment(power):
            density = lambda x: mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)  # noqa: E731
            negative = lambda x: SCALE * ALPHA * mpmath.expm1(x)  # noqa: E731
            left = mpmath.quad(lambda x: negative(x) ** power * density(x), [-30, -8, 0])
            right = mpmath.quad(lambda x: (SCALE * x) ** power * density(x), [0, 8, 30])
            return float(left + right)

        SCALE = mpmath.mpf(float(selu(np.array([1.0]))[0]))
        ALPHA = mpmath.mpf(-float(selu(np.array([-50.0]))[0])) / SCALE
        assert abs(moment(1)) < 1e-14
        assert abs(moment(2) - 1) < 1e-14


def test_values_at_known_points():
    x = np.array([-6.0, -3.0, 0.0, 1.5, 3.0, 6.0])
    np.testing.assert_allclose(hard_sigmoid(x), [0, 0, 0.5, 0.75, 1, 1])
    np.testing.assert_array_equal(hard_sigmoid(x, deriv=True) * 6, [0, 0, 1, 1, 0, 0])
    np.testing.assert_array_equal(hard_tanh(x), [-1, -1, 0, 1, 1, 1])
    np.testing.assert_array_equal(hard_tanh(np.array([-1, 0.5, 1]), deriv=True), [0, 1, 0])
    np.testing.assert_allclose(softsign(x), [-6 / 7, -3 / 4, 0, 0.6, 3 / 4, 6 / 7])
    assert softplus(np.zeros(1))[0] == pytest.approx(math.log(2), rel=1e-16)
    assert gelu(np.zeros(1), deriv=True)[0] == 0.5


def test_identities(rng):
    x = rng.normal(size=100) * 5
    np.testing.assert_allclose(gelu(x) - gelu(-x), x, atol=1e-15)
    np.testing.assert_allclose(silu(x) - silu(-x), x, atol=1e-15)
    np.testing.assert_allclose(softplus(x) - softplus(-x), x, atol=1e-15)
    np.testing.assert_array_equal(softplus(x, deriv=True), sigmoid(x))
    np.testing.assert_allclose(mish(x), x * tanh(softplus(x)))


@pytest.mark.parametrize('alpha', [0.3, 2.0, 0.0, -0.5])
@pytest.mark.parametrize('f', ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_outputs_fill_their_range(f, alpha):
    activation = BoundActivation(f, {'LRELU_alpha': alpha, 'ELU_alpha': alpha})
    low, high = activation.range
    x = np.linspace(-1e5, 1e5, 200_001)
    x = np.concatenate([x, x / 1e4])
    A = activation(np.stack([x, -x], axis=1))
    assert low <= A.min() <= low + 2e-4 if low > -np.inf else A.min() < -2e4
    assert high - 2e-4 <= A.max() <= high if high < np.inf else A.max() > 2e4


def test_functions_of_your_own_may_give_anything():
    def relu(x, deriv=False):
        return x

    assert BoundActivation(relu).range == (-np.inf, np.inf)
