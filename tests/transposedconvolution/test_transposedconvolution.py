"""TransposedConvolution as the adjoint of Convolution, and its sizes."""

import numpy as np
import pytest

from epynn.commons.errors import ShapeError
from epynn.commons.maths import identity
from epynn.convolution.models import Convolution
from epynn.transposedconvolution.models import TransposedConvolution


@pytest.mark.parametrize('padding', [0, 1, (0, 2), 'same', 'valid'])
@pytest.mark.parametrize('strides', [None, 1, 2, (3, 1)])
@pytest.mark.parametrize('window', [3, (2, 5)])
def test_it_is_the_adjoint_of_convolution_with_the_same_weights(rng, window, strides, padding):
    """For any X and Z: ``sum(transposed(X) * Z) == sum(X * convolution(Z))``."""
    transposed = TransposedConvolution(4, window, strides, padding, identity, use_bias=False)
    X = rng.standard_normal((2, 3, 4, 2))
    Y = transposed.forward(X)
    convolution = Convolution(2, window, strides, padding, identity, use_bias=False)
    convolution.p = transposed.p
    Z = rng.standard_normal(Y.shape)
    back = convolution.forward(Z)
    assert back.shape == X.shape
    assert np.sum(Y * Z) == pytest.approx(np.sum(X * back), rel=1e-12, abs=1e-11)
    np.testing.assert_allclose(transposed.backward(Z), back, rtol=0, atol=1e-13)


def test_all_sizes_that_a_convolution_maps_to_the_same_one(rng):
    for q in range(3):
        layer = TransposedConvolution(1, 4, 3, 1, output_padding=q)
        A = layer.forward(rng.standard_normal((1, 5, 5, 1)))
        assert A.shape == (1, 14 + q, 14 + q, 1)
        assert Convolution(1, 4, 3, 1).forward(A).shape == (1, 5, 5, 1)


def test_same_multiplies_the_size_by_the_strides(rng):
    for window in (1, 2, 3, 5):
        layer = TransposedConvolution(1, window, (2, 3), 'same')
        assert layer.forward(rng.standard_normal((1, 4, 5, 1))).shape == (1, 8, 15, 1)


def test_each_point_leaves_a_filter():
    layer = TransposedConvolution(1, 2, 1, activate=identity)
    layer.forward(np.ones((1, 1, 2, 1)))
    layer.p['W'] = np.array([1.0, 2, 3, 4]).reshape(2, 2, 1, 1)
    A = layer.forward(np.array([1.0, 10]).reshape(1, 1, 2, 1))
    np.testing.assert_array_equal(A[0, :, :, 0], [[1, 12, 20], [3, 34, 40]])


def test_padding_that_leaves_no_output_is_refused():
    with pytest.raises(
        ShapeError,
        match=r'^TransposedConvolution\.padding: expected padding that leaves some output of '
        r'images \(1, 2\), got \(2, 2\), an output of \(-1, 0\)\. Choose less padding',
    ):
        TransposedConvolution(1, 3, 1, 2).forward(np.ones((1, 1, 2, 1)))
