"""Hinge, integer labels, label smoothing, and what losses take for truth."""

import numpy as np
import pytest

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.loss import (
    BCE,
    CCE,
    ICCE,
    MSE,
    Hinge,
    Huber,
    LabelSmoothing,
    output_gradient,
    takes_labels,
    takes_shares,
)
from epynn.commons.maths import softmax


@pytest.fixture
def outputs(rng):
    """Logits, outputs of a softmax, and labels (m, 1)."""
    Z = rng.normal(size=(7, 4)) * 2
    return Z, softmax(Z), rng.integers(0, 4, size=(7, 1))


def test_hinge_of_columns_is_the_mean_of_one_against_the_rest(rng):
    Y, A = np.eye(3)[rng.integers(0, 3, 10)], rng.normal(size=(10, 3))
    columns = [Hinge(Y[:, [u]], A[:, [u]]) for u in range(3)]
    np.testing.assert_allclose(Hinge(Y, A), np.mean(columns, axis=0), rtol=1e-14)


# INTEGER LABELS


def test_integer_labels_cost_what_their_columns_cost(outputs):
    _, A, y = outputs
    for labels in (y, y[:, 0], y.astype(float)):
        for deriv in (False, True):
            np.testing.assert_array_equal(
                ICCE(labels, A, deriv=deriv), CCE(np.eye(4)[y[:, 0]], A, deriv=deriv)
            )


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_integer_labels_keep_dtype_and_inputs(dtype):
    A, y = np.full((2, 4), 0.25, dtype), np.array([[1], [3]])
    for array in (A, y):
        array.flags.writeable = False
    for loss in (ICCE, LabelSmoothing(ICCE, np.float64(0.1))):
        assert loss(y, A).dtype == loss(y, A, deriv=True).dtype == dtype
        assert output_gradient(loss, BoundActivation(softmax), y, A).dtype == dtype


@pytest.mark.parametrize('deriv', [False, True])
def test_integer_labels_at_the_extremes(deriv):
    A = np.array([[0.0, 1.0], [1e-320, 1.0], [-1e300, 1e300]])
    with np.errstate(all='raise', under='ignore'):
        assert np.isfinite(ICCE(np.zeros((3, 1), int), A, deriv=deriv)).all()


# LABEL SMOOTHING


@pytest.mark.parametrize('share', [0.0, 0.1, 0.7])
def test_smoothed_losses_are_the_losses_of_a_smoothed_truth(share, rng):
    A = softmax(rng.normal(size=(6, 4)))
    Y = np.eye(4)[rng.integers(0, 4, 6)]
    y = np.argmax(Y, axis=1)[:, np.newaxis]
    for deriv in (False, True):
        expected = CCE((1 - share) * Y + share / 4, A, deriv=deriv)
        np.testing.assert_allclose(LabelSmoothing(CCE, share)(Y, A, deriv=deriv), expected)
        np.testing.assert_allclose(LabelSmoothing(ICCE, share)(y, A, deriv=deriv), expected)
        expected = BCE((1 - share) * Y + share / 2, A, deriv=deriv)
        np.testing.assert_allclose(LabelSmoothing(BCE, share)(Y, A, deriv=deriv), expected)


# NAMES


def test_what_losses_take_for_truth():
    assert [takes_labels(f) for f in (ICCE, LabelSmoothing(ICCE), CCE, MSE)] == [1, 1, 0, 0]
    smooth = [LabelSmoothing(loss) for loss in (BCE, CCE, ICCE)]
    assert [takes_shares(f) for f in (BCE, CCE, Hinge, *smooth)] == [1, 1, 1, 1, 1, 0]
    assert not takes_shares(MSE)
    assert not takes_shares(Huber())
