"""Convolution: against loops with random options; padding, dilation and groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import naive_convolution

from epynn.commons.errors import ShapeError
from epynn.commons.maths import identity, tanh
from epynn.convolution.models import Convolution


def draw_options(seed):
    """Return an image shape and options that fit it."""
    rng = np.random.default_rng(seed)
    m, d, u = (int(n) for n in rng.integers(1, 4, 3))
    h, w = (int(n) for n in rng.integers(1, 9, 2))
    padding = tuple(int(n) for n in rng.integers(0, 3, 2))
    filter_size = tuple(
        int(rng.integers(1, min(size + 2 * p, 5) + 1))
        for size, p in zip((h, w), padding, strict=True)
    )
    strides = None if rng.random() < 0.3 else tuple(int(n) for n in rng.integers(1, 4, 2))
    options = {
        'unit_filters': u,
        'filter_size': filter_size,
        'strides': strides,
        'padding': padding,
        'use_bias': bool(rng.random() < 0.7),
    }
    return (m, h, w, d), options


def run(layer, X, rng):
    """Pass forward and backward with random parameters; return A, dA and dX."""
    layer.forward(X)
    layer.p = {name: rng.standard_normal(p.shape) for name, p in layer.p.items()}
    A = layer.forward(X)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)
    layer.compute_gradients()
    return A, dA, dX


@settings(max_examples=25)
@given(st.integers(100, 10_000))
def test_against_loops(seed):
    shape, options = draw_options(seed)
    rng = np.random.default_rng(seed)
    layer = Convolution(**options, activate=identity)
    X = rng.standard_normal(shape)
    A, dA, dX = run(layer, X, rng)
    arguments = (
        X,
        layer.p['W'],
        layer.p.get('b', 0),
        options['strides'] or options['filter_size'],
        options['padding'],
    )
    np.testing.assert_allclose(A, naive_convolution(*arguments), rtol=0, atol=1e-12)
    dX_naive, dW_naive, db_naive = naive_convolution(*arguments, dA)
    np.testing.assert_allclose(dX, dX_naive, rtol=0, atol=1e-12)
    np.testing.assert_allclose(layer.g['dW'], dW_naive, rtol=0, atol=1e-12)
    assert ('db' in layer.g) == options['use_bias']
    if options['use_bias']:
        np.testing.assert_allclose(layer.g['db'], db_naive, rtol=0, atol=1e-12)


def test_filters_are_not_mirrored():
    """Cross-correlation: the first weight meets the first pixel of the block."""
    layer = Convolution(1, (1, 2), 1, activate=identity)
    X = np.arange(1.0, 5).reshape(1, 1, 4, 1)
    layer.forward(X)
    layer.p['W'] = np.array([10.0, 1.0]).reshape(1, 2, 1, 1)
    np.testing.assert_array_equal(layer.forward(X).ravel(), [12, 23, 34])


def test_options_are_normalized():
    for size, strides, padding in ((2, 3, 1), ((2, 2), (3, 3), (1, 1)), ([2, 2], [3, 3], [1, 1])):
        layer = Convolution(4, size, strides, padding)
        expected = {'u': 4, 'fh': 2, 'fw': 2, 'sh': 3, 'sw': 3, 'rh': 1, 'rw': 1, 'g': 1}
        assert layer.d == expected
        assert layer.padding == (1, 1)
    d = Convolution(np.int64(4), (2, 5)).d
    assert (d['sh'], d['sw']) == (2, 5)  # strides None: those of the filter


def test_pixels_that_no_window_reaches_get_no_gradient(rng):
    layer = Convolution(1, 2, 3)
    X = rng.standard_normal((1, 6, 6, 1))
    _, _, dX = run(layer, X, rng)
    assert not dX[0, 2].any()
    assert not dX[0, 5].any()


# PADDING, DILATION, GROUPS


def test_same_has_the_odd_row_at_the_bottom_and_the_odd_column_at_the_right():
    layer = Convolution(1, 2, 1, 'same', identity)
    X = np.arange(1.0, 5).reshape(1, 2, 2, 1)
    layer.forward(X)
    layer.p['W'] = np.array([1.0, 10, 100, 1000]).reshape(2, 2, 1, 1)
    np.testing.assert_array_equal(layer.forward(X)[0, :, :, 0], [[4321, 402], [43, 4]])
    assert layer.window.pads == ((0, 1), (0, 1))
    assert (layer.d['ph'], layer.d['pw']) == (0, 0)


def test_padding_of_same_follows_the_input(rng):
    layer = Convolution(2, 3, 2, 'same')
    assert layer.forward(rng.standard_normal((1, 5, 6, 1))).shape == (1, 3, 3, 2)
    assert layer.window.pads == ((1, 1), (0, 1))
    assert layer.forward(rng.standard_normal((1, 6, 5, 1))).shape == (1, 3, 3, 2)
    assert layer.window.pads == ((0, 1), (1, 1))


def test_dilated_blocks_are_a_view(rng):
    layer = Convolution(2, 3, 1, dilation=2)
    X = rng.standard_normal((2, 7, 8, 3))
    layer.forward(X)
    assert layer.fs['Xb'] == (2, 3, 4, 3, 3, 3, 1)
    assert np.shares_memory(layer.fc['Xb'], X)
    np.testing.assert_array_equal(layer.fc['Xb'][1, 2, 1, ..., 0], X[1, 2:7:2, 1:6:2])


def test_each_group_sees_its_own_depth(rng):
    """Groups are convolutions side by side."""
    layer = Convolution(4, 3, 1, 'same', tanh, groups=2)
    X = rng.standard_normal((2, 5, 5, 6))
    A = layer.forward(X)
    for half in range(2):
        part = Convolution(2, 3, 1, 'same', tanh)
        part.p = {
            'W': layer.p['W'][..., 2 * half : 2 * half + 2],
            'b': layer.p['b'][2 * half : 2 * half + 2],
        }
        expected = part.forward(X[..., 3 * half : 3 * half + 3])
        np.testing.assert_allclose(A[..., 2 * half : 2 * half + 2], expected, rtol=0, atol=1e-13)


def test_the_initializer_draws_on_the_shape_of_groups():
    layer = Convolution(6, 3, groups=3)
    layer.np_rng = np.random.default_rng(7)
    layer.forward(np.ones((1, 5, 5, 6)))
    expected = np.random.default_rng(7).standard_normal((3, 3, 2, 6)) * np.sqrt(2 / 14)
    np.testing.assert_array_equal(layer.p['W'], expected)


def test_a_depth_that_groups_do_not_divide_is_refused(rng):
    with pytest.raises(
        ShapeError,
        match=r'^Convolution: expected an input that fits its W of shape \(\.\.\., depth / 2, '
        r'units\), got an input of shape \(1, 5, 5, 3\), whose depth 3 is no multiple of 2\. '
        r'Pass as many',
    ):
        Convolution(4, groups=2).forward(rng.standard_normal((1, 5, 5, 3)))
