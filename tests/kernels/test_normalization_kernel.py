"""Sums and means for normalization: against NumPy, in any layout and data type."""

from functools import partial

import numpy as np
import pytest

from epynn.kernels.normalization import (
    center,
    mean_channels,
    mean_groups,
    mean_points,
    sum_points,
)

SHAPES = [(5, 4), (3, 6, 4), (2, 3, 5, 4), (2, 1, 3, 2, 4)]


@pytest.mark.parametrize('shape', SHAPES, ids=str)
@pytest.mark.parametrize('product', [False, True])
def test_against_numpy(shape, product, rng):
    X = rng.standard_normal(shape)
    Y = rng.standard_normal(shape) if product else None
    P = X * Y if product else X
    points, places = tuple(range(len(shape) - 1)), tuple(range(1, len(shape) - 1))
    np.testing.assert_allclose(sum_points(X, Y), P.sum(axis=points), rtol=1e-12)
    np.testing.assert_allclose(mean_points(X, Y), P.mean(axis=points), rtol=1e-12)
    np.testing.assert_allclose(mean_channels(X, Y), P.mean(axis=-1, keepdims=True), rtol=1e-12)
    means = P.reshape(*shape[:-1], 2, 2).mean(axis=(*places, len(shape)))
    expected = np.repeat(means, 2, axis=1).reshape(shape[0], *[1] * len(places), 4)
    np.testing.assert_allclose(mean_groups(X, 2, Y), expected, rtol=1e-12)


@pytest.mark.parametrize('shape', [(70000, 2), (2, 70000, 2), (1, 70000)], ids=str)
def test_float32_stays_float32(shape):
    """Also where the number of points does not fit 16 bits, which NumPy 1 would promote."""
    X = np.ones(shape, dtype=np.float32)
    for result in (sum_points(X), mean_points(X), mean_channels(X), mean_groups(X, 1, X)):
        assert result.dtype == np.float32


def test_small_integers_do_not_overflow():
    X = np.full((10, 2), 100, dtype=np.int8)
    np.testing.assert_array_equal(mean_points(X, X), [10000, 10000])


def test_float32_keeps_its_digits_over_many_points(rng):
    X = (1 + rng.random((256, 4096, 1))).astype(np.float32)
    exact = X.mean(dtype=np.float64)
    np.testing.assert_allclose(mean_points(X), exact, rtol=2e-6)


@pytest.mark.parametrize('layout', [np.asfortranarray, lambda X: X[::-1, ::2]])
def test_any_layout(layout, rng):
    X = layout(rng.standard_normal((4, 6, 3)))
    np.testing.assert_allclose(sum_points(X, X), np.square(X).sum(axis=(0, 1)), rtol=1e-13)


@pytest.mark.parametrize('shape', [(65_537, 3), (70_000, 1), (2, 300, 200, 4)])
def test_float32_sums_of_many_points_keep_their_digits(shape):
    """Added one after the other, 65,000 numbers lose two digits of seven."""
    X = np.random.default_rng(0).random(shape, dtype=np.float32)
    exact = X.sum(axis=tuple(range(X.ndim - 1)), dtype=np.float64)
    np.testing.assert_allclose(sum_points(X), exact, rtol=1e-6)
    np.testing.assert_allclose(sum_points(X, np.ones_like(X)), exact, rtol=1e-6)


@pytest.mark.parametrize('mean', [100, 10_000, 1e6])
@pytest.mark.parametrize('mean_of', [mean_points, mean_channels, partial(mean_groups, groups=2)])
def test_float32_far_from_zero_is_centered_as_well_as_near_it(mean, mean_of):
    X = np.random.default_rng(0).standard_normal((40, 5, 8)).astype(np.float32) + np.float32(mean)
    _, exact, variance = center(X.astype(np.float64), mean_of)
    _, Xc, var = center(X, mean_of)
    np.testing.assert_allclose(Xc, exact, atol=1e-6)
    np.testing.assert_allclose(var, variance, rtol=2e-6, atol=1e-6)
    assert Xc.dtype == var.dtype == np.float32
