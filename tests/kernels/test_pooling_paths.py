"""Each way through pooling: apart, with gaps, overlapping, far to walk; and in pieces."""

import numpy as np
import pytest
from test_pooling_kernel import naive_pool

from epynn.kernels.fast import pieces
from epynn.kernels.pooling import pool, pool_gradient


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
@pytest.mark.parametrize(
    ('m', 'h', 'w', 'd', 'window', 'strides', 'padding'),
    [
        (3, 6, 4, 1, (2, 2), (2, 2), (0, 0)),
        (1, 7, 9, 2, (2, 2), (3, 4), (0, 0)),
        (3, 7, 9, 1, (3, 3), (2, 2), (1, 1)),
        (2, 5, 6, 3, (1, 3), (1, 1), (0, 1)),
        (2, 8, 5, 2, (5, 2), (2, 2), (2, 0)),
        (1, 4, 140, 1, (3, 3), (1, 2), (0, 0)),  # more than 255 points to walk
        (1, 2, 300, 1, (2, 2), (1, 1), (0, 0)),  # more than 255 in one step
    ],
)
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_all_ways(dtype, m, h, w, d, window, strides, padding, how):
    rng = np.random.default_rng(21)
    X = np.round(2 * rng.standard_normal((m, d, h, w))).astype(dtype).transpose(0, 2, 3, 1)  # ties
    Z = pool(X, window, strides, padding, how)
    dZ = rng.standard_normal(Z.shape).astype(dtype)
    Z_naive, dX_naive = naive_pool(X, dZ, window, strides, padding, how)
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(Z, Z_naive, rtol=0, atol=tolerance)
    dX = pool_gradient(dZ, X, Z, window, strides, padding, how)
    np.testing.assert_allclose(dX, dX_naive, rtol=0, atol=tolerance)


def test_sums_that_no_window_holds_do_not_overflow():
    """Runs go on over the ends of rows; what would overflow there is in no window."""
    X = np.zeros((1, 3, 3, 1), dtype=np.float32)
    X[0, 0, 2] = X[0, 1, 0] = 3e38
    with np.errstate(all='raise'):
        Z = pool(X, (1, 2), 1, how='mean')
        pool_gradient(Z, X, Z, (1, 2), 1, how='mean')
    np.testing.assert_array_equal(Z[0, :, :, 0] > 0, [[0, 1], [1, 0], [0, 0]])


@pytest.mark.parametrize('how', ['max', 'mean'])
def test_the_buffers_of_numpy_are_as_before(how):
    X = np.ones((2, 4, 4, 1), dtype=np.float32)
    before = np.getbufsize()
    Z = pool(X, 2, how=how)
    pool_gradient(Z, X, Z, 2, how=how)
    assert np.getbufsize() == before


@pytest.mark.parametrize('how', ['max', 'mean'])
@pytest.mark.parametrize('shape', [(2, 4, 4, 0), (0, 4, 4, 2)])
def test_nothing_to_pool(shape, how):
    X = np.zeros(shape)
    for strides in (1, 2):
        Z = pool(X, 2, strides, how=how)
        assert pool_gradient(Z, X, Z, 2, strides, how=how).shape == shape


def test_an_infinite_gradient_stays_with_the_winner_of_overlapping_windows():
    X = np.zeros((1, 4, 4, 1), dtype=np.float32)
    X[0, 1, 1] = 1
    Z = pool(X, 3, 1)
    dX = pool_gradient(np.full_like(Z, np.inf), X, Z, 3, 1)
    assert np.isinf(dX[0, 1, 1, 0])
    assert not np.isnan(dX).any()


def test_numbers_of_winners_in_windows_of_more_than_255_points():
    X = np.zeros((2, 20, 20, 1), dtype=np.float32)
    X[0, 17, 16] = X[1, 0, 0] = 1
    X[1, 19, 19] = np.nan
    for strides in (18, 1):
        Z = pool(X, 18, strides)
        dX = pool_gradient(np.ones_like(Z), X, Z, 18, strides)
        assert dX[0, 17, 16, 0] == len(Z[0]) ** 2
        assert dX[1, 0, 0, 0] == 1
        assert dX.sum() == Z.size - np.isnan(Z).sum()


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
@pytest.mark.parametrize('dtype', [np.float32, np.float64, np.int16])
def test_pieces_give_the_same_numbers_as_one_go(monkeypatch, dtype, how):
    rng = np.random.default_rng(14)
    for window, strides, padding in (
        ((2, 2), None, 0), ((3, 3), 2, 1), ((3, 2), (1, 2), 0), ((2, 2), 3, 0), ((1, 1), 2, 0),
    ):  # fmt: skip
        for m in (0, 1, 7):
            X = np.round(9 * rng.standard_normal((m, 8, 9, 3))).astype(dtype)  # ties
            arguments = window, strides, padding, how
            Z = pool(X, *arguments)
            dZ = rng.standard_normal(Z.shape)
            dX = pool_gradient(dZ, X, Z, *arguments)
            for piece in (1, 1 << 30):
                with monkeypatch.context() as patched:
                    patched.setattr(pieces, 'PIECE_BYTES', piece)
                    np.testing.assert_array_equal(pool(X, *arguments), Z)
                    np.testing.assert_array_equal(pool_gradient(dZ, X, Z, *arguments), dX)


def test_a_window_with_a_nan_sends_nothing_in_tiles_and_overlapping():
    X = np.zeros((2, 4, 4, 1), dtype=np.float32)
    X[0, 0, 0] = np.nan
    for window, strides, windows in ((2, 2, 8), (3, 1, 8)):
        Z = pool(X, window, strides)
        dX = pool_gradient(np.ones_like(Z), X, Z, window, strides)
        assert dX.sum() == windows - 1
