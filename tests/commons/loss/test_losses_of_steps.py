"""Losses of steps, (m, s, U): those of the rows, and against PyTorch with an ignore_index."""

import numpy as np
import pytest

from epynn import Dense, softmax
from epynn.commons.errors import LabelError, ShapeError
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
    output_gradient,
    output_loss,
)
from epynn.commons.maths import sigmoid

rng = np.random.default_rng(0)
Z = rng.standard_normal((3, 4, 5))
A = softmax(Z)
labels = rng.integers(0, 5, (3, 4))
Y = np.eye(5)[labels]
LOSSES = [MSE, MAE, MSLE, Huber(0.5), BCE, CCE, Hinge, LabelSmoothing(CCE), LabelSmoothing(BCE)]


@pytest.mark.parametrize('loss', LOSSES, ids=lambda loss: loss.__name__)
def test_a_loss_of_steps_is_that_of_each(loss):
    rows = Y.reshape(-1, 5), A.reshape(-1, 5)
    np.testing.assert_array_equal(loss(Y, A), loss(*rows).reshape(3, 4))
    np.testing.assert_array_equal(loss(Y, A, deriv=True).reshape(-1, 5), loss(*rows, deriv=True))


@pytest.mark.parametrize('loss', [ICCE, LabelSmoothing(ICCE)], ids=['ICCE', 'smooth'])
def test_labels_of_steps_may_lack_the_last_axis(loss):
    of_columns = CCE if loss is ICCE else LabelSmoothing(CCE)
    for given in (labels, labels[..., np.newaxis]):
        np.testing.assert_array_equal(loss(given, A), of_columns(Y, A))
        np.testing.assert_array_equal(loss(given, A, deriv=True), of_columns(Y, A, deriv=True))


@pytest.mark.parametrize(('loss', 'f', 'truth'), [
    (CCE, softmax, Y), (ICCE, softmax, labels), (BCE, sigmoid, Y),
])  # fmt: skip
def test_closed_forms_of_steps(loss, f, truth):
    activation = Dense(5, f).activate
    out = activation(Z)
    np.testing.assert_allclose(
        output_loss(loss, activation, truth, Z), loss(truth, out), rtol=1e-12
    )
    np.testing.assert_allclose(
        output_gradient(loss, activation, truth, out),
        activation.gradient(loss(truth, out, deriv=True), Z, out), rtol=1e-10, atol=1e-15,
    )  # fmt: skip


def test_cross_entropy_of_real_steps_is_that_of_torch_with_an_ignore_index():
    torch = pytest.importorskip('torch')
    mask = np.arange(4) < np.array([[4], [1], [3]])
    ignored = np.where(mask, labels, -100)
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(Z).movedim(-1, 1), torch.tensor(ignored), ignore_index=-100
    )
    ours = output_loss(ICCE, Dense(5, softmax).activate, labels, Z)[mask].mean()
    assert abs(ours - theirs.item()) < 1e-14


def test_a_wrong_label_is_named_with_its_step():
    wrong = labels.copy()
    wrong[1, 2] = 7
    with pytest.raises(LabelError, match=r'^Y, sample 1, step 2: expected a whole number from 0 t'):
        ICCE(wrong, A)
    with pytest.raises(ShapeError, match=r'labels Y \(m, 1\) and outputs A'):
        ICCE(labels[:, :3], A)
    with pytest.raises(ShapeError, match='with 2 axes'):
        MSE(Y[np.newaxis], A[np.newaxis])
