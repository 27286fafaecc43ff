"""Sums and means for normalization: against NumPy, in any layout and data type."""

import numpy as np
import pytest

from epynn.kernels.normalization import mean_channels, mean_groups, mean_points, sum_points

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
