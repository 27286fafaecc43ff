"""Convolution of images of depth 1 by upright blocks: against blocks and filters multiplied out."""

import numpy as np
import pytest

from epynn.kernels.blocks import pad, view_blocks
from epynn.kernels.fast import upright
from epynn.kernels.window import Window


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize(
    ('shape', 'window', 'strides', 'padding', 'dilation', 'u'),
    [((3, 6, 10, 1), (3, 3), 1, 0, 1, 5), ((2, 9, 8, 1), (5, 1), (2, 1), 1, 1, 3),
     ((40, 28, 28, 1), (3, 3), 1, 1, 1, 40), ((2, 70, 90, 1), (4, 4), (1, 3), 0, 2, 64),
     ((1, 1, 11, 1), (1, 4), 1, 0, 1, 1)],
)  # fmt: skip
def test_against_blocks(shape, window, strides, padding, dilation, u, dtype):
    rng = np.random.default_rng(3)
    X, W = rng.standard_normal(shape).astype(dtype), rng.standard_normal((*window, 1, u))
    W, b = W.astype(dtype), rng.standard_normal(u).astype(dtype)
    lain = Window.on(shape[1:3], window, strides, padding, dilation)
    Xp = pad(X, lain.pads)
    Xb = view_blocks(Xp, lain)
    Z = np.empty((*Xb.shape[:3], u), dtype)
    close = {'rtol': 0, 'atol': 1e-12 if dtype is np.float64 else 2e-5}
    expected = np.einsum('mijacd,acdu->miju', Xb, W)
    upright.multiply(Xp, W, lain, Z, None)
    np.testing.assert_allclose(Z, expected, **close)
    upright.multiply(Xp, W, lain, Z, b)
    np.testing.assert_allclose(Z, expected + b, **close)

    dZ = rng.standard_normal(Z.shape).astype(dtype)
    dW = upright.weight_gradient(Xp, dZ, lain)
    expected = np.einsum('mijacd,miju->acdu', Xb.astype(float), dZ.astype(float))
    size = np.sqrt(np.mean(np.square(expected)))
    np.testing.assert_allclose(dW / size, expected / size, **close)
    assert dW.dtype == Z.dtype == dtype


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize(
    ('shape', 'window', 'u'),
    [((3, 6, 10, 1), (3, 3), 9), ((5, 9, 8, 1), (5, 1), 6), ((40, 28, 28, 1), (3, 3), 16),
     ((0, 4, 5, 1), (2, 2), 4), ((1, 3, 4, 1), (3, 4), 12), ((2, 300, 200, 1), (1, 2), 64)],
)  # fmt: skip
def test_input_gradient(shape, window, u, dtype):
    rng = np.random.default_rng(3)
    m, h, w, _ = shape
    W = rng.standard_normal((*window, 1, u)).astype(dtype)
    size = h - window[0] + 1, w - window[1] + 1
    dZ = rng.standard_normal((m, *size, u)).astype(dtype)
    expected = np.zeros(shape)
    for a, c in np.ndindex(window):
        expected[:, a : a + size[0], c : c + size[1], 0] += dZ.astype(float) @ W[a, c, 0]
    dX = upright.input_gradient(dZ, W, Window.on((h, w), window))
    assert dX.dtype == dtype
    np.testing.assert_allclose(dX, expected, rtol=0, atol=1e-12 if dtype is np.float64 else 5e-5)


def test_suits():
    small, large = Window.on((12, 12), 5), Window.on((9, 9), 7)
    assert upright.suits(small, 1, 6)
    assert not upright.suits(small, 2, 6)
    assert not upright.suits(large, 1, 6)
    assert upright.suits(large, 1, 49)


def test_suits_input_gradient():
    window = Window.on((28, 28), 3)
    assert upright.suits_input_gradient(window, 1, 9, 4)
    assert not upright.suits_input_gradient(Window.on((28, 28), 3, (1, 2)), 1, 9, 4)
    assert not upright.suits_input_gradient(Window.on((28, 28), 3, 1, 0, 2), 1, 9, 4)
    assert not upright.suits_input_gradient(window, 1, 8, 4)
    assert not upright.suits_input_gradient(window, 2, 9, 4)
    # too much scratch for one image
    assert not upright.suits_input_gradient(Window.on((400, 400), 3), 1, 9, 4)
