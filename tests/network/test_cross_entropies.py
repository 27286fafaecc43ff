"""Cross-entropies behind their outputs are exact and silent at logits of any size."""

import mpmath
import numpy as np
import pytest
from extremes import logits, truth
from networks import quiet

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.loss import BCE, CCE, ICCE, LabelSmoothing, output_loss
from epynn.commons.maths import sigmoid, softmax
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN

each_dtype = pytest.mark.parametrize('dtype', [np.float64, np.float32])


def output_network(X, Y, activate, loss, T=1.0):
    """Return a network whose logits are its samples."""
    model = EpyNN([Embedding(X, Y, (1, 0, 0)), Dense(3, activate)])
    quiet(model, loss=loss, dtype=X.dtype, se_hPars={'softmax_temperature': T})
    output = model.layers[-1]
    output.p = {'W': np.eye(3, dtype=X.dtype), 'b': np.zeros((1, 3), dtype=X.dtype)}
    return model


@each_dtype
@pytest.mark.parametrize(
    ('loss', 'activate', 'kind'), [('CCE', softmax, 'one-hot'), ('BCE', sigmoid, 'binary')]
)
@pytest.mark.parametrize('T', [1, 0.5, 5])
def test_networks_are_finite_and_silent_at_logits_of_any_size(loss, activate, kind, T, dtype):
    X = logits(dtype)
    Y = truth(len(X), kind)
    with np.errstate(all='raise', under='ignore'):
        model = output_network(X, Y, activate, loss, T)
        A = model.forward(X, training=True)
        model.embedding.trainable = True  # else nobody reads dX
        dX = model.backward(*loss_gradient(model, Y, A))
        values = model.evaluate()
    output = model.layers[-1]
    for array in (A, dX, model.training_loss(Y, A), *output.g.values(), output.bc['dZ']):
        assert np.isfinite(array).all()
        assert array.dtype == dtype
    assert np.isfinite(values[loss]['dtrain'])
    U = 3 if loss == 'BCE' else 1
    expected = (A - Y) / U / (T if loss == 'CCE' else 1)
    np.testing.assert_allclose(output.bc['dZ'], expected, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize('T', [1, 0.25, 7])
def test_the_gradient_of_softmax_and_cross_entropy_is_that_of_mpmath(T):
    X = logits(np.float64)
    Y = truth(len(X), 'one-hot')
    model = output_network(X, Y, softmax, 'CCE', T)
    A = model.forward(X, training=True)
    model.backward(*loss_gradient(model, Y, A))
    dZ = model.layers[-1].bc['dZ']
    with mpmath.workdps(50):
        for x, y, got in zip(X, Y, dZ, strict=True):
            z = [mpmath.mpf(v) / T for v in x]
            e = [mpmath.exp(v - max(z)) for v in z]
            exact = [(share / sum(e) - label) / T for share, label in zip(e, y, strict=True)]
            for ours, theirs, label in zip(got, exact, y, strict=True):
                assert abs(ours - theirs) <= 1e-12 / T
                if label == 0 and theirs > 1e-290:  # nothing cancels: exact to the last digits
                    assert abs(ours / theirs - 1) <= 1e-12


def test_the_gradient_of_sigmoid_and_cross_entropy_is_that_of_mpmath():
    X = logits(np.float64)
    Y = truth(len(X), 'binary')
    model = output_network(X, Y, sigmoid, 'BCE')
    model.backward(*loss_gradient(model, Y, model.forward(X, training=True)))
    dZ = model.layers[-1].bc['dZ']
    with mpmath.workdps(50):
        for index in np.ndindex(X.shape):
            exact = (1 / (1 + mpmath.exp(-mpmath.mpf(X[index]))) - Y[index]) / 3
            assert abs(dZ[index] - exact) <= 1e-12
            if Y[index] == 0 and exact > 1e-290:
                assert abs(dZ[index] / exact - 1) <= 1e-12


@pytest.mark.parametrize('loss', [CCE, BCE])
def test_cross_entropies_and_their_gradients_by_themselves_are_those_of_mpmath(loss):
    """Outputs from next to 0 up to next to 1, and truths between 0 and 1."""
    A = np.array([1e-307, 1e-200, 1e-16, 1e-8, 0.3, 0.5, 0.9, 1 - 1e-8, 1 - 2**-53])
    for share in (0.0, 0.25, 1.0):
        Y = np.full((len(A), 1), share)
        got, gradient = loss(Y, A[:, np.newaxis]), loss(Y, A[:, np.newaxis], deriv=True)[:, 0]
        with mpmath.workdps(400):
            for a, value, slope in zip(map(mpmath.mpf, A), got, gradient, strict=True):
                exact, exact_slope = -share * mpmath.log(a), -share / a
                if loss is BCE:
                    exact -= (1 - share) * mpmath.log(1 - a)
                    exact_slope += (1 - share) / (1 - a)
                assert abs(value - exact) <= 1e-12 * abs(exact) + 2**-53  # of the rounding in 1 - A
                assert abs(slope - exact_slope) <= 1e-12 * abs(exact_slope) + 1e-300


@each_dtype
@pytest.mark.parametrize('loss', [CCE, ICCE, BCE, LabelSmoothing(CCE), LabelSmoothing(BCE)])
def test_losses_from_the_logit_are_those_of_mpmath(loss, dtype):
    """Certain and right, certain and wrong, and between: as exact as the gradient."""
    z = np.array([0.0, 0.3, 17, 37, 90, 1000, 1e30])
    z = np.concatenate([-z, z]).astype(dtype)
    share = getattr(loss, 'share', 0) / 2
    binary = BCE in (loss, getattr(loss, 'loss', None))
    for y in (0, 1):
        Y, Z = np.full((len(z), 1), y), z[:, np.newaxis]
        if not binary:  # behind softmax, [0, z] is to column 1 what z is behind sigmoid
            Z = np.hstack([np.zeros_like(Z), Z])
            Y = Y if loss is ICCE else np.eye(2)[Y[:, 0]]
        got = output_loss(loss, BoundActivation(sigmoid if binary else softmax), Y, Z)
        assert got.dtype == dtype
        yes = y * (1 - 2 * share) + share
        for t, value in zip(map(mpmath.mpf, z.tolist()), got.tolist(), strict=True):
            with mpmath.workdps(60):
                exact = yes * mpmath.log1p(mpmath.exp(-t))
                exact += (1 - yes) * mpmath.log1p(mpmath.exp(t))
            eps, tiny = float(np.finfo(dtype).eps), float(np.finfo(dtype).tiny)
            assert abs(value - exact) <= 8 * eps * exact + tiny, (y, t)


@each_dtype
def test_the_loss_of_an_output_that_rounds_to_1_is_the_least_it_can_be(dtype):
    """From A alone: 17 in float32, 37 in float64 are past what it resolves below 1."""
    last = 1 - np.finfo(dtype).epsneg
    A = np.array([[last], [1.0]], dtype)
    bound = -np.log(np.finfo(dtype).epsneg)
    for Y, expected in ((0, [bound, bound]), (1, [-np.log(last), 0])):
        np.testing.assert_allclose(BCE(np.full((2, 1), Y), A), expected, rtol=1e-6)
        np.testing.assert_allclose(BCE(np.full((2, 1), 1 - Y), 1 - A)[0], expected[0], rtol=1e-6)
    logit = 17 if dtype is np.float32 else 37
    loss = BCE(np.zeros((1, 1)), sigmoid(np.full((1, 1), logit, dtype)))
    np.testing.assert_allclose(loss, logit, rtol=0.03)
    # close to 0 numbers lie dense: log A is exact
    near = BCE(np.ones((1, 1)), sigmoid(np.full((1, 1), -logit, dtype)))
    np.testing.assert_allclose(near, logit, rtol=1e-6)


@each_dtype
@pytest.mark.parametrize(('loss', 'activate'), [('BCE', sigmoid), ('CCE', softmax)])
def test_networks_report_the_loss_of_the_logit(loss, activate, dtype):
    """sigmoid(1000) is 1 in any data type, the loss of it being wrong is 1000."""
    X = np.array([[1000, -1000, -1000]], dtype)
    model = output_network(X, np.eye(3)[[1]], activate, loss)
    expected = 2000 / 3 if loss == 'BCE' else 2000
    assert model.evaluate()[loss]['dtrain'] == pytest.approx(expected, rel=1e-6)


def test_training_from_a_network_that_is_certain_and_wrong():
    """Every logit is off by 1e4: the general form would have gradients of 0 and learn nothing."""
    X, Y = 1e4 * np.eye(3), np.eye(3)[[1, 2, 0]]
    for loss, activate in (('CCE', softmax), ('BCE', sigmoid)):
        model = output_network(X, Y, activate, loss)
        model.se_hPars['learning_rate'] = 1e-3
        with np.errstate(all='raise', under='ignore'):
            model.train(5, verbose=0)
        assert model.metrics['accuracy'][0][-1] == 1
