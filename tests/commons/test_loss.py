"""Losses, their gradients, and the closed forms with the output activation."""

import numpy as np
import pytest

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError, ShapeError
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
    output_gradient,
)
from epynn.commons.maths import sigmoid, softmax

BY_NAME = [MSE, MAE, MSLE, Huber(), BCE, CCE, ICCE, Hinge]
NAMED = [MSE, MAE, MSLE, BCE, CCE]
LOSSES = [*NAMED, Huber(), Huber(0.2), Hinge, LabelSmoothing(CCE), LabelSmoothing(BCE, 0.3)]
MAGNITUDES = [0, 1, 37, 40, 88, 710, 800, 1e4, 1e300, float(np.finfo(np.float64).max)]
MAGNITUDES_32 = [0, 1, 37, 40, 88, 710, 800, 1e4, 1e30, float(np.finfo(np.float32).max)]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


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


def test_losses_and_gradients_are_those_of_torch(rng):
    torch = pytest.importorskip('torch')
    functional = torch.nn.functional
    Y, A = truth_and_output(rng)
    theirs = {
        MSE: lambda a, y: functional.mse_loss(a, y, reduction='none').mean(dim=1),
        MAE: lambda a, y: functional.l1_loss(a, y, reduction='none').mean(dim=1),
        BCE: lambda a, y: functional.binary_cross_entropy(a, y, reduction='none').mean(dim=1),
        CCE: lambda a, y: functional.nll_loss(a.log(), y, reduction='none'),
    }
    for loss, function in theirs.items():
        a, y, truth = torch.from_numpy(A).requires_grad_(), torch.from_numpy(Y), Y
        if loss is CCE:
            truth = np.eye(A.shape[1])[np.argmax(Y, axis=1)]
            y = torch.from_numpy(np.argmax(Y, axis=1))
        value = function(a, y)
        value.sum().backward()
        np.testing.assert_allclose(loss(truth, A), value.detach(), rtol=1e-12)
        np.testing.assert_allclose(loss(truth, A, deriv=True), a.grad, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
@pytest.mark.parametrize('deriv', [False, True])
@pytest.mark.parametrize('loss', LOSSES)
def test_extremes_are_finite_silent_and_of_the_same_dtype(loss, deriv, dtype):
    magnitudes = np.array(MAGNITUDES if dtype is np.float64 else MAGNITUDES_32, dtype=dtype)
    column = np.concatenate([magnitudes, -magnitudes])[:, np.newaxis]
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
@pytest.mark.parametrize(
    'shapes', [((4, 1), (4, 3)), ((4,), (4,)), ((3, 2), (4, 2)), ((4,), (4, 1))]
)
def test_shapes_must_be_equal_with_two_axes(loss, shapes):
    y, a = (str(shape).replace('(', r'\(').replace(')', r'\)') for shape in shapes)
    with pytest.raises(
        ShapeError, match=f'loss: expected Y and A of one shape .* got Y {y} and A {a}'
    ):
        loss(np.zeros(shapes[0]), np.zeros(shapes[1]))


# CLOSED FORMS


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
    Y = scale * truth_and_output(rng)[0]  # with 0.6, rows do not sum to 1
    general = activation.gradient(loss(Y, A, deriv=True), Z, A)
    np.testing.assert_allclose(output_gradient(loss, activation, Y, A), general, atol=1e-14)


def test_closed_forms_are_exact_where_the_general_form_vanishes():
    Z, Y = np.array([[-800.0, 800.0]]), np.array([[1.0, 0.0]])
    for loss, activation, expected in (
        (CCE, BoundActivation(softmax), [[-1, 1]]),
        (BCE, BoundActivation(sigmoid), [[-0.5, 0.5]]),
    ):
        A = activation(Z)
        assert (activation.gradient(loss(Y, A, deriv=True), Z, A) == 0).all()
        np.testing.assert_array_equal(output_gradient(loss, activation, Y, A), expected)


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


# BY NAME


def test_loss_functions_by_name_or_function():
    assert loss_functions() == {loss.__name__: loss for loss in BY_NAME}
    assert loss_functions('CCE') is CCE
    assert loss_functions('CCE', 'sigmoid') is CCE
    assert loss_functions(test_closed_form_checks_the_shapes) is test_closed_form_checks_the_shapes
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
