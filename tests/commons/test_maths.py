"""Activations, their derivatives and vector-Jacobian products, initializers, gradient clipping."""

import functools
import tracemalloc
import types

import mpmath
import numpy as np
import pytest

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.maths import (
    ACTIVATIONS,
    activation_functions,
    clip_gradient,
    elu,
    identity,
    lrelu,
    orthogonal,
    relu,
    sigmoid,
    softmax,
    tanh,
    xavier,
)

ELEMENTWISE = [f for f in ACTIVATIONS.values() if f is not softmax]
MAGNITUDES = [0, 1, 37, 40, 88, 710, 800, 1e4, 1e300, float(np.finfo(np.float64).max)]
MAGNITUDES_32 = [0, 1, 37, 40, 88, 710, 800, 1e4, 1e30, float(np.finfo(np.float32).max)]
HYPERPARAMETERS = {'ELU_alpha': 1.7, 'LRELU_alpha': -0.4, 'softmax_temperature': 2.5}


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def extremes(dtype):
    magnitudes = np.array(MAGNITUDES if dtype is np.float64 else MAGNITUDES_32, dtype=dtype)
    return np.concatenate([magnitudes, -magnitudes])


def central_difference(f, x, h=1e-6):
    """Jacobian of f at a vector x: df_i / dx_j."""
    columns = [(f(x + step) - f(x - step)) / (2 * h) for step in h * np.eye(x.size)]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize('f', ELEMENTWISE)
