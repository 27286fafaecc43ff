"""Initializers: fans, bounds and variances, orthogonal weights, and seeds."""

import math
import types

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.maths import (
    INITIALIZERS,
    Constant,
    Normal,
    Uniform,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    ones,
    orthogonal,
    xavier,
    zeros,
)
from epynn.commons.maths.initializers import fans
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense

SHAPES = {(60, 40): (60, 40), (3, 5, 8, 20): (120, 300), (3, 8, 20): (24, 60), (50,): (50, 50)}
VARIANCES = {
    glorot_normal: lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    glorot_uniform: lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    he_normal: lambda fan_in, fan_out: 2 / fan_in,
    he_uniform: lambda fan_in, fan_out: 2 / fan_in,
    lecun_normal: lambda fan_in, fan_out: 1 / fan_in,
    lecun_uniform: lambda fan_in, fan_out: 1 / fan_in,
}


@pytest.mark.parametrize('shape', SHAPES)
def test_fans_count_the_receptive_field(shape):
    assert fans(shape) == SHAPES[shape]


@pytest.mark.parametrize('shape', [(), (3, 0)])
def test_fans_of_nothing(shape):
    with pytest.raises(ArgumentError, match='initialization: expected weights of at least one'):
        fans(shape)


@pytest.mark.parametrize('shape', SHAPES)
@pytest.mark.parametrize('initialize', VARIANCES)
def test_draws_are_the_formulas(initialize, shape):
    var = VARIANCES[initialize](*SHAPES[shape])
    rng = np.random.default_rng(3)
    if initialize.__name__.endswith('normal'):
        expected = rng.standard_normal(shape) * math.sqrt(var)
    else:
        expected = rng.uniform(-math.sqrt(3 * var), math.sqrt(3 * var), shape)
    drawn = initialize(shape, np.random.default_rng(3))
    np.testing.assert_allclose(drawn, expected, rtol=1e-15)
    assert drawn.dtype == np.float64


@pytest.mark.parametrize('shape', [(300, 200), (3, 5, 40, 60)])
@pytest.mark.parametrize('initialize', VARIANCES)
def test_mean_and_variance(initialize, shape):
    W = initialize(shape, np.random.default_rng(1))
    var = VARIANCES[initialize](*fans(shape))
    error = math.sqrt(var / W.size)
    assert abs(W.mean()) < 4 * error
    assert W.var() == pytest.approx(var, rel=4 * math.sqrt(2 / W.size))


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


@pytest.mark.parametrize('initialize', [*VARIANCES, xavier, orthogonal, Normal(), Uniform()])
def test_fresh_numbers_without_a_generator(initialize):
    assert not np.array_equal(initialize((3, 3)), initialize((3, 3)))


def test_those_with_settings():
    rng = np.random.default_rng
    np.testing.assert_array_equal(zeros((2, 3), rng(0)), np.zeros((2, 3)))
    np.testing.assert_array_equal(ones((2, 3)), np.ones((2, 3)))
    np.testing.assert_array_equal(Constant(-2)((2, 3), rng=rng(0)), np.full((2, 3), -2.0))
    assert Constant(1)((2,)).dtype == np.float64
    expected = rng(5).standard_normal((2, 3)) * 0.5 + 2
    np.testing.assert_array_equal(Normal(2, 0.5)((2, 3), rng=rng(5)), expected)
    np.testing.assert_array_equal(Uniform(1, 3)((4,), rng(5)), rng(5).uniform(1, 3, 4))


def test_settings_are_checked():
    with pytest.raises(ArgumentTypeError, match=r"Constant\.value: expected a number .* got '1'"):
        Constant('1')
    with pytest.raises(ArgumentError, match=r'Normal\.std: expected a number from 0, got -1'):
        Normal(std=-1)
    with pytest.raises(ArgumentError, match=r'Uniform\.low: .* a number below high, 1, got 2'):
        Uniform(2, 1)


def test_they_print_their_settings_and_compare():
    assert repr(Normal(std=2)) == 'Normal(mean=0.0, std=2)'
    assert Constant(1) == Constant(1)


@pytest.mark.parametrize('initialize', [*INITIALIZERS.values(), Constant(0.5), Normal(), Uniform()])
@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_layers_take_them(initialize, dtype, rng):
    dense = Dense(3, initialization=initialize)
    dense.forward(rng.normal(size=(2, 4)).astype(dtype))
    convolution = Convolution(3, initialization=initialize)
    convolution.forward(rng.normal(size=(2, 6, 6, 2)).astype(dtype))
    for layer in (dense, convolution):
        assert layer.p['W'].shape == layer.fs['W']
        assert layer.p['W'].dtype == dtype


def test_table_by_name():
    assert isinstance(INITIALIZERS, types.MappingProxyType)
    assert all(name == f.__name__ for name, f in INITIALIZERS.items())
    assert list(INITIALIZERS)[:2] == ['xavier', 'orthogonal']
    assert len(INITIALIZERS) == 10
