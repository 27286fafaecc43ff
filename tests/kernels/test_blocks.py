"""Blocks: what they contain, that they cost nothing, and that folding is the adjoint of cutting."""

import re

import numpy as np
import pytest
from blocks import add_blocks, cut_blocks, fold_blocks, frame
from hypothesis import given, settings
from hypothesis import strategies as st

from epynn.kernels.blocks import view_blocks
from epynn.kernels.window import Window, check_axes, output_size, pair

GEOMETRIES = [
    # h, w, window, strides, padding
    (5, 6, (3, 2), (1, 1), (0, 0)),
    (5, 6, (3, 2), (2, 3), (0, 0)),
    (7, 7, (2, 2), (2, 2), (0, 0)),
    (7, 8, (3, 3), (2, 2), (1, 1)),
    (4, 5, (3, 3), (1, 1), (2, 0)),
    (4, 4, (1, 1), (3, 3), (0, 1)),
    (3, 3, (5, 4), (1, 2), (1, 3)),
    (6, 6, (2, 2), (4, 4), (0, 0)),
    (4, 4, (4, 4), (1, 1), (0, 0)),
]


def naive_blocks(X, window, strides, padding):
    """Copy each block, point by point, reading 0 outside of the image."""
    m, h, w, d = X.shape
    (fh, fw), (sh, sw), (ph, pw) = window, strides, padding
    oh, ow = (h + 2 * ph - fh) // sh + 1, (w + 2 * pw - fw) // sw + 1
    Xb = np.zeros((m, oh, ow, fh, fw, d))
    for i, j, a, c in np.ndindex(oh, ow, fh, fw):
        y, x = i * sh + a - ph, j * sw + c - pw
        if 0 <= y < h and 0 <= x < w:
            Xb[:, i, j, a, c] = X[:, y, x]
    return Xb


@pytest.mark.parametrize(('h', 'w', 'window', 'strides', 'padding'), GEOMETRIES)
def test_blocks_and_their_adjoint(h, w, window, strides, padding):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, h, w, 3))
    Xb = cut_blocks(X, window, strides, padding)
    np.testing.assert_array_equal(Xb, naive_blocks(X, window, strides, padding))

    B = rng.standard_normal(Xb.shape)
    dX = fold_blocks(B, X.shape, strides, padding)
    assert dX.shape == X.shape
    assert np.sum(Xb * B) == pytest.approx(np.sum(X * dX), rel=1e-12, abs=1e-12)


@settings(max_examples=30)
@given(
    size=st.integers(1, 9),
    window=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
)
def test_folding_ones_counts_the_blocks_over_each_point(size, window, stride, padding):
    if window > size + 2 * padding:
        with pytest.raises(ValueError, match='window: expected at most'):
            output_size(size, window, stride, padding)
        return
    starts = range(0, size + 2 * padding - window + 1, stride)
    assert output_size(size, window, stride, padding) == len(starts)
    X = np.ones((1, size, window, 1))
    Xb = cut_blocks(X, window, (stride, 1), (padding, 0))
    counts = [sum(s <= y + padding < s + window for s in starts) for y in range(size)]
    dX = fold_blocks(np.ones(Xb.shape), X.shape, (stride, 1), (padding, 0))
    np.testing.assert_array_equal(dX[0, :, 0, 0], counts)


def test_an_int_is_a_pair():
    X = np.random.default_rng(2).standard_normal((1, 6, 6, 2))
    Xb = cut_blocks(X, 3, 2, 1)
    np.testing.assert_array_equal(Xb, cut_blocks(X, (3, 3), (2, 2), (1, 1)))
    np.testing.assert_array_equal(
        fold_blocks(Xb, X.shape, 2, 1), fold_blocks(Xb, X.shape, (2, 2), (1, 1))
    )


def test_blocks_are_a_read_only_view():
    X = np.zeros((2, 6, 6, 1))
    Xb = cut_blocks(X, 3)
    assert np.shares_memory(X, Xb)
    assert not Xb.flags.writeable
    assert X.flags.writeable
    with pytest.raises(ValueError, match='read-only'):
        Xb[0] = 1
    assert not np.shares_memory(X, cut_blocks(X, 3, padding=1))


@pytest.mark.parametrize('dtype', [np.float32, np.float64, np.int64, np.uint8])
def test_dtype_is_kept(dtype):
    X = np.ones((1, 4, 4, 1), dtype=dtype)
    Xb = cut_blocks(X, 2, 2, 1)
    assert Xb.dtype == dtype
    assert frame(X, 1).dtype == dtype
    assert fold_blocks(Xb, X.shape, 2, 1).dtype == dtype


