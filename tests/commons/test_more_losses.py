"""Huber, hinge, integer labels and label smoothing: against torch, scikit-learn and formulas."""

import numpy as np
import pytest

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError, ArgumentTypeError, LabelError, ShapeError
from epynn.commons.loss import (
    BCE,
    CCE,
    ICCE,
    MSE,
    Hinge,
    Huber,
    LabelSmoothing,
    loss_functions,
    output_gradient,
    takes_labels,
    takes_shares,
)
from epynn.commons.maths import sigmoid, softmax


@pytest.fixture
def outputs(rng):
    """Logits, outputs of a softmax, and labels (m, 1)."""
    Z = rng.normal(size=(7, 4)) * 2
    return Z, softmax(Z), rng.integers(0, 4, size=(7, 1))


@pytest.mark.parametrize('delta', [0.3, 1.0, 2.5])
def test_huber_is_that_of_torch(delta, rng):
    torch = pytest.importorskip('torch')
    Y, A = rng.normal(size=(6, 3)) * 2, rng.normal(size=(6, 3))
    a = torch.from_numpy(A).requires_grad_()
    value = torch.nn.functional.huber_loss(
        a, torch.from_numpy(Y), delta=delta, reduction='none'
    ).mean(dim=1)
    value.sum().backward()
    np.testing.assert_allclose(Huber(delta)(Y, A), value.detach(), rtol=1e-13)
    np.testing.assert_allclose(Huber(delta)(Y, A, deriv=True), a.grad, rtol=1e-13)


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


def test_hinge_is_that_of_scikit_learn_and_torch(rng):
    sklearn = pytest.importorskip('sklearn.metrics')
    torch = pytest.importorskip('torch')
    Y, A = rng.integers(0, 2, size=(20, 1)), rng.normal(size=(20, 1)) * 2
    assert Hinge(Y, A).mean() == pytest.approx(sklearn.hinge_loss(Y[:, 0], A[:, 0]), rel=1e-14)
    a = torch.from_numpy(A).requires_grad_()
    torch.clamp(1 - a * torch.from_numpy(2 * Y - 1), min=0).sum().backward()
    np.testing.assert_array_equal(Hinge(Y, A, deriv=True), a.grad)


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


@pytest.mark.parametrize('share', [0.0, 0.1, 1.0])
@pytest.mark.parametrize('T', [1.0, 2.5])
def test_integer_labels_behind_softmax_are_those_of_torch(share, T, outputs):
    torch = pytest.importorskip('torch')
    Z, _, y = outputs
    loss = LabelSmoothing(ICCE, share) if share else ICCE
    activation = BoundActivation(softmax, {'softmax_temperature': T})
    z = torch.from_numpy(Z).requires_grad_()
    value = torch.nn.functional.cross_entropy(
        z / T, torch.from_numpy(y[:, 0]), label_smoothing=share, reduction='none'
    )
    value.sum().backward()
    A = activation(Z)
    np.testing.assert_allclose(loss(y, A), value.detach(), rtol=1e-13)
    np.testing.assert_allclose(output_gradient(loss, activation, y, A), z.grad, atol=1e-14)


@pytest.mark.parametrize(
    ('y', 'got'), [([0, 4], '4'), ([-1, 0], '-1'), ([0.5, 1], '0.5'), ([0, np.nan], 'nan')]
)
def test_labels_must_be_numbers_of_columns(y, got):
    sample = 0 if str(y[0]) == got else 1
    message = f'Y, sample {sample}: expected a whole number from 0 to 3, got {got}'
    with pytest.raises(LabelError, match=message):
        ICCE(np.array(y)[:, np.newaxis], np.full((2, 4), 0.25))


def test_labels_must_be_one_a_sample():
    message = r'labels Y \(m, 1\) and outputs A \(m, U\), got Y \(2, 4\) and A \(2, 4\)\. .*CCE'
    for loss in (ICCE, LabelSmoothing(ICCE)):
        with pytest.raises(ShapeError, match=message):
            loss(np.eye(4)[:2], np.full((2, 4), 0.25))


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


@pytest.mark.parametrize(
    ('loss', 'f'), [(LabelSmoothing(CCE, 0.2), softmax), (LabelSmoothing(BCE, 0.2), sigmoid)]
)
def test_closed_form_of_smoothed_losses(loss, f, rng):
    activation, Z = BoundActivation(f), rng.normal(size=(6, 4))
    Y, A = np.eye(4)[rng.integers(0, 4, 6)], activation(Z)
    general = activation.gradient(loss(Y, A, deriv=True), Z, A)
    np.testing.assert_allclose(output_gradient(loss, activation, Y, A), general, atol=1e-14)
    assert output_gradient(loss, BoundActivation(np.tanh), Y, A) is None


def test_smoothing_is_checked():
    with pytest.raises(ArgumentError, match=r'LabelSmoothing\.loss: expected CCE, ICCE or BCE'):
        LabelSmoothing(MSE)
    with pytest.raises(ArgumentError, match=r'LabelSmoothing\.share: .* from 0 to 1, got 1\.5'):
        LabelSmoothing(CCE, 1.5)


# NAMES


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


def test_what_losses_take_for_truth():
    assert [takes_labels(f) for f in (ICCE, LabelSmoothing(ICCE), CCE, MSE)] == [1, 1, 0, 0]
    smooth = [LabelSmoothing(loss) for loss in (BCE, CCE, ICCE)]
    assert [takes_shares(f) for f in (BCE, CCE, Hinge, *smooth)] == [1, 1, 1, 1, 1, 0]
    assert not takes_shares(MSE)
    assert not takes_shares(Huber())
