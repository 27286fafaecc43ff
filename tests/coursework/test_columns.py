"""Convolution by columns against the kernels that the layers of epynn use."""

import numpy as np
import pytest

from epynn.coursework.cs231n import columns
from epynn.coursework.cs231n.columns import convolve_columns, convolve_columns_gradients
from epynn.coursework.layouts import channels_first, channels_last, filters_first, filters_last
from epynn.kernels.convolution import convolve, convolve_input_gradient, convolve_weight_gradient


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('scratch', [1, 20_000, 1 << 21])
@pytest.mark.parametrize(
    ('size', 'filters', 'stride', 'pad'),
    [((3, 9, 9), (5, 3, 3), 2, 1), ((2, 8, 7), (3, 2, 4), 3, 0), ((1, 5, 5), (2, 5, 5), 1, 4)],
)
def test_columns_are_the_convolution_of_the_kernels(
    size, filters, stride, pad, scratch, dtype, rng, monkeypatch
):
    monkeypatch.setattr(columns, '_SCRATCH_BYTES', scratch)
    x = rng.standard_normal((7, *size)).astype(dtype)
    w = rng.standard_normal((filters[0], size[0], *filters[1:])).astype(dtype)
    X, W = channels_last(x), filters_last(w)
    tolerance = 1e-4 if dtype == np.float32 else 1e-12

    z = convolve_columns(x, w, stride, pad)
    assert z.dtype == dtype
    np.testing.assert_allclose(z, channels_first(convolve(X, W, stride, pad)), atol=tolerance)

    dz = rng.standard_normal(z.shape).astype(dtype)
    dZ = channels_last(dz)
    dX = convolve_input_gradient(dZ, W, X.shape, stride, pad)
    dW = convolve_weight_gradient(X, dZ, W.shape[:2], stride, pad)
    for memory in (dz, np.asfortranarray(dz)):
        dx, dw = convolve_columns_gradients(memory, np.asfortranarray(x), w, stride, pad)
        assert dx.dtype == dw.dtype == dtype
        np.testing.assert_allclose(dx, channels_first(dX), atol=tolerance)
        np.testing.assert_allclose(dw, filters_first(dW), atol=tolerance)
