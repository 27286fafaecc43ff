"""Convolution along rows: against the plain wing, in one share and in many."""

import threading
import tracemalloc
from functools import partial

import numpy as np
import pytest

import epynn.kernels.threads
from epynn.kernels.blocks import pad
from epynn.kernels.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_weight_gradient,
)
from epynn.kernels.fast import pieces, rows, winograd
from epynn.kernels.plain import convolution as plain
from epynn.kernels.window import Window

assert_close = partial(np.testing.assert_allclose, rtol=0)

CASES = [
    # (m, h, w, d), (fh, fw), u, strides, padding
    ((4, 12, 11, 3), (3, 3), 5, 1, 0),
    ((1, 9, 9, 16), (3, 3), 32, 1, 1),  # a batch of one
    ((3, 13, 10, 2), (5, 5), 4, 1, 2),
    ((3, 13, 10, 2), (2, 4), 3, 1, (0, 1)),
    ((3, 9, 12, 2), (4, 2), 3, 1, (3, 5)),  # padding beyond the filter
    ((2, 8, 17, 3), (1, 5), 4, 1, (0, 2)),  # rows alone
    ((2, 17, 8, 3), (6, 1), 4, 1, 0),  # columns alone
    ((2, 20, 9, 1), (7, 3), 2, 1, 0),
    ((2, 9, 8, 3), (1, 1), 40, 1, 0),
    ((2, 9, 8, 40), (1, 1), 3, 2, 0),
    ((2, 17, 19, 3), (7, 7), 8, 2, 0),  # the last row and column are not reached
    ((2, 17, 19, 3), (5, 7), 8, (2, 3), (3, 1)),
    ((2, 16, 15, 3), (5, 3), 8, (1, 3), 'same'),
    ((2, 16, 15, 3), (3, 5), 8, (3, 1), ((0, 2), (1, 0))),
    ((5, 12, 13, 2), (4, 4), 6, 4, 0),  # strides of the filter
    ((5, 12, 13, 2), (4, 3), 6, (4, 3), 1),
    ((0, 12, 12, 2), (3, 3), 4, 1, 0),
]
each_case = pytest.mark.parametrize(
    ('shape', 'window', 'u', 'strides', 'padding'), CASES, ids=[str(case) for case in CASES]
)


def draw(shape, window, u, strides, padding, dtype=np.float64):
    """Draw X, W and dZ that fit together."""
    rng = np.random.default_rng(11)
    X = rng.standard_normal(shape).astype(dtype)
    W = rng.standard_normal((*window, shape[3], u)).astype(dtype)
    size_out = Window.on(shape[1:3], window, strides, padding).size_out
    return X, W, rng.standard_normal((shape[0], *size_out, u)).astype(dtype)


def run_all(X, W, dZ, strides, padding):
    """Return Z, dW, dX."""
    return (
        convolve(X, W, strides, padding),
        convolve_weight_gradient(X, dZ, W.shape[:2], strides, padding),
        convolve_input_gradient(dZ, W, X.shape, strides, padding),
    )


def run_plain(X, W, dZ, strides, padding):
    """Return Z, dW, dX by way of the plain wing."""
    window = Window.on(X.shape[1:3], W.shape[:2], strides, padding)
    Xp = pad(X, window.pads)
    return (
        plain.multiply_windows(Xp, W, window),
        plain.multiply_windows_weight_gradient(Xp, dZ, window),
        plain.multiply_windows_input_gradient(dZ, W, window),
    )


@pytest.fixture
def all_types(monkeypatch):
    """Let float64 take the way of float32: errors are then rounding or mistakes, none between."""
    monkeypatch.setattr(rows, '_ROUNDED', 'fd')


@pytest.fixture
def always_rows(monkeypatch):
    """Transform rows however little there is to do."""
    for limit in '_FEW', '_FEW_PLACES', '_SHORT':
        monkeypatch.setattr(rows, limit, 0)


