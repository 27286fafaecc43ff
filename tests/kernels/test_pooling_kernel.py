"""Pooling: against loops; one winner on a tie; padding that never wins."""

import tracemalloc

import numpy as np
import pytest

from epynn.kernels.pooling import pool, pool_gradient, pool_windows
from epynn.kernels.window import Window

CASES = [
    # h, w, window, strides, padding
    (6, 6, (2, 2), None, (0, 0)),
    (7, 5, (2, 2), None, (0, 0)),
    (7, 7, (3, 3), (2, 2), (1, 1)),
    (6, 8, (3, 2), (1, 1), (1, 0)),
    (6, 9, (2, 3), (3, 2), (1, 1)),
    (5, 5, (1, 1), (2, 2), (0, 0)),
    (4, 5, (4, 5), None, (2, 2)),
]
each_case = pytest.mark.parametrize(('h', 'w', 'window', 'strides', 'padding'), CASES)
each_how = pytest.mark.parametrize('how', ['max', 'min', 'mean'])


def naive_pool(X, dZ, window, strides, padding, how):
    """Visit each window; return Z and dX. Points outside of the image are 0 for mean only."""
    m, h, w, d = X.shape
    (fh, fw), (ph, pw) = window, padding
    sh, sw = strides or window
    oh, ow = (h + 2 * ph - fh) // sh + 1, (w + 2 * pw - fw) // sw + 1
    Z, dX = np.zeros((m, oh, ow, d)), np.zeros(X.shape)
    for n, i, j, e in np.ndindex(m, oh, ow, d):
        points = [
            (n, i * sh + a - ph, j * sw + c - pw, e)
            for a, c in np.ndindex(fh, fw)
            if 0 <= i * sh + a - ph < h and 0 <= j * sw + c - pw < w
        ]
        if how == 'mean':
            Z[n, i, j, e] = sum(X[point] for point in points) / (fh * fw)
            for point in points:
                dX[point] += dZ[n, i, j, e] / (fh * fw)
        else:
            winner = (max if how == 'max' else min)(points, key=lambda point: X[point])
            Z[n, i, j, e] = X[winner]
            dX[winner] += dZ[n, i, j, e]
    return Z, dX


@each_how
@each_case
@pytest.mark.parametrize('ties', [False, True])
def test_against_loops(h, w, window, strides, padding, how, ties):
    """Python's max and min return the first winner, and that is the rule here."""
    rng = np.random.default_rng(6)
    X = rng.standard_normal((2, h, w, 3)) - 5 * (how == 'max') + 5 * (how == 'min')
    if ties:
        X = np.round(X)
    Z = pool(X, window, strides, padding, how)
    dZ = rng.standard_normal(Z.shape)
    Z_naive, dX_naive = naive_pool(X, dZ, window, strides, padding, how)
    np.testing.assert_allclose(Z, Z_naive, rtol=0, atol=1e-13)
    dX = pool_gradient(dZ, X, Z, window, strides, padding, how)
    np.testing.assert_allclose(dX, dX_naive, rtol=0, atol=1e-13)


@pytest.mark.parametrize('dtype', [np.uint8, np.int8, np.int64])
def test_integers(dtype):
    X = np.full((1, 4, 4, 1), 100, dtype=dtype)
    for how in ('max', 'min'):
        Z = pool(X, 3, 1, 1, how)
        assert Z.dtype == dtype
        np.testing.assert_array_equal(Z, 100)
        dX = pool_gradient(np.ones(Z.shape, dtype=np.float32), X, Z, 3, 1, 1, how)
        assert dX.dtype == np.float32
        assert dX.sum() == Z.size
    Z = pool(X, 2, how='mean')  # the sum of a window overflows 8 bits
    assert Z.dtype == np.float64
    np.testing.assert_array_equal(Z, 100)


@each_how
@pytest.mark.parametrize('padding', [0, 1])
def test_read_only_and_fortran_inputs(how, padding):
    rng = np.random.default_rng(9)
    X = rng.standard_normal((2, 7, 6, 3))
    Z = pool(X, 3, 2, padding, how)
    dZ = rng.standard_normal(Z.shape)
    dX = pool_gradient(dZ, X, Z, 3, 2, padding, how)
    for order in 'CF':
        copies = [array.copy(order=order) for array in (dZ, X, Z)]
        for copy in copies:
            copy.setflags(write=False)
        np.testing.assert_array_equal(pool(copies[1], 3, 2, padding, how), Z)
        np.testing.assert_array_equal(pool_gradient(*copies, 3, 2, padding, how), dX)


