"""Activations: known points, extremes, mpmath and definitions. PyTorch is in tests/parity."""

import functools
import math
import types

import mpmath
import numpy as np
import pytest
from extremes import extremes

from epynn.commons.errors import ArgumentError
from epynn.commons.maths import (
    ACTIVATIONS,
    activation_functions,
    elu,
    gated,
    gelu,
    gelu_tanh,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    identity,
    lrelu,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)

NEW = [gelu, silu, mish, selu, softplus, softsign, hard_sigmoid, hard_tanh,
       gelu_tanh, hard_swish, relu6]  # fmt: skip


SMALLEST = float(np.finfo(float).tiny)


def ncdf(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


EXACT = {
    gelu: lambda x: x * ncdf(x),
    gelu_tanh: lambda x: (
        x / (1 + mpmath.exp(-mpmath.sqrt(8 / mpmath.pi) * (x + mpmath.mpf('0.044715') * x**3)))
    ),
    silu: lambda x: x / (1 + mpmath.exp(-x)),
    mish: lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
    softplus: lambda x: mpmath.log1p(mpmath.exp(x)),
    softsign: lambda x: x / (1 + abs(x)),
}


@pytest.mark.parametrize('f', EXACT)
def test_values_are_right_to_the_last_digits(f):
    points = np.concatenate([np.linspace(-25, 12, 800), np.linspace(-1, 1, 401), [-1e-8, 1e-300]])
    with mpmath.workdps(40):
        exact = [EXACT[f](mpmath.mpf(x)) for x in points]
        absolute = [abs(mpmath.mpf(y) - e) for y, e in zip(f(points), exact, strict=True)]
        # Below the smallest normal number there are no digits to be right
        pairs = zip(absolute, exact, strict=True)
        relative = [a / abs(e) if abs(e) > SMALLEST else a for a, e in pairs]
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


@pytest.mark.parametrize('polynomial', [gated._ERFC_POLYNOMIAL, gated._ERFC_SINGLE])
def test_the_polynomial_of_the_error_function_is_that_of_its_definition(polynomial):
    """Chebyshev terms by their discrete orthogonality at 80 nodes, then gathered by powers."""
    nodes, terms = 80, len(polynomial)
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
        for exact, ours in zip(powers, polynomial, strict=True):
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


def test_values_of_the_others_at_known_points():
    x = np.array([-6.0, -3.0, 0.0, 1.5, 3.0, 6.0])
    np.testing.assert_allclose(hard_sigmoid(x), [0, 0, 0.5, 0.75, 1, 1])
    np.testing.assert_array_equal(hard_sigmoid(x, deriv=True) * 6, [0, 0, 1, 1, 0, 0])
    np.testing.assert_allclose(hard_swish(x), [0, 0, 0, 1.125, 3, 6])
    np.testing.assert_allclose(hard_swish(x, deriv=True), [0, 0, 0.5, 1, 1, 1])
    np.testing.assert_array_equal(relu6(2 * x), [0, 0, 0, 3, 6, 6])
    np.testing.assert_array_equal(relu6(2 * x, deriv=True), [0, 0, 0, 1, 0, 0])
    np.testing.assert_array_equal(hard_tanh(x), [-1, -1, 0, 1, 1, 1])
    np.testing.assert_array_equal(hard_tanh(np.array([-1, 0.5, 1]), deriv=True), [0, 1, 0])
    np.testing.assert_allclose(softsign(x), [-6 / 7, -3 / 4, 0, 0.6, 3 / 4, 6 / 7])
    assert softplus(np.zeros(1))[0] == pytest.approx(math.log(2), rel=1e-16)
    assert gelu(np.zeros(1), deriv=True)[0] == 0.5


def test_identities(rng):
    x = rng.normal(size=100) * 5
    np.testing.assert_allclose(gelu(x) - gelu(-x), x, atol=1e-15)
    np.testing.assert_allclose(silu(x) - silu(-x), x, atol=1e-15)
    np.testing.assert_allclose(gelu_tanh(x) - gelu_tanh(-x), x, atol=1e-15)
    np.testing.assert_allclose(gelu_tanh(x), gelu(x), atol=5e-4)
    np.testing.assert_allclose(hard_swish(x), x * hard_sigmoid(x))
    np.testing.assert_allclose(relu6(x), 3 + 3 * hard_tanh(x / 3 - 1), atol=1e-15)
    np.testing.assert_allclose(softplus(x) - softplus(-x), x, atol=1e-15)
    np.testing.assert_array_equal(softplus(x, deriv=True), sigmoid(x))
    np.testing.assert_allclose(mish(x), x * tanh(softplus(x)))


def test_values_of_the_first_ones_at_known_points():
    x = np.array([-2.0, 0.0, 3.0])
    np.testing.assert_array_equal(identity(x), x)
    np.testing.assert_array_equal(relu(x), [0, 0, 3])
    np.testing.assert_allclose(lrelu(x), [-0.6, 0, 3])
    np.testing.assert_allclose(elu(x, alpha=2), [2 * (np.exp(-2) - 1), 0, 3])
    np.testing.assert_allclose(sigmoid(x), 1 / (1 + np.exp(-x)))
    np.testing.assert_allclose(tanh(x), np.tanh(x))
    np.testing.assert_allclose(softmax(x, T=2), np.exp(x / 2) / np.exp(x / 2).sum())


def test_derivative_of_relu_at_0_is_0():
    assert relu(np.zeros(1), deriv=True)[0] == 0


# EXTREMES


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
@pytest.mark.parametrize('deriv', [False, True])
@pytest.mark.parametrize('f', ACTIVATIONS.values())
def test_extremes_are_finite_silent_and_of_the_same_dtype(f, deriv, dtype):
    x = extremes(dtype)
    before = x.copy()
    with np.errstate(all='raise', under='ignore'):
        for shaped in (x, x[:, np.newaxis], x.reshape(4, -1)):
            y = f(shaped, deriv=deriv)
            assert np.isfinite(y).all()
            assert y.dtype == dtype
            assert y.shape == shaped.shape
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
@pytest.mark.parametrize('deriv', [False, True])
@pytest.mark.parametrize(
    'f',
    [
        functools.partial(lrelu, alpha=-6.0),
        functools.partial(elu, alpha=1e30),
        functools.partial(softmax, T=1e-30),
        functools.partial(softmax, T=1e30),
    ],
)
def test_extremes_are_finite_for_any_hyperparameter(f, deriv, dtype):
    with np.errstate(all='raise', under='ignore'):
        y = f(extremes(dtype), deriv=deriv)
    assert np.isfinite(y).all()
    assert y.dtype == dtype


def test_softmax_of_extremes_sums_to_1_and_finds_the_largest():
    largest = float(np.finfo(np.float64).max)
    A = softmax(np.array([[largest, -largest, 0.0], [-largest, -largest, -largest]]), T=0.1)
    np.testing.assert_array_equal(A[0], [1, 0, 0])
    np.testing.assert_allclose(A[1], 1 / 3)


@pytest.mark.parametrize('x', [-700.0, -300.0, -40.0, -1.0, 30.0])
def test_sigmoid_and_derivatives_keep_relative_precision(x):
    z, e = np.array([x]), mpmath.exp(-mpmath.mpf(x))
    assert sigmoid(z)[0] == pytest.approx(float(1 / (1 + e)), rel=1e-14)
    assert sigmoid(z, deriv=True)[0] == pytest.approx(float(e / (1 + e) ** 2), rel=1e-14)
    assert tanh(z / 2, deriv=True)[0] == pytest.approx(
        float(mpmath.sech(mpmath.mpf(x) / 2) ** 2), rel=1e-14
    )


@pytest.mark.parametrize('f', ACTIVATIONS.values())
def test_integers_give_float64(f):
    x = np.array([-3, 0, 2])
    for deriv in (False, True):
        assert f(x, deriv=deriv).dtype == np.float64
        np.testing.assert_array_equal(f(x, deriv=deriv), f(x.astype(float), deriv=deriv))


# ACTIVATION


def test_activation_functions_by_name_or_function():
    assert activation_functions('tanh') is tanh
    assert activation_functions(tanh) is tanh
    assert all(name == f.__name__ for name, f in ACTIVATIONS.items())
    assert list(ACTIVATIONS)[:4] == ['identity', 'relu', 'lrelu', 'elu']
    assert list(ACTIVATIONS)[4:7] == ['sigmoid', 'tanh', 'softmax']
    assert list(ACTIVATIONS)[7:11] == ['gelu', 'silu', 'mish', 'selu']
    assert list(ACTIVATIONS)[11:15] == ['softplus', 'softsign', 'hard_sigmoid', 'hard_tanh']
    assert list(ACTIVATIONS)[15:] == ['gelu_tanh', 'hard_swish', 'relu6']
    message = "activate: expected .* identity, relu, .*softmax, .*relu6, got 'rely'"
    with pytest.raises(ArgumentError, match=message):
        activation_functions('rely')


def test_table_of_activations_is_read_only():
    assert isinstance(ACTIVATIONS, types.MappingProxyType)
