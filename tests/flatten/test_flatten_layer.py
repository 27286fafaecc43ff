"""Flatten: in C order, and back."""

import numpy as np
import pytest

from epynn.flatten.models import Flatten


@pytest.mark.parametrize('shape', [(4,), (4, 3), (4, 3, 2), (2, 3, 4, 5), (2, 3, 1, 2, 2)])
def test_there_and_back(shape):
    layer = Flatten()
    X = np.arange(np.prod(shape)).reshape(shape)
    A = layer.forward(X)
    np.testing.assert_array_equal(A, [sample.ravel() for sample in X])
    np.testing.assert_array_equal(layer.backward(A), X)
    assert layer.d == {'m': shape[0], 'n': A.shape[1]}


def test_the_order_does_not_follow_the_memory():
    X = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(Flatten().forward(np.asfortranarray(X)), X.reshape(2, 12))


def test_no_samples_are_none():
    assert Flatten().forward(np.empty((0, 3, 4))).shape == (0, 12)
