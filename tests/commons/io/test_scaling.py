"""Features on one scale, which is remembered."""

import numpy as np
import pytest

from epynn.commons.errors import DataError, ShapeError
from epynn.commons.io import (
    FeatureScale,
    feature_scale,
    scale_features,
)


def test_one_line_maps_the_whole_array_to_0_1(rng):
    X = rng.normal(size=(10, 4, 3))
    scaled = scale_features(X)
    np.testing.assert_allclose(scaled, (X - X.min()) / (X.max() - X.min()), rtol=1e-15)
    assert scaled.min() == 0
    assert scaled.max() == 1


def test_constant_features_give_zeros():
    X = np.array([[5, 1, 7], [5, 2, 9], [5, 3, 8]])
    scaled = scale_features(X)
    np.testing.assert_array_equal(scaled[:, 0], 0)
    np.testing.assert_array_equal(scaled[:, 1], [0, 0.125, 0.25])
    np.testing.assert_array_equal(scale_features(np.full((3, 2), 4.0)), 0)


def test_of_a_single_sample_no_feature_counts_as_constant():
    np.testing.assert_array_equal(scale_features(np.array([[1.0, 2.0, 3.0]])), [[0, 0.5, 1]])
    np.testing.assert_array_equal(scale_features(np.array([2.0])), [0])


def test_a_remembered_scale_is_applied_to_other_data():
    train, other = np.array([[0.0, 1, 7], [4, 8, 7]]), np.array([[2.0, 16, 3]])
    scale = feature_scale(train)
    assert isinstance(scale, FeatureScale)
    assert (scale.minimum, scale.span) == (0.0, 8.0)
    np.testing.assert_array_equal(scale.constant, [False, False, True])
    np.testing.assert_array_equal(scale_features(other, scale), [[0.25, 2, 0]])
    np.testing.assert_array_equal(scale_features(train, scale), scale_features(train))


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_huge_numbers_do_not_overflow(dtype):
    largest = np.finfo(dtype).max / (2.5 if dtype is np.float64 else 1)
    X = np.array([[-largest, 0], [largest, 1]], dtype=dtype)
    with np.errstate(all='raise', under='ignore'):
        scaled = scale_features(X)
        beyond = scale_features(X, FeatureScale(0.0, 1e-30, np.zeros(2, bool)))
    np.testing.assert_allclose(scaled, [[0, 0.5], [1, 0.5]])
    assert scaled.dtype == dtype
    assert np.isfinite(beyond).all()


def test_a_span_beyond_float64_is_refused():
    with pytest.raises(DataError, match=r'X_data: expected a difference .*Divide the data'):
        scale_features(np.array([[-1.7e308], [1.7e308]]))


@pytest.mark.parametrize('dtype', [np.float64, np.float32, np.uint8, np.int64, bool])
def test_dtype_of_floats_is_kept_and_others_give_float64(dtype):
    X = np.array([[0, 1], [1, 0]], dtype=dtype)
    X.flags.writeable = False
    expected = dtype if dtype is np.float32 else np.float64
    assert scale_features(X).dtype == expected
    np.testing.assert_array_equal(scale_features(X), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(scale_features(X.tolist()), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ('X_data', 'got'),
    [
        ([[1.0], [np.nan]], r'nan at index \(1, 0\)'),
        ([[1.0], [np.inf]], r'inf at index \(1, 0\)'),
        ([[1.0], [2.0, 3.0]], 'samples of different shapes'),
        ([['a'], ['b']], 'data of type <U1'),
        ([], r'an array of shape \(0,\)'),
    ],
)
def test_what_cannot_be_scaled(X_data, got):
    with pytest.raises(DataError, match=f'X_data: expected .* got {got}'):
        scale_features(X_data)


def test_a_scale_fits_samples_of_its_own_shape():
    scale = feature_scale(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match=r'samples of shape \(3,\), .* got \(4,\)'):
        scale_features(np.zeros((2, 4)), scale)