def test_derivative_is_that_of_central_differences(f, rng):
    x = rng.normal(size=40) * 3
    numeric = np.diag(central_difference(f, x))
    np.testing.assert_allclose(f(x, deriv=True), numeric, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize('alpha', [-2.0, 0.0, 0.3, 1.0, 4.0])
@pytest.mark.parametrize('f', [lrelu, elu])
def test_derivative_follows_alpha(f, alpha, rng):
    x = rng.normal(size=40)
    numeric = np.diag(central_difference(lambda z: f(z, alpha=alpha), x))
    np.testing.assert_allclose(f(x, deriv=True, alpha=alpha), numeric, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize('T', [0.2, 1.0, 3.0])
def test_softmax_derivative_is_the_diagonal_of_the_jacobian(T, rng):
    x = rng.normal(size=6)
    jacobian = central_difference(lambda z: softmax(z, T=T), x)
    np.testing.assert_allclose(softmax(x, deriv=True, T=T), np.diag(jacobian), atol=1e-8)


def test_values_at_known_points():
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


@pytest.mark.parametrize('alpha', [-3.0, 0.5, 1.0, 7.0])
def test_lrelu_is_right_for_any_alpha(alpha):
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    np.testing.assert_array_equal(lrelu(x, alpha=alpha), [-2 * alpha, -alpha, 0, 1, 2])


def test_values_are_those_of_torch(rng):
    torch = pytest.importorskip('torch')
    x = rng.normal(size=(5, 4)) * 3
    t = torch.from_numpy(x)
    pairs = [
        (relu(x), torch.relu(t)),
        (lrelu(x, alpha=0.2), torch.nn.functional.leaky_relu(t, 0.2)),
        (elu(x, alpha=1.5), torch.nn.functional.elu(t, 1.5)),
        (sigmoid(x), torch.sigmoid(t)),
        (tanh(x), torch.tanh(t)),
        (softmax(x, T=0.7), torch.softmax(t / 0.7, dim=-1)),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-13)


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


@pytest.mark.parametrize('f', ACTIVATIONS.values())
def test_gradient_is_the_vector_jacobian_product(f, rng):
    activation = BoundActivation(f, HYPERPARAMETERS)
    Z, dA = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    dZ = activation.gradient(dA, Z, activation(Z))
    for row in range(3):
        jacobian = central_difference(activation, Z[row])
        np.testing.assert_allclose(dZ[row], dA[row] @ jacobian, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize('T', [0.3, 1.0, 4.0])
def test_gradient_of_softmax_is_that_of_torch(T, rng):
    torch = pytest.importorskip('torch')
    Z, dA = rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    t = torch.from_numpy(Z).requires_grad_()
    torch.softmax(t / T, dim=-1).backward(torch.from_numpy(dA))
    activation = BoundActivation(softmax, {'softmax_temperature': T})
    np.testing.assert_allclose(activation.gradient(dA, Z, activation(Z)), t.grad, atol=1e-14)


def test_gradient_of_softmax_makes_no_array_of_jacobians():
    activation, Z = BoundActivation(softmax), np.zeros((20, 2000))
    A = activation(Z)
    tracemalloc.start()
    activation.gradient(A, Z, A)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * A.nbytes


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
@pytest.mark.parametrize('f', ACTIVATIONS.values())
def test_gradient_is_finite_and_keeps_the_dtype(f, dtype):
    activation = BoundActivation(f)
    Z = extremes(dtype).reshape(2, -1)
    dA = np.ones_like(Z)
    with np.errstate(all='raise', under='ignore'):
        dZ = activation.gradient(dA, Z, activation(Z))
    assert np.isfinite(dZ).all()
    assert dZ.dtype == dtype
    assert (dA == 1).all()


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('f', ACTIVATIONS.values())
def test_computing_into_an_array_gives_what_the_call_returns(f, dtype, rng):
    activation = BoundActivation(f, HYPERPARAMETERS)
    Z = np.concatenate([rng.normal(0, 8, (30, 20)).astype(dtype), extremes(dtype)[np.newaxis]])
    kept, out = Z.copy(), np.full(Z.shape, np.nan, dtype)
    with np.errstate(all='raise', under='ignore'):
        activation.compute(Z, out)
    np.testing.assert_array_equal(Z, kept)
    np.testing.assert_allclose(out, activation(Z), rtol=0, atol=2 * np.finfo(dtype).eps)


def test_sigmoid_computed_into_float32_has_its_digits_on_the_scale_of_1():
    Z = np.linspace(-120, 120, 100_001, dtype=np.float32)
    A = np.empty_like(Z)
    BoundActivation(sigmoid).compute(Z, A)
    assert np.abs(A - sigmoid(Z.astype(np.float64))).max() < 1.5e-7
    assert A.min() == 0
    assert A.max() == 1


def test_activation_takes_the_hyperparameter_that_concerns_it():
    assert BoundActivation(elu, HYPERPARAMETERS).hyperparameters == {'alpha': 1.7}
    assert BoundActivation(lrelu, HYPERPARAMETERS).hyperparameters == {'alpha': -0.4}
    assert BoundActivation(softmax, HYPERPARAMETERS).hyperparameters == {'T': 2.5}
    assert BoundActivation(tanh, HYPERPARAMETERS).hyperparameters == {}
    assert BoundActivation(softmax).hyperparameters == {'T': 1.0}


def test_two_activations_do_not_share_hyperparameters():
    first, x = BoundActivation(elu), np.array([-1.0])
    second = BoundActivation(first)
    second.set_hyperparameters({'ELU_alpha': 3})
    assert second(x) == 3 * first(x)
    second.set_hyperparameters(None)
    second.set_hyperparameters({'LRELU_alpha': 9})
    assert second.hyperparameters == {'alpha': 3.0}
    assert BoundActivation(second).hyperparameters == {'alpha': 3.0}


def test_activation_of_ones_own_function():
    def square(x, deriv=False):
        return 2 * x if deriv else x * x

    activation = BoundActivation(square, HYPERPARAMETERS)
    x = np.array([3.0])
    assert activation(x) == 9
    assert activation.gradient(np.array([5.0]), x, activation(x)) == 30
    assert activation.__name__ == 'square'
    assert BoundActivation(functools.partial(elu, alpha=2)).__name__ == 'partial'


def test_activation_prints_its_hyperparameters():
    hot = BoundActivation(softmax, {'softmax_temperature': 2})
    assert repr(hot) == 'BoundActivation(softmax, T=2)'
    assert repr(BoundActivation(relu)) == 'BoundActivation(relu)'


def test_activation_refuses_what_is_no_function():
    with pytest.raises(
        ArgumentTypeError, match=r"activate: expected a function .* got 'relu'\. Imp"
    ):
        BoundActivation('relu')


@pytest.mark.parametrize('T', [0, -1.0, np.nan, np.inf, 'hot', None, True])
def test_temperature_must_be_above_0(T):
    with pytest.raises(ArgumentError, match='softmax_temperature: expected a number above 0'):
        BoundActivation(softmax, {'softmax_temperature': T})


@pytest.mark.parametrize('alpha', [np.nan, np.inf, 'steep', None])
def test_alpha_must_be_finite(alpha):
    with pytest.raises(ArgumentError, match='ELU_alpha: expected a finite number'):
        BoundActivation(elu, {'ELU_alpha': alpha})


def test_activation_functions_by_name_or_function():
    assert activation_functions('tanh') is tanh
    assert activation_functions(tanh) is tanh
    assert all(name == f.__name__ for name, f in ACTIVATIONS.items())
    assert list(ACTIVATIONS)[:4] == ['identity', 'relu', 'lrelu', 'elu']
    assert list(ACTIVATIONS)[4:7] == ['sigmoid', 'tanh', 'softmax']
    assert list(ACTIVATIONS)[7:11] == ['gelu', 'silu', 'mish', 'selu']
    assert list(ACTIVATIONS)[11:] == ['softplus', 'softsign', 'hard_sigmoid', 'hard_tanh']
    message = "activate: expected .* identity, relu, .*softmax, .*hard_tanh, got 'rely'"
    with pytest.raises(ArgumentError, match=message):
        activation_functions('rely')


def test_table_of_activations_is_read_only():
    assert isinstance(ACTIVATIONS, types.MappingProxyType)


# INITIALIZERS


def test_xavier_is_the_scaled_normal_of_the_generator():
    drawn = xavier((3, 2, 4), np.random.default_rng(5))
    normal = np.random.default_rng(5).standard_normal((3, 2, 4))
    np.testing.assert_allclose(drawn, normal * np.sqrt(2 / 9), rtol=1e-15)
    assert drawn.dtype == np.float64


@pytest.mark.parametrize('shape', [(6, 4), (4, 6), (5, 5), (3, 2, 4), (1, 2, 4), (7,)])
def test_orthogonal_is_orthonormal(shape, rng):
    W = orthogonal(shape, rng)
    assert W.shape == shape
    M = W.reshape(-1, shape[-1])
    M = M if M.shape[0] >= M.shape[1] else M.T
    np.testing.assert_allclose(M.T @ M, np.eye(M.shape[1]), atol=1e-12)


@pytest.mark.parametrize('shape', [(6, 4), (4, 6)])
def test_orthogonal_is_the_q_whose_r_has_a_positive_diagonal(shape):
    W = orthogonal(shape, np.random.default_rng(5))
    draw = np.random.default_rng(5).standard_normal(shape)
    Q, draw = (W, draw) if shape[0] > shape[1] else (W.T, draw.T)
    R = Q.T @ draw
    np.testing.assert_allclose(R, np.triu(R), atol=1e-12)
    assert (np.diag(R) > 0).all()


@pytest.mark.parametrize('initialize', [xavier, orthogonal])
def test_initializers_draw_fresh_numbers_without_a_generator(initialize):
    assert not np.array_equal(initialize((3, 3)), initialize((3, 3)))


# CLIPPING


def layer_with(**gradients):
    return types.SimpleNamespace(g={name: np.asarray(g) for name, g in gradients.items()})


def joint_norm(layer):
    return np.sqrt(sum(np.sum(np.square(g)) for g in layer.g.values()))


def test_clipping_scales_all_gradients_to_the_norm(rng):
    dW, db = rng.normal(size=(3, 4)), rng.normal(size=4)
    layer = layer_with(dW=dW, db=db)
    clip_gradient(layer)
    assert joint_norm(layer) == pytest.approx(0.25)
    assert list(layer.g) == ['dW', 'db']
    scale = layer.g['db'][0] / db[0]
    np.testing.assert_allclose(layer.g['dW'], dW * scale)
    np.testing.assert_allclose(layer.g['db'], db * scale)


def test_clipping_leaves_small_gradients_as_they_are(rng):
    dW = rng.normal(size=(3, 4))
    layer = layer_with(dW=dW)
    before = layer.g['dW']
    clip_gradient(layer, max_norm=100)
    assert layer.g['dW'] is before
    clip_gradient(layer_with(dW=np.zeros(3), db=np.zeros(0)))
    clip_gradient(layer_with())


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_clipping_survives_squares_that_overflow(dtype):
    layer = layer_with(dW=np.full(5, np.finfo(dtype).max), db=np.ones(2, dtype))
    with np.errstate(all='raise', under='ignore'):
        clip_gradient(layer, max_norm=2.0)
    assert joint_norm(layer) == pytest.approx(2.0)
    assert layer.g['dW'].dtype == dtype


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_clipping_leaves_what_is_not_finite_for_the_check_in_training(bad):
    layer = layer_with(da=np.ones(2), dW=np.array([1.0, bad]), db=np.ones(2))
    clip_gradient(layer)
    np.testing.assert_array_equal(layer.g['dW'], [1.0, bad])


def test_clipping_norm_must_be_above_0():
    with pytest.raises(ArgumentError, match='max_norm: expected a number above 0, got 0'):
        clip_gradient(layer_with(dW=np.ones(1)), max_norm=0)
