"""Losses and their gradients, and losses with settings. PyTorch is in tests/parity."""

import re

import numpy as np
import pytest
from extremes import extremes

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.commons.loss import (
    BCE,
    CCE,
    ICCE,
    MAE,
    MSE,
    MSLE,
    Hinge,
    Huber,
    LabelSmoothing,
    loss_functions,
)
from epynn.commons.maths import softmax

BY_NAME = [MSE, MAE, MSLE, Huber(), BCE, CCE, ICCE, Hinge]
NAMED = [MSE, MAE, MSLE, BCE, CCE]
LOSSES = [*NAMED, Huber(), Huber(0.2), Hinge, LabelSmoothing(CCE), LabelSmoothing(BCE, 0.3)]


def truth_and_output(rng, m=6, U=4):
    return softmax(rng.normal(size=(m, U))), softmax(rng.normal(size=(m, U)))


@pytest.mark.parametrize('loss', LOSSES)
def test_gradient_is_that_of_central_differences(loss, rng):
    Y, A = truth_and_output(rng)
    numeric, h = np.empty_like(A), 1e-6
    for index in np.ndindex(A.shape):
        step = np.zeros_like(A)
        step[index] = h
        numeric[index] = (loss(Y, A + step) - loss(Y, A - step))[index[0]] / (2 * h)
    np.testing.assert_allclose(loss(Y, A, deriv=True), numeric, rtol=1e-7, atol=1e-8)


def test_losses_are_the_formulas(rng):
    Y, A = truth_and_output(rng)
    U = A.shape[1]
    expected = {
        MSE: np.sum((Y - A) ** 2, axis=1) / U,
        MAE: np.sum(np.abs(Y - A), axis=1) / U,
        MSLE: np.sum((np.log(1 + Y) - np.log(1 + A)) ** 2, axis=1) / U,
        CCE: -np.sum(Y * np.log(A), axis=1),
        BCE: -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1) / U,
    }
    for loss in NAMED:
        assert loss(Y, A).shape == (len(A),)
        np.testing.assert_allclose(loss(Y, A), expected[loss], rtol=1e-12)


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
@pytest.mark.parametrize('deriv', [False, True])
@pytest.mark.parametrize('loss', LOSSES)
def test_extremes_are_finite_silent_and_of_the_same_dtype(loss, deriv, dtype):
    column = extremes(dtype)[:, np.newaxis]
    for A in (column, column.reshape(-1, 4)):
        before = A.copy()
        for Y in (np.zeros_like(A), np.ones_like(A)):
            with np.errstate(all='raise', under='ignore'):
                value = loss(Y, A, deriv=deriv)
            assert np.isfinite(value).all()
            assert value.dtype == dtype
            assert value.shape == (A.shape if deriv else A.shape[:1])
        np.testing.assert_array_equal(A, before)


@pytest.mark.parametrize('loss', [MSE, MAE, MSLE, Huber(), Huber(1e-3)])
def test_truth_and_output_at_opposite_ends_are_finite(loss):
    largest = np.array([[np.finfo(np.float64).max] * 2])
    with np.errstate(all='raise', under='ignore'):
        for Y, A in ((largest, -largest), (-largest, largest)):
            assert np.isfinite(loss(Y, A)).all()
            assert np.isfinite(loss(Y, A, deriv=True)).all()


@pytest.mark.parametrize('loss', LOSSES)
def test_truth_may_be_integers_or_booleans_and_float32_stays(loss):
    A = np.array([[0.2, 0.8], [0.6, 0.4]], dtype=np.float32)
    for Y in (np.eye(2, dtype=int), np.eye(2, dtype=bool), np.eye(2)):
        for deriv in (False, True):
            assert loss(Y, A, deriv=deriv).dtype == np.float32
            np.testing.assert_array_equal(
                loss(Y, A, deriv=deriv), loss(np.eye(2, dtype=np.float32), A, deriv=deriv)
            )


