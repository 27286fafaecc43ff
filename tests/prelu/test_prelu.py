"""PReLU: one slope or several, and what other functions it is at certain slopes."""

import numpy as np
import pytest

from epynn import Activation, PReLU, lrelu, relu
from epynn.commons.errors import ArgumentError


@pytest.mark.parametrize('shared', [True, False])
def test_with_slopes_that_stay_it_is_a_function(rng, shared):
    X = rng.standard_normal((4, 3, 5))
    for slope, function in ((0, relu), (0.3, lrelu)):
        layer, other = PReLU(shared, slope), Activation(function)
        np.testing.assert_array_equal(layer.forward(X), other.forward(X))
        np.testing.assert_array_equal(layer.backward(X), other.backward(X))
    np.testing.assert_array_equal(PReLU(shared, -1).forward(X), np.abs(X))


def test_the_gradient_of_the_one_slope_is_the_sum_of_those_of_the_channels(rng):
    X, dA = rng.standard_normal((2, 4, 3, 5))
    gradients = []
    for shared in (True, False):
        layer = PReLU(shared)
        layer.forward(X)
        layer.backward(dA)
        layer.compute_gradients()
        gradients.append(layer.g['dalpha'])
    one, each = gradients
    assert (one.shape, each.shape) == ((1,), (5,))
    np.testing.assert_allclose(one[0], each.sum(), rtol=1e-13)


def test_a_slope_is_a_number():
    with pytest.raises(ArgumentError, match=r'PReLU\.slope: expected a number'):
        PReLU(slope=np.nan)
