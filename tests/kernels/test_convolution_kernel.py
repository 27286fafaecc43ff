"""Convolution: against loops, against its own adjoint, within its scratch."""

import tracemalloc
from functools import partial

import numpy as np
import pytest

from epynn.kernels.blocks import pad
from epynn.kernels.convolution import (
    bias_gradient,
    convolve,
    convolve_input_gradient,
    convolve_weight_gradient,
    multiply_windows,
    multiply_windows_input_gradient,
    multiply_windows_weight_gradient,
)
from epynn.kernels.window import Window

assert_close = partial(np.testing.assert_allclose, rtol=0)

CASES = [
    # (m, h, w, d), (fh, fw), u, strides, padding
    ((2, 5, 6, 3), (3, 2), 4, (1, 1), (0, 0)),
    ((2, 7, 6, 3), (3, 3), 4, (2, 2), (1, 1)),
    ((1, 6, 9, 2), (2, 3), 1, (2, 3), (0, 0)),
    ((3, 8, 8, 1), (3, 3), 5, (2, 1), (2, 0)),
    ((2, 4, 4, 3), (1, 1), 2, (1, 1), (0, 0)),
    ((2, 5, 5, 3), (1, 1), 2, (2, 2), (1, 1)),
    ((2, 4, 5, 2), (4, 5), 3, (1, 1), (0, 0)),
    ((1, 3, 3, 2), (2, 2), 3, (1, 1), (3, 4)),
    ((2, 6, 6, 1), (2, 2), 2, (4, 4), (0, 0)),
]
ids = [f'{shape}-{window}-{u}-s{s}-p{p}' for shape, window, u, s, p in CASES]
each_case = pytest.mark.parametrize(('shape', 'window', 'u', 'strides', 'padding'), CASES, ids=ids)


def naive_convolution(X, W, strides, padding):
    """Loop over each output and each weight, reading 0 outside of the image."""
    m, h, w, _ = X.shape
    fh, fw, _, u = W.shape
    (sh, sw), (ph, pw) = strides, padding
    oh, ow = (h + 2 * ph - fh) // sh + 1, (w + 2 * pw - fw) // sw + 1
    Z = np.zeros((m, oh, ow, u))
    for n, i, j, k, a, c in np.ndindex(m, oh, ow, u, fh, fw):
        y, x = i * sh + a - ph, j * sw + c - pw
        if 0 <= y < h and 0 <= x < w:
            Z[n, i, j, k] += sum(X[n, y, x, e] * W[a, c, e, k] for e in range(X.shape[3]))
    return Z


