"""Convolution of each depth by itself: against the plain wing."""

import numpy as np
import pytest

from epynn.kernels.blocks import pad
from epynn.kernels.fast import depthwise
from epynn.kernels.plain import convolution as plain
from epynn.kernels.window import Window


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize(
    ('shape', 'window', 'strides', 'padding', 'dilation'),
    [((3, 6, 10, 5), (3, 3), 1, 0, 1), ((2, 9, 8, 2), (5, 1), (2, 1), 1, 1),
     ((20, 28, 28, 16), (3, 3), 1, 1, 1), ((2, 30, 20, 7), (4, 3), (1, 3), 0, 2),
     ((8, 17, 16, 8), 3, 2, 'same', 1), ((0, 9, 8, 3), (3, 2), 1, 1, 1)],
)  # fmt: skip
def test_against_the_plain_wing(shape, window, strides, padding, dilation, dtype, rng):
    d = shape[3]
    lain = Window.on(shape[1:3], window, strides, padding, dilation, groups=d)
    assert depthwise.suits(lain, d, d)
    Xp = pad(rng.standard_normal(shape).astype(dtype), lain.pads)
    W = rng.standard_normal((*lain.size, 1, d)).astype(dtype)
    b = rng.standard_normal(d).astype(dtype)
    Z = np.empty((shape[0], *lain.size_out, d), dtype)
    dZ = rng.standard_normal(Z.shape).astype(dtype)
    depthwise.multiply(Xp, W, lain, Z, b)
    Xp64, W64, dZ64, b64 = (array.astype(float) for array in (Xp, W, dZ, b))
    pairs = [
        (Z, plain.multiply_windows(Xp64, W64, lain, b64)),
        (depthwise.weight_gradient(Xp, dZ, lain),
         plain.multiply_windows_weight_gradient(Xp64, dZ64, lain)),
        (depthwise.input_gradient(dZ, W, lain),
         plain.multiply_windows_input_gradient(dZ64, W64, lain)),
    ]  # fmt: skip
    for ours, expected in pairs:
        assert ours.dtype == dtype
        size = np.sqrt(np.mean(np.square(expected))) if expected.size else 1
        atol = 1e-12 if dtype is np.float64 else 1e-5
        np.testing.assert_allclose(ours / (size or 1), expected / (size or 1), rtol=0, atol=atol)


@pytest.mark.parametrize(
    'lay',
    [np.asfortranarray, lambda X: X.swapaxes(1, 3).copy().swapaxes(1, 3), lambda X: X[..., ::-1],
     lambda X: np.repeat(X, 2, axis=2)[:, :, ::2]],
    ids=['fortran', 'channels-first', 'mirrored', 'every-other'],
)  # fmt: skip
def test_images_that_lie_otherwise_in_memory(lay, rng):
    window = Window.on((6, 7), 3, groups=4)
    X, W = lay(rng.standard_normal((2, 6, 7, 4))), rng.standard_normal((3, 3, 1, 4))
    dZ = lay(rng.standard_normal((2, *window.size_out, 4)))
    Z = np.empty(dZ.shape)
    depthwise.multiply(X, W, window, Z, None)
    pairs = [
        (Z, plain.multiply_windows(X, W, window, None)),
        (depthwise.weight_gradient(X, dZ, window),
         plain.multiply_windows_weight_gradient(X, dZ, window)),
        (depthwise.input_gradient(dZ, W, window),
         plain.multiply_windows_input_gradient(dZ, W, window)),
    ]  # fmt: skip
    for ours, expected in pairs:
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)


def test_suits():
    window = Window.on((9, 9), 3, groups=4)
    assert depthwise.suits(window, 4, 4)
    assert not depthwise.suits(window, 8, 4)
    assert not depthwise.suits(window, 4, 8)
    assert not depthwise.suits(Window.on((9, 9), 3), 1, 1)
