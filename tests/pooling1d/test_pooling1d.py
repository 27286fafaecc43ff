"""Pooling1D: the same as Pooling on images of height 1; what it refuses."""

import numpy as np
import pytest

from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D


@pytest.mark.parametrize('pool', [np.max, np.min, np.mean])
@pytest.mark.parametrize('strides', [None, 1, 3])
def test_it_is_a_pooling_of_images_of_height_1(rng, pool, strides):
    layer = Pooling1D(4, strides, pool, 'same')
    X = rng.standard_normal((2, 10, 3))
    A = layer.forward(X)
    images = Pooling((1, 4), None if strides is None else (1, strides), pool, 'same')
    np.testing.assert_array_equal(A, images.forward(X[:, np.newaxis])[:, 0])
    dA = rng.standard_normal(A.shape)
    np.testing.assert_array_equal(layer.backward(dA), images.backward(dA[:, np.newaxis])[:, 0])


def test_the_first_of_equals_takes_all():
    layer = Pooling1D(3)
    layer.forward(np.zeros((1, 6, 1)))
    dX = layer.backward(np.ones((1, 2, 1)))
    assert dX.ravel().tolist() == [1, 0, 0, 1, 0, 0]