@each_case
@pytest.mark.usefixtures('all_types', 'always_rows')
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('order', 'CF')
def test_equal_to_the_plain_wing(order, dtype, shape, window, u, strides, padding):
    """The tolerance of float32 is that of eight points, the largest error of thousands."""
    arrays = [array.copy(order=order) for array in draw(shape, window, u, strides, padding, dtype)]
    for array in arrays:
        array.setflags(write=False)
    expected = run_plain(*arrays, strides, padding)
    for value, reference in zip(run_all(*arrays, strides, padding), expected, strict=True):
        assert value.dtype == dtype
        assert value.shape == reference.shape
        assert value.flags.c_contiguous
        assert value.flags.writeable
        size = np.sqrt(np.mean(reference**2)) if reference.size else 0
        assert_close(value, reference, atol=(3e-5 if dtype == np.float32 else 1e-13) * size)


@each_case
@pytest.mark.usefixtures('all_types', 'always_rows')
@pytest.mark.parametrize('piece', [1, 20_000, 100_000])
@pytest.mark.parametrize('worth', [1, 1 << 60])
def test_pieces_and_threads(monkeypatch, worth, piece, shape, window, u, strides, padding):
    """Row pieces, samples, and all shares."""
    arrays = draw(shape, window, u, strides, padding)
    expected = run_plain(*arrays, strides, padding)
    monkeypatch.setattr(epynn.kernels.threads, 'WORTH_A_SHARE', worth)
    monkeypatch.setattr(pieces, 'PIECE_BYTES', piece)
    values = run_all(*arrays, strides, padding)
    again = run_all(*arrays, strides, padding)
    for value, same, reference in zip(values, again, expected, strict=True):
        assert_close(value, reference, atol=1e-12)
        np.testing.assert_array_equal(value, same)


@pytest.mark.parametrize(
    ('case', 'planned'),
    [
        (((4, 12, 11, 3), (3, 3), 5, 1, 0), True),
        (((4, 12, 11, 3), (7, 7), 5, 2, 3), True),
        (((4, 12, 11, 3), (3, 3), 5, 2, 1), False),  # filters of nine points in cells of sixteen
        (((4, 12, 11, 3), (1, 1), 5, 1, 1), False),  # nothing to save
        (((4, 12, 11, 3), (8, 8), 5, 1, 0), False),  # more than eight points
        (((4, 12, 11, 3), (2, 2), 5, 3, 0), False),  # windows that leave gaps
        (((4, 3, 11, 3), (3, 3), 5, 1, 0), False),  # one row of output: nothing to save
        (((1, 8, 8, 256), (3, 3), 512, 1, 0), False),  # transformed filters of 12 MB
        (((1, 3, 30_000, 16), (2, 3), 2, 1, 0), False),  # rows of 4 MB
    ],
)
def test_which_way(monkeypatch, case, planned):
    monkeypatch.setattr(rows, '_FEW', 0)
    monkeypatch.setattr(rows, '_FEW_PLACES', 0)
    shape, size, u, strides, padding = case
    window = Window.on(shape[1:3], size, strides, padding)
    places = shape[0], *window.size_out
    for dtype in 'fd':
        plan = rows.plan(places, window, shape[3], u, np.dtype(dtype))
        assert (plan is not None) == (planned and dtype == 'f')


def test_little_to_do_is_not_transformed():
    window = Window.on((8, 8), 3, 1, 1)
    assert rows.plan((1, 8, 8), window, 16, 32, np.dtype('f')) is None
    assert rows.plan((32, 8, 8), window, 16, 32, np.dtype('f')) is not None
    assert rows.plan((32, 8, 8), window, 2, 99, np.dtype('f'), sums=True) is None
    assert rows.plan((32, 8, 8), window, 3, 99, np.dtype('f'), sums=True) is not None


def test_whole_numbers_stay_whole_in_float64():
    arrays = [np.round(9 * array) for array in draw((4, 12, 11, 3), (3, 3), 5, 1, 0)]
    for value in run_all(*arrays, 1, 0):
        np.testing.assert_array_equal(value, np.round(value))


def test_an_infinite_number_stays_alone_in_float64():
    X, W, _ = draw((1, 1, 10, 1), (1, 3), 2, 1, 0)
    X[0, 0, 9] = np.inf
    with np.errstate(invalid='ignore'):  # BLAS computes beyond the ends of a matrix
        Z = convolve(X, np.abs(W))
    assert np.isfinite(Z[0, 0, :7]).all()
    assert np.isposinf(Z[0, 0, 7]).all()