def test_a_nan_is_seen():
    X = np.zeros((1, 4, 4, 1))
    X[0, 1, 1] = np.nan
    for how in ('max', 'min', 'mean'):
        Z = pool(X, 2, how=how)
        assert np.isnan(Z[0, 0, 0, 0])
        assert np.isnan(Z).sum() == 1
    Z = pool(X, 2)
    assert pool_gradient(np.ones_like(Z), X, Z, 2).sum() == 3


@each_how
def test_no_copies_of_blocks(how):
    """A window of 5 x 5 at stride 1 has 25 blocks' worth of X; a few arrays like X are enough."""
    X = np.ones((64, 64, 64, 8), dtype=np.float32)
    Z = pool(X, 5, 1, how=how)
    tracemalloc.start()
    pool(X, 5, 1, 0, how)
    pool_gradient(Z, X, Z, 5, 1, 0, how)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * X.nbytes


@pytest.mark.parametrize(('window', 'strides'), [(5, 1), (3, 2), (2, 2)])
def test_scratch_of_one_large_image(window, strides):
    X = np.random.default_rng(0).standard_normal((1, 400, 400, 8), dtype=np.float32)
    lain = Window.on((400, 400), window, strides)
    pool_windows(X, lain, 'max')
    tracemalloc.start()
    Z, winners = pool_windows(X, lain, 'max')
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - Z.nbytes - winners.nbytes < 6 << 20
    np.testing.assert_array_equal(Z, pool(X, window, strides))


@each_how
def test_padding_by_name_and_by_side(how):
    X = np.random.default_rng(5).standard_normal((2, 5, 6, 3))
    frame = {'max': -np.inf, 'min': np.inf, 'mean': 0}[how]
    Xp = np.pad(X, ((0, 0), (1, 1), (0, 1), (0, 0)), constant_values=frame)
    Z = pool(X, 3, 2, 'same', how)
    np.testing.assert_array_equal(Z, pool(Xp, 3, 2, 0, how))
    np.testing.assert_array_equal(Z, pool(X, 3, 2, ((1, 1), (0, 1)), how))
    dZ = np.random.default_rng(6).standard_normal(Z.shape)
    dX = pool_gradient(dZ, X, Z, 3, 2, 'same', how)
    np.testing.assert_array_equal(dX, pool_gradient(dZ, Xp, Z, 3, 2, 0, how)[:, 1:-1, :-1])


def test_messages():
    X = np.zeros((2, 6, 6, 1))
    Z = pool(X, 2)
    with pytest.raises(
        ValueError,
        match=r'padding: expected less than the window \(2, 3\), got \(2, 0\)\. A window of min',
    ):
        pool(X, (2, 3), padding=(2, 0), how='min')
    assert pool(X, 2, padding=2, how='mean').shape == (2, 5, 5, 1)
    with pytest.raises(ValueError, match=r'^Z: expected \(m, oh, ow, d\)'):
        pool_gradient(Z, X, Z[:, :2], 2)


def test_winners_of_another_shape_are_refused():
    X = np.zeros((2, 4, 4, 3))
    Z, winners = pool_windows(X, Window.on((4, 4), 2, 2), 'max')
    with pytest.raises(ValueError, match=r'winners: expected \(m, oh, ow, d\) = \(2, 2, 2, 3\)'):
        pool_gradient(Z, X, Z, 2, winners=winners[:, :1])


@pytest.mark.parametrize('how', ['max', 'min'])
@pytest.mark.parametrize('dtype', [bool, np.uint8, np.int8, np.int64, np.float32, np.float64])
def test_padding_never_wins_even_where_the_image_is_all_of_its_value(how, dtype):
    """Integers and booleans have no number beyond those of images, floats only infinity."""
    lowest = {'b': (False, True), 'i': None, 'u': None, 'f': (-np.inf, np.inf)}[
        np.dtype(dtype).kind
    ]
    if lowest is None:
        lowest = np.iinfo(dtype).min, np.iinfo(dtype).max
    X = np.full((2, 3, 3, 2), lowest[how == 'min'], dtype=dtype)
    X[1, 1, 1] = lowest[how == 'max']
    for window, strides, padding in (((2, 2), (1, 1), (1, 1)), ((3, 2), (2, 2), (2, 1))):
        Z, winners = pool_windows(X, Window.on((3, 3), window, strides, padding), how)
        assert Z.dtype == X.dtype
        dZ = np.random.default_rng(0).standard_normal(Z.shape)
        dX = pool_gradient(dZ, X, Z, window, strides, padding, how, winners)
        Z_naive, dX_naive = naive_pool(X, dZ, window, strides, padding, how)
        np.testing.assert_array_equal(Z.astype(np.float64), Z_naive)
        np.testing.assert_array_equal(pool(X, window, strides, padding, how), Z)
        np.testing.assert_allclose(dX, dX_naive, rtol=1e-13)
