"""The fast wing against the plain one, and the plain one on arrays that are not NumPy's."""

import numpy as np
import pytest
from guarded import Guarded

from epynn.kernels import convolution, pooling
from epynn.kernels.blocks import pad
from epynn.kernels.fast import convolution as fast_convolution
from epynn.kernels.fast import pieces
from epynn.kernels.fast import pooling as fast_pooling
from epynn.kernels.plain import convolution as plain_convolution
from epynn.kernels.plain import pooling as plain_pooling
from epynn.kernels.window import Window

CONVOLUTIONS = [
    # (m, h, w, d), u, and what the window is laid by
    ((3, 12, 11, 3), 5, (3, 1, 0)),
    ((1, 9, 9, 16), 32, (3, 1, 1)),
    ((6, 24, 24, 8), 16, (3, 1, 'same')),  # rows
    ((3, 23, 20, 4), 8, (5, 1, 2)),
    ((4, 37, 35, 3), 16, (7, 2, 3)),  # rows, strides as depth; the last ones are not reached
    ((4, 25, 27, 8), 16, ((5, 4), (1, 3), ((0, 2), (1, 0)))),
    ((5, 12, 13, 2), 6, ((4, 3), (4, 3), 1)),
    ((3, 13, 10, 2), 3, ((2, 4), 1, (0, 1))),
    ((2, 9, 8, 40), 3, (1, 2, 0)),
    ((2, 6, 6, 1), 2, (2, 4, 0)),  # windows with gaps between them
    ((3, 9, 12, 2), 3, ((4, 2), 1, (3, 5))),  # padding beyond the filter
    ((2, 1, 40, 5), 7, ((1, 4), (1, 2), ((0, 0), (3, 0)))),  # signals
    ((5, 14, 14, 1), 9, (3, 1, 1)),  # depth 1
    ((5, 14, 14, 1), 6, (5, 2, 0)),
    ((2, 30, 30, 1), 5, (3, 1, 0, (2, 3))),
    ((2, 12, 13, 4), 6, (3, 1, 1, 2, 2)),  # dilated, in groups
    ((2, 12, 13, 6), 12, (3, (2, 1), 1, 1, 6)),  # depthwise, two units each
    ((3, 12, 13, 6), 6, (3, (2, 1), 1, (1, 2), 6)),  # depthwise
    ((0, 12, 13, 6), 6, (3, 1, 1, 1, 6)),
    ((0, 8, 8, 3), 4, (3, 1, 1)),
]
each_convolution = pytest.mark.parametrize(('shape', 'u', 'how'), CONVOLUTIONS, ids=str)

POOLINGS = [
    # (h, w, d), and what the window is laid by
    ((6, 6, 3), (2, 2, 0)),
    ((9, 8, 1), (3, 2, 1)),
    ((7, 8, 2), ((3, 2), 1, (1, 0))),
    ((7, 9, 2), (2, (3, 4), 0)),  # gaps
    ((8, 5, 2), ((5, 2), 2, (2, 0))),
    ((1, 60, 4), ((1, 3), (1, 2), ((0, 0), (1, 1)))),
    ((5, 5, 2), (5, 5, 0)),
]
each_pooling = pytest.mark.parametrize(('shape', 'how'), POOLINGS, ids=str)


