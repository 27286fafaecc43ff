"""Functions of one's own are plain functions: activation, initializer, loss, metric, schedule."""

from functools import partial

import numpy as np
import pytest
from networks import make_classifier, make_regression, quiet

from epynn.activation.models import Activation
from epynn.commons.errors import ArgumentError
from epynn.commons.loss import Huber
from epynn.commons.maths import elu, lrelu, softmax
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.lstm.models import LSTM


def bent(x, deriv=False):
    return (1 + x * x) ** -1.5 if deriv else x / np.sqrt(1 + x * x)


def small(shape, rng):
    return rng.uniform(-0.2, 0.2, shape)


def log_cosh(Y, A, deriv=False):
    return np.tanh(A - Y) / A.shape[1] if deriv else np.log(np.cosh(A - Y)).mean(axis=1)


def largest_error(Y, A):
    return np.abs(Y - A).max()


def halving(hPars):
    return [hPars['learning_rate'] * 0.5**x for x in range(hPars['epochs'])]


def make():
    model = make_regression(Dense(4, bent, small))
    settings = {'learning_rate': 0.2, 'schedule': halving}
    return quiet(model, loss=log_cosh, metrics=[largest_error], se_hPars=settings, reduction='mean')


def test_they_train():
    model = make()
    model.train(4, verbose=0)
    assert list(model.metrics) == ['largest_error', 'log_cosh']
    assert model.layers[1].lrate == [0.2, 0.1, 0.05, 0.025]
    assert abs(model.layers[1].p['W']).max() < 0.4  # drawn within 0.2
    losses = model.metrics['log_cosh'][0]
    assert losses[-1] < losses[0]
    dtrain = model.embedding.dtrain
    assert losses[-1] == pytest.approx(log_cosh(dtrain.Y, dtrain.A).mean())


def test_a_metric_of_labels_is_told_what_it_gets():
    """As those of scikit-learn, whose own words do not say what they were given."""

    def agreement(labels, decisions):
        if labels.ndim > 1:
            raise ValueError("can't handle a mix of targets")
        return np.mean(labels == decisions)

    message = (
        r'^metrics agreement: expected a function of targets Y \(16, 3\) and outputs A \(16, 3\), '
        r"got ValueError: can't handle a mix of targets\. .*: "
        r'def f\(Y, A\): return agreement\(Y\.argmax\(axis=1\), A\.argmax\(axis=1\)\)\.$'
    )
    with pytest.raises(ArgumentError, match=message) as raised:
        quiet(make_classifier(), metrics=[agreement])
    assert isinstance(raised.value.__cause__, ValueError)

    def f(Y, A):
        return agreement(Y.argmax(axis=1), A.argmax(axis=1))

    model = quiet(make_classifier(), metrics=['accuracy', f])
    values = model.evaluate()
    assert values['f'] == values['accuracy']


def test_a_metric_of_the_name_of_a_bundled_one_is_called_as_it_is():
    def accuracy(Y, A):
        return 0.5

    model = quiet(make_classifier(), metrics=[accuracy])
    assert model.evaluate()['accuracy']['dtrain'] == 0.5


@pytest.mark.parametrize(
    'metrics',
    [
        [lambda Y, A: 0.0, lambda Y, A: 1.0],
        [partial(largest_error)],
        [Huber(0.1), Huber(0.2)],
        ['Huber', Huber(0.2)],
    ],
)
def test_two_functions_of_one_name_or_of_none(metrics):
    message = r'initialize\(metrics, loss\): expected functions, each with a name of its own'
    with pytest.raises(ArgumentError, match=message):
        quiet(make_regression(), loss='MSE', metrics=metrics)


def test_a_loss_without_a_name():
    with pytest.raises(ArgumentError, match='each with a name of its own'):
        quiet(make_regression(), loss=partial(log_cosh))


def test_the_same_function_twice_is_one_column():
    model = quiet(make_regression(), loss='MSE', metrics=['MSE', 'MAE', 'MAE', 'R2'])
    assert list(model.metrics) == ['MAE', 'R2', 'MSE']


@pytest.mark.parametrize(
    'make',
    [lambda f: Dense(3, f), Activation, lambda f: LSTM(2, activate_input=f),
     lambda f: Convolution(2, activate=f)],
)  # fmt: skip
def test_a_wrapped_softmax_is_refused_with_the_remedy(make):
    """Its slopes are the diagonal of a Jacobian: the network would learn something else."""
    wrapped = [
        (partial(softmax, T=3.0), r"se_hPars=\{'softmax_temperature': 3\.0\}"),
        (lambda x, deriv=False: softmax(x, deriv), r'Pass softmax itself'),
        (lambda x, deriv=False: x / np.abs(x).sum(axis=-1, keepdims=True), r'a layer of your own'),
        (lambda x, deriv=False: x - x.mean(axis=0), r'a layer of your own'),
    ]
    for function, remedy in wrapped:
        with pytest.raises(ArgumentError, match=remedy):
            make(function)


def test_other_wrapped_functions_are_welcome(rng):
    def noisy(x, deriv=False):
        return x + rng.normal(size=x.shape)

    def five_columns(x, deriv=False):
        return np.tanh(x) + np.zeros(5)

    for function in (
        partial(lrelu, alpha=0.1), partial(elu, alpha=2.0), lambda x, deriv=False: np.tanh(x),
        noisy, five_columns, lambda x, deriv=False: np.log(x),
    ):  # fmt: skip
        Dense(5, function)


def test_one_that_acts_on_others_only_sometimes_or_in_few_shapes():
    def only_the_largest(x, deriv=False):
        largest = x == x.max(axis=-1, keepdims=True)
        return 1.0 * largest if deriv else x * largest

    def weighted(x, deriv=False):
        return softmax(x * np.array([1.0, 2.0, 1.0, 0.5, 3.0]), deriv)  # five columns alone

    with pytest.raises(ArgumentError, match='a layer of your own'):
        Dense(3, only_the_largest)
    with pytest.raises(ArgumentError, match=r'Dense.activate, layer 1: .*Pass softmax itself'):
        quiet(make_classifier(Dense(5, weighted)))
