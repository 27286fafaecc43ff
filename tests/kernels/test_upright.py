"""Convolution of shallow images by upright blocks: against blocks and filters multiplied out."""

import numpy as np
import pytest

from epynn.kernels.blocks import pad, view_blocks
from epynn.kernels.fast import upright
from epynn.kernels.plain import convolution as plain
from epynn.kernels.window import Window


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize(
    ('shape', 'window', 'strides', 'padding', 'dilation', 'u'),
    [((3, 6, 10, 1), (3, 3), 1, 0, 1, 5), ((2, 9, 8, 1), (5, 1), (2, 1), 1, 1, 3),
     ((40, 28, 28, 1), (3, 3), 1, 1, 1, 40), ((2, 70, 90, 1), (4, 4), (1, 3), 0, 2, 64),
     ((1, 1, 11, 1), (1, 4), 1, 0, 1, 1), ((5, 9, 8, 3), (3, 2), (2, 1), 1, 1, 4),
     ((20, 30, 30, 4), (3, 3), 1, 1, 2, 20), ((0, 9, 8, 3), (3, 2), 1, 1, 1, 4)],
)  # fmt: skip
def test_against_blocks(shape, window, strides, padding, dilation, u, dtype):
    rng = np.random.default_rng(3)
    X, W = rng.standard_normal(shape).astype(dtype), rng.standard_normal((*window, shape[3], u))
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
    size = np.sqrt(np.mean(np.square(expected))) or 1
    np.testing.assert_allclose(dW / size, expected / size, **close)
    assert dW.dtype == Z.dtype == dtype


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize(
    ('shape', 'window', 'strides', 'padding', 'dilation', 'u'),
    [((3, 6, 10, 1), (3, 3), 1, 0, 1, 9), ((5, 9, 8, 2), (5, 1), (2, 1), (1, 0), 1, 6),
     ((40, 28, 28, 3), (3, 3), 1, 1, 1, 16), ((0, 4, 5, 1), (2, 2), 1, 0, 1, 4),
     ((1, 8, 9, 4), (3, 4), (1, 3), 2, 2, 12), ((2, 300, 200, 1), (1, 2), 1, 0, 1, 64)],
)  # fmt: skip
def test_input_gradient(shape, window, strides, padding, dilation, u, dtype):
    rng = np.random.default_rng(3)
    W = rng.standard_normal((*window, shape[3], u)).astype(dtype)
    lain = Window.on(shape[1:3], window, strides, padding, dilation)
    dZ = rng.standard_normal((shape[0], *lain.size_out, u)).astype(dtype)
    expected = plain.multiply_windows_input_gradient(dZ.astype(float), W.astype(float), lain)
    dX = upright.input_gradient(dZ, W, lain)
    assert dX.dtype == dtype
    np.testing.assert_allclose(dX, expected, rtol=0, atol=1e-12 if dtype is np.float64 else 5e-5)


def test_suits():
    window = Window.on((12, 12), 5)
    assert upright.suits(window, 1)
    assert upright.suits(window, 4)
    assert not upright.suits(window, 5)
    assert not upright.suits(Window.on((12, 12), 7), 4)
    assert not upright.suits(Window.on((12, 12), 5, groups=2), 2)


def test_suits_input_gradient():
    assert upright.suits_input_gradient(Window.on((28, 28), 3), 1, 4)
    # too much scratch for one image
    assert not upright.suits_input_gradient(Window.on((300, 300), 3), 1, 4)


def test_pays():
    window = Window.on((28, 28), 5)
    assert upright.pays(window, 1, 20)
    assert not upright.pays(window, 1, 19)
    assert upright.pays(Window.on((30, 30), 5, 5), 4, 1), 'windows lie apart'
