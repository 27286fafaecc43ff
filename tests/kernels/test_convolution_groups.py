"""Convolution with groups, dilation and padding of each side: PyTorch, adjoints, scratch."""

import tracemalloc

import numpy as np
import pytest

from epynn.kernels.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_weight_gradient,
)
from epynn.kernels.fast import pieces
from epynn.kernels.pooling import pool, pool_gradient
from epynn.kernels.window import find_pads

CASES = [
    # (m, h, w, d), (fh, fw), u, strides, padding, dilation, groups
    ((2, 7, 6, 4), (3, 2), 6, (1, 1), 'same', (1, 1), 2),
    ((2, 7, 6, 3), (3, 3), 3, (2, 2), 'same', (1, 1), 3),
    ((1, 6, 9, 3), (2, 3), 6, (2, 3), 'valid', (1, 2), 3),
    ((3, 8, 8, 1), (3, 3), 5, (2, 1), ((2, 0), (1, 3)), (2, 2), 1),
    ((2, 4, 4, 6), (1, 1), 4, (1, 1), 0, (3, 3), 2),
    ((2, 5, 6, 2), (2, 4), 2, (3, 1), (1, 2), (4, 2), 2),
]
each_case = pytest.mark.parametrize(
    ('shape', 'window', 'u', 'strides', 'padding', 'dilation', 'groups'),
    CASES,
    ids=[str(case[1:]) for case in CASES],
)


def draw(shape, window, u, *options, dtype=np.float64):
    """Draw X, W and dZ that fit together."""
    rng = np.random.default_rng(4)
    groups = options[-1]
    X = rng.standard_normal(shape).astype(dtype)
    W = rng.standard_normal((*window, shape[3] // groups, u)).astype(dtype)
    dZ = rng.standard_normal(convolve(X, W, *options).shape).astype(dtype)
    return X, W, dZ


def run_all(X, W, dZ, *options):
    """Return Z, dW, dX."""
    return (
        convolve(X, W, *options),
        convolve_weight_gradient(X, dZ, W.shape[:2], *options),
        convolve_input_gradient(dZ, W, X.shape, *options),
    )


@each_case
def test_against_torch(shape, window, u, strides, padding, dilation, groups):
    torch = pytest.importorskip('torch')
    options = strides, padding, dilation, groups
    X, W, dZ = draw(shape, window, u, *options)
    rows, columns = find_pads(padding, shape[1:3], window, strides, dilation)
    Xt = torch.tensor(X.transpose(0, 3, 1, 2).copy(), requires_grad=True)
    Wt = torch.tensor(W.transpose(3, 2, 0, 1).copy(), requires_grad=True)
    Xp = torch.nn.functional.pad(Xt, (*columns, *rows))
    Zt = torch.nn.functional.conv2d(Xp, Wt, None, strides, 0, dilation, groups)
    Zt.backward(torch.tensor(dZ.transpose(0, 3, 1, 2).copy()))
    Z, dW, dX = run_all(X, W, dZ, *options)
    for ours, theirs in (
        (Z, Zt.detach().numpy().transpose(0, 2, 3, 1)),
        (dW, Wt.grad.numpy().transpose(2, 3, 1, 0)),
        (dX, Xt.grad.numpy().transpose(0, 2, 3, 1)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@each_case
@pytest.mark.parametrize('scratch', [1, 300, 2000])
def test_pieces_of_any_size_give_the_same(
    monkeypatch, scratch, shape, window, u, strides, padding, dilation, groups
):
    options = strides, padding, dilation, groups
    X, W, dZ = draw(shape, window, u, *options)
    expected = run_all(X, W, dZ, *options)
    total = np.sum(dZ * expected[0])  # Z is linear in X and in W: <dZ, Z> = <dX, X> = <dW, W>
    assert np.sum(expected[1] * W) == pytest.approx(total, rel=1e-11, abs=1e-11)
    assert np.sum(expected[2] * X) == pytest.approx(total, rel=1e-11, abs=1e-11)
    monkeypatch.setattr(pieces, 'PIECE_BYTES', scratch)
    for value, reference in zip(run_all(X, W, dZ, *options), expected, strict=True):
        np.testing.assert_allclose(value, reference, rtol=0, atol=1e-12)


@each_case
@pytest.mark.parametrize('order', 'CF')
def test_float32_read_only_and_fortran(order, shape, window, u, strides, padding, dilation, groups):
    options = strides, padding, dilation, groups
    arrays = draw(shape, window, u, *options, dtype=np.float32)
    expected = run_all(*(array.astype(np.float64) for array in arrays), *options)
    copies = [array.copy(order=order) for array in arrays]
    for array in copies:
        array.setflags(write=False)
    for value, reference in zip(run_all(*copies, *options), expected, strict=True):
        assert value.dtype == np.float32
        assert value.flags.c_contiguous
        assert value.flags.writeable
        np.testing.assert_allclose(value, reference, rtol=0, atol=3e-5)


def test_an_empty_batch():
    X, W = np.zeros((0, 5, 5, 2)), np.ones((3, 3, 1, 4))
    Z, dW, dX = run_all(X, W, np.zeros((0, 5, 5, 4)), 1, 'same', 2, 2)
    assert Z.shape == (0, 5, 5, 4)
    assert dX.shape == X.shape
    np.testing.assert_array_equal(dW, np.zeros_like(W))


@pytest.mark.parametrize('groups', [1, 8])
def test_scratch_is_bounded(groups):
    shape, options = (16, 56, 56, 8), (1, 0, 2, groups)
    X, W, dZ = draw(shape, (3, 3), 8, *options, dtype=np.float32)
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


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
def test_pooling_takes_padding_by_name_and_by_side(how):
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
    X, W = np.zeros((2, 5, 5, 6)), np.zeros((3, 3, 3, 4))
    with pytest.raises(
        ValueError, match=r'groups: expected a divisor of the depth 6 and the units 4, got 3'
    ):
        convolve(X, W, groups=3)
    with pytest.raises(ValueError, match=r'groups: expected a divisor .* got 0'):
        convolve(X, W, groups=0)
    with pytest.raises(TypeError, match=r'groups: expected an int, got 2\.0'):
        convolve(X, W, groups=2.0)
    with pytest.raises(ValueError, match=r'W: expected a depth of d / groups = 6 / 1, got 3'):
        convolve(X, W)
    with pytest.raises(ValueError, match=r'groups: expected a divisor .* 6 and the units 5, got 2'):
        convolve_weight_gradient(X, np.zeros((2, 3, 3, 5)), 3, groups=2)
    with pytest.raises(ValueError, match=r'W: expected a depth of d / groups = 6 / 2, got 6'):
        convolve_input_gradient(np.zeros((2, 3, 3, 4)), np.zeros((3, 3, 6, 4)), X.shape, groups=2)