@pytest.mark.parametrize('loss', LOSSES)
def test_integer_outputs_give_float64(loss):
    Y = np.eye(2)
    assert loss(Y, np.ones((2, 2), dtype=int)).dtype == np.float64


def test_gradient_is_0_where_the_logarithm_is_bounded():
    Y = np.array([[1.0, 0.5]])
    np.testing.assert_array_equal(CCE(Y, np.array([[0.0, -3.0]]), deriv=True), 0)
    # A = 0 leaves the term of 1 - A, A = 1 that of A.
    np.testing.assert_array_equal(BCE(Y, np.array([[0.0, 1.0]]), deriv=True), [[0, -0.25]])
    np.testing.assert_array_equal(MSLE(Y, np.array([[-1.0, -2.0]]), deriv=True), 0)


def test_perfect_outputs_cost_nothing_and_not_minus_nothing():
    Y = np.eye(3)
    for loss in [*NAMED, Huber()]:
        assert (loss(Y, Y) == 0).all()
        assert not np.signbit(loss(Y, Y)).any()


@pytest.mark.parametrize('loss', LOSSES)
def test_shapes_must_be_equal_with_two_axes(loss):
    for y, a in (((4, 1), (4, 3)), ((4,), (4,)), ((3, 2), (4, 2)), ((4,), (4, 1))):
        message = f'loss: expected Y and A of one shape .* got Y {re.escape(f"{y} and A {a}")}'
        with pytest.raises(ShapeError, match=message):
            loss(np.zeros(y), np.zeros(a))


# BY NAME


def test_loss_functions_by_name_or_function():
    assert loss_functions() == {loss.__name__: loss for loss in BY_NAME}
    assert loss_functions('CCE') is CCE
    assert loss_functions('CCE', 'sigmoid') is CCE
    assert loss_functions(truth_and_output) is truth_and_output
    names = ', '.join(loss.__name__ for loss in BY_NAME)
    with pytest.raises(ArgumentError, match=f"loss: expected .* {names}, got 'XXE'"):
        loss_functions('XXE')


def test_loss_that_suits_the_output():
    assert loss_functions(output_activation='softmax') is CCE
    assert loss_functions(output_activation='sigmoid') is BCE
    assert loss_functions(None, 'tanh') is MSE


def test_changing_the_returned_dict_changes_nothing():
    loss_functions().clear()
    assert len(loss_functions()) == len(BY_NAME)


# HUBER, AND OTHERS WITH SETTINGS


def test_huber_of_a_large_delta_is_half_the_squared_error(rng):
    Y, A = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    np.testing.assert_allclose(Huber(100)(Y, A), MSE(Y, A) / 2, rtol=1e-14)


def test_huber_keeps_float32_whatever_the_delta():
    Y, A = np.zeros((2, 2), np.float32), np.array([[0.1, 5], [-7, 2]], np.float32)
    for deriv in (False, True):
        assert Huber(np.float64(0.5))(Y, A, deriv=deriv).dtype == np.float32


@pytest.mark.parametrize('delta', [0, -1, np.nan, np.inf])
def test_delta_must_be_above_0(delta):
    with pytest.raises(ArgumentError, match=r'Huber\.delta: expected a number'):
        Huber(delta)


def test_losses_with_settings_have_names():
    assert [loss.__name__ for loss in (Huber(3), LabelSmoothing(CCE))] == ['Huber', 'smooth_CCE']
    assert repr(Huber(3)) == 'Huber(delta=3)'
    assert loss_functions('Huber') == Huber(1.0)
    assert loss_functions('ICCE') is ICCE
    smooth = LabelSmoothing(ICCE)
    assert loss_functions(smooth) is smooth


def test_a_class_is_no_loss():
    message = r'loss: expected a loss, got Huber \(class\)\. Add parentheses: Huber\(\)'
    with pytest.raises(ArgumentTypeError, match=message):
        loss_functions(Huber)
