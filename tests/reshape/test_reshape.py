"""Reshape: against NumPy, and what it refuses."""

import numpy as np
import pytest

from epynn.commons.errors import ShapeError
from epynn.reshape.models import Reshape


@pytest.mark.parametrize(
    'shape', [24, -1, (24,), [4, 6], (-1, 6), (4, -1), (2, 3, 4), (1, -1, 1), np.int64(24)], ids=str
)
def test_against_numpy(shape, rng):
    X = rng.standard_normal((5, 4, 6))
    layer = Reshape(shape)
    axes = shape if isinstance(shape, (tuple, list)) else [shape]
    A = layer.forward(X)
    np.testing.assert_array_equal(A, X.reshape(5, *axes))
    np.testing.assert_array_equal(layer.backward(A), X)


@pytest.mark.parametrize('shape', [(5, 5), (5, -1), 23, 48, (24, 2), (-1, 7)], ids=str)
def test_a_shape_that_does_not_fit_is_refused(shape, rng):
    with pytest.raises(
        ShapeError,
        match=r'Reshape\.shape: expected a shape of 24 numbers, as a sample \(4, 6\) has',
    ):
        Reshape(shape).forward(rng.standard_normal((5, 4, 6)))


def test_it_may_go_on_after_an_input_that_does_not_fit(rng):
    layer = Reshape((3, -1))
    layer.forward(rng.standard_normal((2, 6)))
    with pytest.raises(ShapeError):
        layer.forward(rng.standard_normal((2, 7)))
    assert layer.forward(rng.standard_normal((4, 9))).shape == (4, 3, 3)
