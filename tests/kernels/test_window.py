"""Padding in all ways it is written, and sizes with dilation."""

import numpy as np
import pytest
from blocks import add_blocks, cut_blocks, fold_blocks

from epynn.kernels.blocks import pad, unpad
from epynn.kernels.window import Window, find_pads, output_size, span


def test_span():
    assert [span(3), span(3, 2), span(1, 9), span(4, 3)] == [3, 5, 1, 10]


def test_all_ways_to_write_padding():
    for padding, expected in (
        (0, ((0, 0), (0, 0))),
        ('valid', ((0, 0), (0, 0))),
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        ([1, 2], ((1, 1), (2, 2))),
        (((1, 2), (0, 3)), ((1, 2), (0, 3))),
        ([[1, 2], [0, 3]], ((1, 2), (0, 3))),
        (((1, 2), 3), ((1, 2), (3, 3))),
        ('same', ((1, 1), (0, 1))),
        ('same_lower', ((1, 1), (1, 0))),
    ):
        assert find_pads(padding, (5, 6), 3, 2) == expected
    assert find_pads('same', (5, 6), (2, 3), 1, (3, 2)) == ((1, 2), (2, 2))
    assert find_pads('same_lower', (5, 6), (2, 3), 1, (3, 2)) == ((2, 1), (2, 2))


@pytest.mark.parametrize('size', range(1, 10))
def test_same_gives_the_least_that_covers(size):
    for window in range(1, 5):
        for stride in range(1, 5):
            for dilation in range(1, 4):
                (before, after), _ = find_pads('same', (size, 1), window, stride, dilation)
                positions = output_size(size, window, stride, (before, after), dilation)
                assert positions == -(-size // stride)
                assert after - before in (0, 1)
                if before + after and span(window, dilation) <= size + before + after - 1:
                    less = output_size(size, window, stride, (before, after - 1), dilation)
                    assert less < positions
                assert max(before, after) < span(window, dilation)


@pytest.mark.parametrize('padding', [((1, 2), (0, 3)), 'same', 'valid', 1])
@pytest.mark.parametrize('dilation', [1, 2, (3, 1)])
def test_dilated_blocks_and_their_adjoint(padding, dilation):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, 7, 8, 3))
    window, strides = (3, 2), (1, 2)
    pads = find_pads(padding, (7, 8), window, strides, dilation)
    Xp = np.pad(X, ((0, 0), *pads, (0, 0)))
    np.testing.assert_array_equal(pad(X, pads), Xp)
    np.testing.assert_array_equal(unpad(Xp, Window((7, 8), (1, 1), pads=pads)), X)
    Xb = cut_blocks(X, window, strides, padding, dilation)
    rh, rw = (dilation, dilation) if isinstance(dilation, int) else dilation
    for i, j, a, c in np.ndindex(Xb.shape[1:5]):
        np.testing.assert_array_equal(Xb[:, i, j, a, c], Xp[:, i + a * rh, 2 * j + c * rw])
    B = rng.standard_normal(Xb.shape)
    dX = fold_blocks(B, X.shape, strides, padding, dilation)
    assert dX.flags.c_contiguous
    assert np.sum(Xb * B) == pytest.approx(np.sum(X * dX), rel=1e-12, abs=1e-12)


def test_dilated_blocks_are_added_apart():
    X = np.zeros((1, 3, 3, 1))
    add_blocks(X, np.ones((1, 1, 1, 2, 2, 1)), Window((3, 3), (2, 2), dilation=(2, 2)))
    np.testing.assert_array_equal(X[0, :, :, 0], [[1, 0, 1], [0, 0, 0], [1, 0, 1]])


def test_messages():
    X = np.zeros((2, 5, 5, 1))
    with pytest.raises(ValueError, match=r'padding\[1\]: .* at least 0, got \(0, -1\)'):
        cut_blocks(X, 3, 1, ((1, 1), (0, -1)))
    with pytest.raises(
        ValueError,
        match=r'window: expected at most 6 \(size 5, padding 0 \+ 1\), got 7 '
        r'\(3 points, 3 apart\)\. Take a smaller',
    ):
        cut_blocks(X, 3, 1, ((0, 1), (0, 1)), 3)
    with pytest.raises(ValueError, match=r'dilation: .* at least 1, got 0'):
        cut_blocks(X, 3, dilation=0)
    with pytest.raises(ValueError, match='X: expected 4 axes'):
        cut_blocks(X[0, 0], 3, 1, 'same')


def test_a_window_knows_its_places():
    window = Window.on((5, 6), 3, 2, 'same', (1, 2))
    assert window == Window((5, 6), (3, 3), (2, 2), ((1, 1), (1, 2)), (1, 2))
    assert (window.size_out, window.framed, window.spans, window.points) == (
        (3, 3), (7, 9), (3, 5), 9,
    )  # fmt: skip
    with pytest.raises(AttributeError):
        window.size = 2, 2


def test_a_window_fits_or_there_is_none():
    with pytest.raises(ValueError, match=r'window: expected at most 4 \(size 4, padding 0 \+ 0\)'):
        Window((4, 9), (5, 5))
    with pytest.raises(TypeError, match=r'strides: expected an int or a pair of ints, got 0\.5'):
        Window.on((4, 9), 2, 0.5)


def test_the_kernels_are_at_hand():
    """What the examples and a curious reader import."""
    from epynn.kernels import convolve, pool

    X = np.ones((1, 4, 4, 1))
    np.testing.assert_array_equal(pool(convolve(X, X[0, :2, :2, :, None], 2), 2), 4)
