"""GlobalPooling: ties, and what it refuses."""

import numpy as np
import pytest

from epynn.commons.errors import ShapeError
from epynn.globalpooling.models import GlobalPooling


@pytest.mark.parametrize('pool', [np.max, np.min])
def test_a_tie_goes_to_the_first(pool):
    layer = GlobalPooling(pool)
    layer.forward(np.ones((1, 2, 2, 1)))
    dX = layer.backward(np.full((1, 1), 3.0))
    np.testing.assert_array_equal(dX.ravel(), [3, 0, 0, 0])


def test_the_mean_of_integers_is_a_float():
    X = np.full((1, 4, 1), 100, dtype=np.int8)
    np.testing.assert_array_equal(GlobalPooling().forward(X), [[100.0]])


@pytest.mark.parametrize('shape', [(3, 4), (3,), (3, 0, 2)], ids=str)
def test_an_input_without_places_is_refused(shape):
    with pytest.raises(ShapeError, match=r'^GlobalPooling: expected an input of places.* \w+\.$'):
        GlobalPooling().forward(np.ones(shape))
