"""Dropout: the draws of the contract, shared axes, the ends 0 and 1."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError
from epynn.dropout.models import Dropout


def make(*args, seed=2, **options):
    layer = Dropout(*args, **options)
    layer.np_rng = np.random.default_rng(seed)
    return layer


def test_the_draws_are_those_of_the_contract(rng):
    X = rng.standard_normal((6, 5))
    A = make(0.3).forward(X)
    D = np.random.default_rng(2).uniform(0, 1, (6, 5)) > 0.3
    np.testing.assert_allclose(A, X * D / 0.7, rtol=1e-15)


def test_the_gradient_passes_where_the_input_passed(rng):
    layer = make(0.4)
    X = rng.standard_normal((50, 4))
    A = layer.forward(X)
    dX = layer.backward(np.ones_like(A))
    np.testing.assert_array_equal(dX != 0, A != 0)
    np.testing.assert_allclose(dX, np.where(A == 0, 0, 1 / 0.6))


@pytest.mark.parametrize(
    ('axis', 'shape'),
    [((), (3, 4, 5, 6)), (0, (1, 4, 5, 6)), ((1, 2), (3, 1, 1, 6)), ([3], (3, 4, 5, 1))],
)
def test_one_draw_along_shared_axes(axis, shape):
    layer = make(0.5, axis=axis)
    A = layer.forward(np.ones((3, 4, 5, 6)))
    assert layer.fs['D'] == layer.fc['D'].shape == shape
    np.testing.assert_array_equal(A, np.broadcast_to(2.0 * layer.fc['D'], A.shape))


def test_a_backward_pass_outside_training_lets_all_pass():
    layer = make(0.5)
    X = np.ones((3, 4))
    layer.forward(X)
    layer.training = False
    layer.forward(X)
    np.testing.assert_array_equal(layer.backward(X), X)


def test_axes_that_the_input_does_not_have():
    with pytest.raises(
        ArgumentError, match=r'^Dropout.axis: expected axes from 0 to 1.*got \(2,\)'
    ):
        Dropout(0.5, axis=2).forward(np.ones((3, 4)))