def test_read_only_and_fortran_inputs():
    X = np.random.default_rng(3).standard_normal((2, 5, 5, 3))
    F = np.asfortranarray(X)
    for array in (X, F):
        array.setflags(write=False)
    for padding in (0, 1):
        Xb = cut_blocks(X, 3, 2, padding)
        np.testing.assert_array_equal(cut_blocks(F, 3, 2, padding), Xb)
        B = np.asfortranarray(Xb)
        B.setflags(write=False)
        np.testing.assert_array_equal(
            fold_blocks(B, X.shape, 2, padding), fold_blocks(Xb, X.shape, 2, padding)
        )


def test_an_empty_batch():
    X = np.zeros((0, 5, 5, 2))
    Xb = cut_blocks(X, 3, 1, 1)
    assert Xb.shape == (0, 5, 5, 3, 3, 2)
    assert fold_blocks(Xb, X.shape, 1, 1).shape == X.shape


@pytest.mark.parametrize(
    'change',
    [
        lambda X: X,
        np.asfortranarray,
        lambda X: X[::-1, ::-1, ::-1, ::-1],  # negative steps
        lambda X: X[:, 1::2, ::3],
        lambda X: X.transpose(0, 2, 1, 3),
        lambda X: np.broadcast_to(X[:1, :, :1], X.shape),  # steps of zero
        lambda X: X[:0],
        lambda X: X[..., :0],
        lambda X: X[..., :1],
        lambda X: X.astype('>f4'),
    ],
)
@pytest.mark.parametrize('strides', [(1, 1), (2, 3)])
@pytest.mark.parametrize('dilation', [(1, 1), (2, 1), (1, 3)])
def test_view_of_any_layout(change, strides, dilation):
    """Against NumPy's own view of windows, as far as strides and dilation reach."""
    X = change(np.random.default_rng(0).standard_normal((3, 13, 14, 4)))
    (sh, sw), (rh, rw) = strides, dilation
    windows = np.lib.stride_tricks.sliding_window_view(X, (1 + 2 * rh, 1 + rw), axis=(1, 2))
    expected = windows[:, ::sh, ::sw, :, ::rh, ::rw].transpose(0, 1, 2, 4, 5, 3)
    Xb = view_blocks(X, Window.on(X.shape[1:3], (3, 2), strides, 0, dilation))
    assert Xb.dtype == X.dtype
    assert not Xb.flags.writeable
    np.testing.assert_array_equal(Xb, expected)
    np.testing.assert_array_equal(cut_blocks(X, (3, 2), strides, 0, dilation), expected)


def test_pad():
    X = np.ones((1, 2, 3, 1))
    assert frame(X, 0) is X
    padded = frame(X, (1, 2), value=-np.inf)
    assert padded.shape == (1, 4, 7, 1)
    np.testing.assert_array_equal(padded[:, 1:3, 2:5], X)
    assert np.isneginf(padded).sum() == padded.size - X.size


def test_add_blocks_adds_in_place():
    X = np.ones((1, 3, 3, 1))
    add_blocks(X, np.ones((1, 2, 2, 2, 2, 1)), Window((3, 3), (2, 2)))
    np.testing.assert_array_equal(X[0, :, :, 0], [[2, 3, 2], [3, 5, 3], [2, 3, 2]])


@pytest.mark.parametrize('value', [2, (2, 2), [2, 2], np.int64(2), (np.int32(2), 2)])
def test_pair(value):
    result = pair(value, 'strides')
    assert result == (2, 2)
    assert all(type(v) is int for v in result)


@pytest.mark.parametrize('value', [True, (1, False), np.True_, 2.0, (1, 2.5), 'ab', None])
def test_pair_refuses_other_types(value):
    message = f'strides: expected an int or a pair of ints, got {value!r}. Write 2 or (2, 2).'
    with pytest.raises(TypeError, match=re.escape(message)):
        pair(value, 'strides')


def test_pair_refuses_other_values():
    with pytest.raises(ValueError, match=r'size: expected an int or a pair of ints, got \(1, 2, 3'):
        pair((1, 2, 3), 'size')
    with pytest.raises(ValueError, match=r'ints of at least 1, got \(1, 0\)'):
        pair((1, 0), 'size', least=1)


def test_messages():
    X = np.zeros((2, 5, 5, 1))
    with pytest.raises(ValueError, match=r'A: expected 2 axes \(m, n\), got 1 axis \(3,\)\. Why'):
        check_axes(np.zeros(3), 'A', 'm, n', 'Why.')
    with pytest.raises(
        ValueError,
        match=r'window: expected at most 7 \(size 5, padding 1 \+ 1\), got 8\. Take a smaller',
    ):
        cut_blocks(X, (3, 8), padding=1)
