"""The closed forms of losses with the activation of the output."""

import numpy as np
import pytest

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ShapeError
from epynn.commons.loss import (
    BCE,
    CCE,
    MAE,
    MSE,
    MSLE,
    LabelSmoothing,
    output_gradient,
)
from epynn.commons.maths import sigmoid, softmax


@pytest.mark.parametrize(
    ('loss', 'activation'),
    [
        (CCE, BoundActivation(softmax)),
        (CCE, BoundActivation(softmax, {'softmax_temperature': 2.5})),
        (BCE, BoundActivation(sigmoid)),
    ],
)
@pytest.mark.parametrize('scale', [1.0, 0.6])
def test_closed_form_is_the_general_form(loss, activation, scale, rng):
    Z = rng.normal(size=(6, 4))
    A = activation(Z)
    Y = scale * softmax(rng.normal(size=(6, 4)))  # with 0.6, rows do not sum to 1
    general = activation.gradient(loss(Y, A, deriv=True), Z, A)
    np.testing.assert_allclose(output_gradient(loss, activation, Y, A), general, atol=1e-14)


def test_closed_form_keeps_float32_and_its_inputs():
    A, Y = np.full((2, 2), 0.5, dtype=np.float32), np.eye(2, dtype=int)
    for loss, f in ((CCE, softmax), (BCE, sigmoid)):
        assert output_gradient(loss, BoundActivation(f), Y, A).dtype == np.float32
    assert (A == 0.5).all()


@pytest.mark.parametrize('loss', [MSE, MAE, MSLE, lambda Y, A, deriv=False: A])
@pytest.mark.parametrize('f', [softmax, sigmoid])
def test_other_pairs_have_no_closed_form(loss, f):
    assert output_gradient(loss, BoundActivation(f), np.eye(2), np.eye(2)) is None
    assert output_gradient(CCE, BoundActivation(sigmoid), np.eye(2), np.eye(2)) is None
    assert output_gradient(BCE, BoundActivation(softmax), np.eye(2), np.eye(2)) is None


def test_closed_form_checks_the_shapes():
    with pytest.raises(ShapeError, match='loss: expected Y and A of one shape'):
        output_gradient(BCE, BoundActivation(sigmoid), np.ones((3, 1)), np.ones((3, 2)))


@pytest.mark.parametrize(
    ('loss', 'f'), [(LabelSmoothing(CCE, 0.2), softmax), (LabelSmoothing(BCE, 0.2), sigmoid)]
)
def test_closed_form_of_smoothed_losses(loss, f, rng):
    activation, Z = BoundActivation(f), rng.normal(size=(6, 4))
    Y, A = np.eye(4)[rng.integers(0, 4, 6)], activation(Z)
    general = activation.gradient(loss(Y, A, deriv=True), Z, A)
    np.testing.assert_allclose(output_gradient(loss, activation, Y, A), general, atol=1e-14)
    assert output_gradient(loss, BoundActivation(np.tanh), Y, A) is None