def draw(shape, u, how, dtype=np.float64):
    """Draw padded images, filters, gradients and bias, and lay the window."""
    rng = np.random.default_rng(31)
    window = Window.on(shape[1:3], *how)
    Xp = pad(rng.standard_normal(shape), window.pads)
    W = rng.standard_normal((*window.size, shape[3] // window.groups, u))
    dZ = rng.standard_normal((shape[0], *window.size_out, u))
    return window, *(array.astype(dtype) for array in (Xp, W, dZ, rng.standard_normal(u)))


def convolve_by(wing, window, Xp, W, dZ, b):
    """Return Z, dW, dX."""
    return (
        wing.multiply_windows(Xp, W, window, b),
        wing.multiply_windows_weight_gradient(Xp, dZ, window),
        wing.multiply_windows_input_gradient(dZ, W, window),
    )


@each_convolution
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('piece', [1, 30_000, 2 << 20])
def test_convolution(monkeypatch, dtype, piece, shape, u, how):
    arrays = draw(shape, u, how, dtype)
    expected = convolve_by(plain_convolution, *arrays)
    monkeypatch.setattr(pieces, 'PIECE_BYTES', piece)
    values = convolve_by(fast_convolution, *arrays)
    for value, reference in zip(values, expected, strict=True):
        assert value.dtype == reference.dtype == dtype
        assert value.shape == reference.shape
        size = np.abs(reference).max(initial=0)
        tolerance = 3e-5 if dtype == np.float32 else 1e-13
        np.testing.assert_allclose(value, reference, rtol=0, atol=tolerance * size)


@each_pooling
@pytest.mark.parametrize('how_many', [1, 6])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('rule', ['max', 'min', 'mean'])
def test_pooling(rule, dtype, how_many, shape, how):
    window = Window.on(shape[:2], *how)
    X = np.round(2 * np.random.default_rng(32).standard_normal((how_many, *shape)))  # ties
    frame = {'max': -np.inf, 'min': np.inf, 'mean': 0}[rule]
    Xp = pad(X.astype(dtype), window.pads, frame)
    if rule != 'mean':
        Xp[0, 1 % len(Xp[0]), 1] = np.nan
    Z, winners = plain_pooling.pool_windows(Xp, window, rule, True)
    fast_Z, fast_winners = fast_pooling.pool_windows(Xp, window, rule, True)
    tolerance = {'rtol': 0, 'atol': 1e-6 if dtype == np.float32 else 1e-14}
    np.testing.assert_allclose(fast_Z, Z, **tolerance)
    np.testing.assert_allclose(
        fast_pooling.pool_windows(Xp, window, rule, False)[0], Z, **tolerance
    )
    dZ = np.linspace(-1, 1, Z.size, dtype=dtype).reshape(Z.shape)
    if winners is not None:
        np.testing.assert_array_equal(fast_winners, winners)
        assert fast_winners.dtype == winners.dtype
    np.testing.assert_allclose(
        fast_pooling.pool_windows_gradient(dZ, window, fast_winners),
        plain_pooling.pool_windows_gradient(dZ, window, winners),
        **tolerance,
    )


@each_convolution
def test_convolution_of_other_arrays(shape, u, how):
    """The doors send them the plain way; nobody makes NumPy arrays of them."""
    window, *arrays = draw(shape, u, how)
    expected = convolve_by(convolution, window, *arrays)
    values = convolve_by(convolution, window, *map(Guarded, arrays))
    for value, reference in zip(values, expected, strict=True):
        assert type(value) is Guarded
        np.testing.assert_allclose(value.array, reference, rtol=0, atol=1e-12)
    db = convolution.bias_gradient(Guarded(arrays[2]))
    np.testing.assert_allclose(db.array, arrays[2].sum(axis=(0, 1, 2)), rtol=0, atol=1e-12)


@each_pooling
@pytest.mark.parametrize('rule', ['max', 'min', 'mean'])
def test_pooling_of_other_arrays(rule, shape, how):
    X = np.random.default_rng(33).standard_normal((2, *shape))
    Z = pooling.pool(X, *how, rule)
    other = pooling.pool(Guarded(X), *how, rule)
    assert type(other) is Guarded
    np.testing.assert_allclose(other.array, Z, rtol=0, atol=1e-14)
    expected = pooling.pool_gradient(Z, X, Z, *how, rule)
    dX = pooling.pool_gradient(other, Guarded(X), other, *how, rule)
    assert type(dX) is Guarded
    np.testing.assert_allclose(dX.array, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize('dtype', [int, np.int8, bool, np.float16, np.longdouble])
def test_other_types_take_the_plain_way_and_keep_their_dtype(dtype):
    rng = np.random.default_rng(34)
    X, W = rng.integers(0, 2, (2, 6, 6, 2)).astype(dtype), np.ones((3, 3, 2, 4), dtype)
    Z = convolution.convolve(X, W)
    assert Z.dtype == pooling.pool(X, 2).dtype == dtype
    np.testing.assert_array_equal(Z, convolution.convolve(X * 1.0, W * 1.0).astype(dtype))


@pytest.mark.parametrize('other', [np.int8, np.float32, bool])
def test_types_meet_in_their_common_one(other):
    X, W = np.ones((2, 6, 6, 2), other), np.full((3, 3, 2, 4), 0.1)
    assert convolution.convolve(X, W).dtype == np.float64
    np.testing.assert_allclose(convolution.convolve(X, W), 1.8, rtol=1e-12)


def test_a_number_that_is_not_finite_stays_in_its_group():
    """Groups are joined with zeros between them, and a zero times infinity is no number."""
    window = Window((6, 6), (3, 3), groups=8)
    rng = np.random.default_rng(0)
    X, W = rng.standard_normal((2, 6, 6, 16)), rng.standard_normal((3, 3, 2, 24))
    X[0, 0, 0, 5] = np.inf  # in the third group
    with np.errstate(invalid='ignore'):
        Z = fast_convolution.multiply_windows(X, W, window)
    assert np.isfinite(np.delete(Z, range(6, 9), axis=3)).all()
    assert not np.isfinite(Z[0, 0, 0, 6:9]).any()
    dZ = rng.standard_normal(Z.shape)
    dZ[1, 2, 2, 0] = np.nan
    dX = fast_convolution.multiply_windows_input_gradient(dZ, W, window)
    assert np.isfinite(dX[..., 2:]).all()