def draw(shape, window, u, strides, padding, dtype=np.float64):
    """Draw X, W and dZ that fit together."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal(shape).astype(dtype)
    W = rng.standard_normal((*window, shape[3], u)).astype(dtype)
    dZ = rng.standard_normal(convolve(X, W, strides, padding).shape).astype(dtype)
    return X, W, dZ


def run_all(X, W, dZ, strides, padding):
    """Return Z, dW, dX."""
    return (
        convolve(X, W, strides, padding),
        convolve_weight_gradient(X, dZ, W.shape[:2], strides, padding),
        convolve_input_gradient(dZ, W, X.shape, strides, padding),
    )


@each_case
def test_against_loops_and_adjoints(shape, window, u, strides, padding):
    X, W, dZ = draw(shape, window, u, strides, padding)
    Z, dW, dX = run_all(X, W, dZ, strides, padding)
    assert_close(Z, naive_convolution(X, W, strides, padding), atol=1e-12)
    assert dW.shape == W.shape
    assert dX.shape == X.shape
    # Z is linear in X and in W: <dZ, Z> = <dX, X> = <dW, W>
    total = np.sum(dZ * Z)
    assert np.sum(dX * X) == pytest.approx(total, rel=1e-11, abs=1e-11)
    assert np.sum(dW * W) == pytest.approx(total, rel=1e-11, abs=1e-11)


def test_steps_are_the_whole():
    X, W, dZ = draw((2, 7, 6, 3), (3, 3), 4, 2, 1)
    window = Window.on((7, 6), 3, 2, 1)
    Xp = pad(X, window.pads)
    np.testing.assert_array_equal(multiply_windows(Xp, W, window), convolve(X, W, 2, 1))
    np.testing.assert_array_equal(
        multiply_windows_weight_gradient(Xp, dZ, window), convolve_weight_gradient(X, dZ, 3, 2, 1)
    )
    np.testing.assert_array_equal(
        multiply_windows_input_gradient(dZ, W, window),
        convolve_input_gradient(dZ, W, X.shape, 2, 1),
    )


@pytest.mark.parametrize('strides', [1, 2])
@pytest.mark.parametrize('padding', [0, 1])
def test_read_only_and_fortran_inputs(strides, padding):
    arrays = draw((2, 6, 5, 3), (3, 2), 4, strides, padding)
    expected = run_all(*arrays, strides, padding)
    for order in 'CF':
        copies = [array.copy(order=order) for array in arrays]
        for copy in copies:
            copy.setflags(write=False)
        values = run_all(*copies, strides, padding)
        for value, reference in zip(values, expected, strict=True):
            assert_close(value, reference, atol=1e-13)
            assert value.flags.c_contiguous
            assert value.flags.writeable


def test_integers_meet_floats():
    X = np.arange(32).reshape(2, 4, 4, 1)
    W = np.ones((2, 2, 1, 1), dtype=np.float64)
    assert convolve(X, W).dtype == np.float64
    np.testing.assert_array_equal(convolve(X, W), naive_convolution(X, W, (1, 1), (0, 0)))


@pytest.mark.parametrize('dtype', [np.float32, np.float64, int])
@pytest.mark.parametrize('groups', [1, 2])
def test_bias(dtype, groups):
    rng = np.random.default_rng(2)
    X, W = rng.integers(-9, 9, (5, 9, 9, 4)), rng.integers(-9, 9, (3, 3, 4 // groups, 6))
    X, W, b = X.astype(dtype), W.astype(dtype), np.arange(6).astype(dtype)
    window = Window.on((9, 9), 3, groups=groups)
    Z = multiply_windows(X, W, window, b)
    assert Z.dtype == dtype
    np.testing.assert_array_equal(Z, multiply_windows(X, W, window) + b)
    db = bias_gradient(Z)
    assert db.dtype == dtype
    np.testing.assert_array_equal(db, Z.sum(axis=(0, 1, 2)))


@pytest.mark.parametrize('m', [0, 1, 2, 5])
def test_bias_gradient(m):
    dZ = np.random.default_rng(2).standard_normal((m, 4, 5, 3))
    np.testing.assert_allclose(bias_gradient(dZ), dZ.sum(axis=(0, 1, 2)), atol=1e-13)


def test_an_empty_batch():
    X, W = np.zeros((0, 5, 5, 2)), np.ones((3, 3, 2, 4))
    Z, dW, dX = run_all(X, W, np.zeros((0, 3, 3, 4)), 1, 0)
    assert Z.shape == (0, 3, 3, 4)
    assert dX.shape == X.shape
    np.testing.assert_array_equal(dW, np.zeros_like(W))


@pytest.mark.parametrize(
    ('shape', 'window', 'u'),
    [
        ((64, 28, 28, 8), 3, 4),  # a batch whose blocks take 12 MB
        ((1, 200, 200, 8), 5, 2),  # one image whose blocks take 31 MB
        ((1, 3, 30_000, 4), 3, 2),  # one row whose blocks take 4 MB
        ((8, 64, 64, 1), 1, 64),  # many units, few taps
    ],
)
@pytest.mark.parametrize('order', 'CF')
def test_scratch_is_bounded(shape, window, u, order):
    rng = np.random.default_rng(5)
    X = rng.standard_normal(shape, dtype=np.float32).copy(order=order)
    W = rng.standard_normal((window, window, shape[3], u), dtype=np.float32)
    dZ = np.ones_like(convolve(X, W)).copy(order=order)
    for function, arguments in (
        (convolve, (X, W)),
        (convolve_weight_gradient, (X, dZ, window)),
        (convolve_input_gradient, (dZ, W, shape)),
    ):
        tracemalloc.start()
        result = function(*arguments)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # each of two threads has a piece of 2 MB
        assert peak - result.nbytes < 5 << 20, function.__name__


@pytest.mark.parametrize('groups', [1, 8])
def test_scratch_is_bounded_with_dilation_and_groups(groups):
    shape, options = (16, 56, 56, 8), (1, 0, 2, groups)
    rng = np.random.default_rng(4)
    X = rng.standard_normal(shape, dtype=np.float32)
    W = rng.standard_normal((3, 3, 8 // groups, 8), dtype=np.float32)
    dZ = np.ones_like(convolve(X, W, *options))
    for function, arguments in (
        (convolve, (X, W)),
        (convolve_weight_gradient, (X, dZ, 3)),
        (convolve_input_gradient, (dZ, W, shape)),
    ):
        tracemalloc.start()
        result = function(*arguments, *options)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - result.nbytes < 4 << 20, function.__name__  # the blocks would take 50 MB


def test_messages():
    """Those that are not in ``wrong_uses/kernels.py``."""
    X, W = np.zeros((2, 5, 5, 6)), np.zeros((3, 3, 6, 4))
    dZ = np.zeros((2, 3, 3, 4))
    with pytest.raises(ValueError, match=r'dZ: expected 4 axes \(m, oh, ow, u\), got 3 axes'):
        convolve_weight_gradient(X, dZ[0], 3)
    with pytest.raises(ValueError, match=r'dZ: .* = \(2, 3, 3, 4\), got \(2, 3, 3, 1\)'):
        convolve_input_gradient(dZ[..., :1], W, X.shape)
    with pytest.raises(ValueError, match=r'W: expected a depth of d / groups = 6 / 1, got 5'):
        convolve_input_gradient(dZ, W[:, :, :5], X.shape)
    with pytest.raises(ValueError, match='W: expected 4 axes'):
        convolve_input_gradient(dZ, W[0], X.shape)
    with pytest.raises(ValueError, match=r'groups: expected a divisor .* got 0'):
        convolve(X, W, groups=0)
    with pytest.raises(ValueError, match=r'groups: expected a divisor .* 6 and the units 5, got 2'):
        convolve_weight_gradient(X, np.zeros((2, 3, 3, 5)), 3, groups=2)
    with pytest.raises(ValueError, match=r'W: expected a depth of d / groups = 6 / 2, got 6'):
        convolve_input_gradient(dZ, W, X.shape, groups=2)
