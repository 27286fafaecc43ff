"""Convolution of images of depth 1 by upright blocks: against blocks and filters multiplied out."""

import numpy as np
import pytest

from epynn.kernels.blocks import cut_blocks
from epynn.kernels.taps import (
    multiply_taps,
    multiply_taps_input_gradient,
    multiply_taps_weight_gradient,
    suits_taps,
    suits_taps_gradient,
)


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
    Xb = cut_blocks(X, window, strides, padding, dilation)
    Z = np.empty((*Xb.shape[:3], u), dtype)
    close = {'rtol': 0, 'atol': 1e-12 if dtype is np.float64 else 2e-5}
    expected = np.einsum('mijacd,acdu->miju', Xb, W)
    multiply_taps(Xb, W, Z)
    np.testing.assert_allclose(Z, expected, **close)
    multiply_taps(Xb, W, Z, b)
    np.testing.assert_allclose(Z, expected + b, **close)

    dZ = rng.standard_normal(Z.shape).astype(dtype)
    dW = multiply_taps_weight_gradient(Xb, dZ)
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
    dX = multiply_taps_input_gradient(dZ, W, shape)
    assert dX.dtype == dtype
    np.testing.assert_allclose(dX, expected, rtol=0, atol=1e-12 if dtype is np.float64 else 5e-5)


def test_blocks_that_are_no_view():
    rng = np.random.default_rng(3)
    Xb, W = rng.standard_normal((2, 3, 4, 2, 2, 1)), rng.standard_normal((2, 2, 1, 3))
    Z = np.empty((2, 3, 4, 3))
    multiply_taps(Xb, W, Z)
    np.testing.assert_allclose(Z, np.einsum('mijacd,acdu->miju', Xb, W), rtol=0, atol=1e-13)


def test_suits_taps():
    blocks = np.zeros((2, 8, 8, 5, 5, 1), np.float32)
    assert suits_taps(blocks, 32)
    assert not suits_taps(np.zeros((1, 9, 9, 7, 7, 1), np.float32), 6)
    assert suits_taps(np.zeros((1, 9, 9, 7, 7, 1), np.float32), 6, weight_gradient=True)
    assert suits_taps(blocks, 6)
    assert not suits_taps(np.zeros((2, 8, 8, 3, 3, 2), np.float32), 32)
    assert not suits_taps(blocks.astype(int), 32)
    assert not suits_taps(blocks[:0], 32)


def test_suits_taps_gradient():
    W, shape = np.zeros((3, 3, 1, 9), np.float32), (64, 28, 28, 1)
    assert suits_taps_gradient(W, (1, 1), shape)
    assert not suits_taps_gradient(W, (1, 2), shape)
    assert not suits_taps_gradient(W[..., :8], (1, 1), shape)
    assert not suits_taps_gradient(W.reshape(1, 3, 3, 9), (1, 1), shape)
    assert not suits_taps_gradient(W.astype(int), (1, 1), shape)
    assert not suits_taps_gradient(W, (1, 1), (1, 400, 400, 1))  # too much scratch for one image
