"""Convolution: against loops and PyTorch with random options."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import naive_convolution

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


@pytest.mark.parametrize('seed', range(40))
def test_against_torch(seed, record_property):
    torch = pytest.importorskip('torch')
    shape, options = draw_options(seed)
    rng = np.random.default_rng(seed)
    layer = Convolution(**options, activate=tanh)
    X = rng.standard_normal(shape)
    A, dA, dX = run(layer, X, rng)

    tX = torch.tensor(X.transpose(0, 3, 1, 2), requires_grad=True)  # (m, d, h, w)
    W = np.ascontiguousarray(layer.p['W'].transpose(3, 2, 0, 1))  # (u, d, fh, fw)
    tW = torch.tensor(W, requires_grad=True)
    tb = torch.tensor(layer.p['b'], requires_grad=True) if options['use_bias'] else None
    strides = options['strides'] or options['filter_size']
    tA = torch.nn.functional.conv2d(tX, tW, tb, strides, options['padding']).tanh()
    tA.backward(torch.tensor(dA.transpose(0, 3, 1, 2)))

    pairs = [
        (A, tA.detach().permute(0, 2, 3, 1)),
        (dX, tX.grad.permute(0, 2, 3, 1)),
        (layer.g['dW'], tW.grad.permute(2, 3, 1, 0)),
    ]
    if options['use_bias']:
        pairs.append((layer.g['db'], tb.grad))
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


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


def test_the_blocks_are_a_view_in_the_cache(rng):
    layer = Convolution(2, (3, 2), 1)
    X = rng.standard_normal((2, 5, 6, 3))
    layer.forward(X)
    assert layer.fs['Xb'] == (2, 3, 5, 3, 2, 3, 1)
    assert np.shares_memory(layer.fc['Xb'], X)
    np.testing.assert_array_equal(layer.fc['Xb'][1, 2, 3, ..., 0], X[1, 2:5, 3:5])


def test_pixels_that_no_window_reaches_get_no_gradient(rng):
    layer = Convolution(1, 2, 3)
    X = rng.standard_normal((1, 6, 6, 1))
    _, _, dX = run(layer, X, rng)
    assert not dX[0, 2].any()
    assert not dX[0, 5].any()