@pytest.mark.parametrize('f', [2, 3, 4, 5, 6, 7])
def test_matrices(f):
    """``A^T [(G w) * (B^T x)]`` is the sliding product, to the last digit where r is 1 or 2."""
    rng = np.random.default_rng(12)
    for r in range(1, 10 - f):
        AT, G, BT = winograd.matrices(r, f, 'd')
        x, w = rng.standard_normal(r + f - 1), rng.standard_normal(f)
        assert_close(AT @ ((G @ w) * (BT @ x)), np.correlate(x, w), atol=1e-13)


def test_rows_of_a_tile():
    assert winograd.choose_rows(54, 3) == 6
    assert winograd.choose_rows(12, 3) == 6
    assert winograd.choose_rows(28, 5) == 4
    assert winograd.choose_rows(8, 3) == 4
    assert winograd.choose_rows(100, 1) == 0
    assert winograd.choose_rows(1, 3) == 0
    assert winograd.choose_rows(100, 8) == 0


@pytest.mark.parametrize(('f', 'limit'), [(3, 4e-6), (5, 4e-6), (7, 6e-6)])
def test_error_of_float32(f, limit):
    """Root mean square error against float64, in units of the size of the result."""
    arrays = draw((8, 24, 24, 32), (f, f), 32, 1, 0)
    exact = run_all(*arrays, 1, 0)
    values = run_all(*(array.astype(np.float32) for array in arrays), 1, 0)
    for value, reference in zip(values, exact, strict=True):
        error = np.sqrt(np.mean((value - reference) ** 2) / np.mean(reference**2))
        assert error < limit


def test_models_in_several_threads_do_not_meet():
    arrays = draw((8, 20, 20, 16), (3, 3), 32, 1, 1, np.float32)
    expected = run_all(*arrays, 1, 1)
    results = [None] * 4

    def run(number):
        results[number] = run_all(*arrays, 1, 1)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        for value, reference in zip(result, expected, strict=True):
            np.testing.assert_array_equal(value, reference)


@pytest.mark.parametrize(
    ('shape', 'window', 'u', 'strides'),
    [
        ((64, 32, 32, 16), 3, 32, 1),
        ((16, 56, 56, 64), 3, 64, 1),
        ((8, 112, 112, 3), 7, 64, 2),
        ((32, 14, 14, 128), 3, 256, 1),  # transformed filters of 3 MB, twice for their gradient
        ((1, 400, 400, 32), 3, 32, 1),
    ],
)
def test_scratch_is_bounded(shape, window, u, strides):
    X, W, dZ = draw(shape, (window, window), u, strides, 0, np.float32)
    for function, arguments in (
        (convolve, (X, W, strides)),
        (convolve_weight_gradient, (X, dZ, window, strides)),
        (convolve_input_gradient, (dZ, W, shape, strides)),
    ):
        tracemalloc.start()
        result = function(*arguments)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - result.nbytes < 16 << 20, (function.__name__, peak - result.nbytes)


@pytest.mark.parametrize('outlier', [1e6, 1e30, np.inf, np.nan])
def test_an_outlier_disturbs_only_what_sees_it(outlier, rng):
    """One number of 1e6 among N(0, 1) moved outputs that do not see it by 0.1."""
    X = rng.standard_normal((8, 32, 32, 16), dtype=np.float32)
    W = rng.standard_normal((3, 3, 16, 32), dtype=np.float32)
    dZ = rng.standard_normal((8, 30, 30, 32), dtype=np.float32)
    X_, dZ_ = X.copy(), dZ.copy()
    X_[3, 10, 10, 2] = dZ_[2, 5, 5, 1] = outlier
    with np.errstate(all='ignore'):
        moved = convolve(X_, W) - convolve(X, W)
        moved[3, 8:11, 8:11] = 0
        moved_dX = convolve_input_gradient(dZ_, W, X.shape) - convolve_input_gradient(
            dZ, W, X.shape
        )
        moved_dX[2, 5:8, 5:8] = 0
        dW = convolve_weight_gradient(X_, dZ, 3) - convolve_weight_gradient(X, dZ, 3)
        dW[:, :, 2] = 0
    # Sums of 144 and of 7,200 products
    assert np.abs(moved).max() < 2e-4
    assert np.abs(moved_dX).max() < 2e-4
    assert np.abs(dW).max() < 2e-3
