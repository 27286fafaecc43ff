"""scikit-learn's own tests, read from the installed package: its expected values, by ours.

The functions that a test takes from scikit-learn stand for ours while it runs. Each case that is
not ours has its reason.
"""

import importlib
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest

import epynn

pytest.importorskip('sklearn')
with mock.patch.object(pytest.mark, '_config', None):  # it has marks of its own
    optimizers = pytest.importorskip('sklearn.neural_network.tests.test_stochastic_optimizers')
    losses = pytest.importorskip('sklearn.neural_network.tests.test_base')
    classification = pytest.importorskip('sklearn.metrics.tests.test_classification')

pytestmark = pytest.mark.filterwarnings('ignore')  # those of its tests are its own


def steps_of(kind, names, velocity):
    """Return a class as scikit-learn has it, which takes the steps of ours."""

    class Optimizer:
        def __init__(self, params, rate, *values, **options):
            self.params, self.rate, self.t = params, rate, 0
            given = {**dict(zip(names, values, strict=False)), **options}
            make = kind
            if kind is epynn.Momentum:
                make = epynn.Nesterov if given.pop('nesterov') else kind
            # A beta of 1, which rounding makes of the last there: no step, and here it is refused
            self.ours = None if given.get('beta2', 0) >= 1 else make(**given)
            self.remembered = {}

        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name in velocity:
                self.remembered[velocity[name]] = value

        def update_params(self, params, grads):
            pairs = zip(params, grads, strict=True) if self.ours else ()
            for k, (p, g) in enumerate(pairs):
                moments = {symbol: values[k] for symbol, values in self.remembered.items()}
                if 'v' in moments and kind is epynn.Momentum:
                    moments['v'] = moments['v'] / -self.rate  # there it is multiplied by the rate
                if kind is epynn.Adam:  # there epsilon is added before the correction
                    self.ours.epsilon = 1e-8 / np.sqrt(1 - self.ours.beta2 ** (self.t + 1))
                layer = SimpleNamespace(
                    name='layer', p={'p': p}, g={'dp': g}, moments={'p': {'t': self.t, **moments}},
                    lrate=[self.rate], e=0, trainable=True,
                )  # fmt: skip
                self.ours.update(layer)
                p[...] = layer.p['p']

    return Optimizer


SGD = steps_of(epynn.Momentum, (), {'velocities': 'v'})
Adam = steps_of(epynn.Adam, ('beta1', 'beta2', 'epsilon'), {'ms': 'm', 'vs': 'v'})


@pytest.mark.parametrize(
    'name', ['no_momentum', 'momentum', 'nesterovs_momentum'], ids=lambda name: f'sgd-{name}'
)
def test_steps_of_gradient_descent(name):
    near = mock.patch.object(optimizers, 'assert_array_equal', np.testing.assert_allclose)
    with near, mock.patch.object(optimizers, 'SGDOptimizer', SGD):
        getattr(optimizers, f'test_sgd_optimizer_{name}')()


def test_steps_of_adam():
    near = mock.patch.object(optimizers, 'assert_array_equal', np.testing.assert_allclose)
    with near, mock.patch.object(optimizers, 'AdamOptimizer', Adam):
        optimizers.test_adam_optimizer()


def columns(y):
    return np.asarray(y).reshape(len(y), -1)


def macro(function):
    """Return a metric as scikit-learn has it; ours is that of class 1, or the mean over classes."""

    def metric(y_true, y_pred, average='binary', **options):
        if options or average not in ('binary', 'macro'):
            pytest.skip('an option or mean that is not here')
        return function(columns(y_true), columns(y_pred))

    return metric


@pytest.mark.parametrize('name', ['precision', 'recall', 'f1'])
def test_metrics_of_two_and_of_more_classes(name):
    """The predictions are those of scikit-learn's tests, its numbers what it computes of them."""
    ours = {'precision': epynn.precision, 'recall': epynn.recall, 'f1': epynn.fscore}[name]
    theirs = getattr(classification, f'{name}_score')
    for binary in (True, False):
        y_true, y_pred, _ = classification.make_prediction(binary=binary)
        average = 'binary' if binary else 'macro'
        expected = theirs(y_true, y_pred, average=average)
        assert macro(ours)(y_true, y_pred, average) == pytest.approx(expected, rel=1e-12)


def test_the_confusion_matrix_of_its_tests():
    y_true, y_pred, _ = classification.make_prediction(binary=False)
    expected = importlib.import_module('sklearn.metrics').confusion_matrix(y_true, y_pred)
    np.testing.assert_array_equal(
        epynn.confusion_matrix(columns(y_true), columns(y_pred)), expected
    )


def test_log_losses_of_certain_answers_are_finite():
    def binary_log_loss(Y, A):
        return epynn.BCE(Y, A).mean()

    with mock.patch.object(losses, 'binary_log_loss', binary_log_loss):
        losses.test_binary_log_loss_1_prob_finite()
    (marks,) = losses.test_log_loss_1_prob_finite.pytestmark
    for Y, A in marks.args[1]:
        loss = epynn.CCE if Y.shape[1] > 1 else epynn.BCE
        assert np.isfinite(loss(Y.astype(float), A)).all()


NOT_MAPPED = {
    'test_poisson_loss': 'no such loss is here',
    'test_sgd_optimizer_trigger_stopping': 'rates are lowered by a schedule, ReduceOnPlateau',
    'test_base_optimizer': 'it checks a base class',
}
"""Cases of the optimizers and losses that are not ours, and why."""


def test_every_case_of_optimizers_and_losses_is_ours_or_has_its_reason():
    names = {name for module in (optimizers, losses) for name in vars(module)}
    steps = 'no_momentum', 'momentum', 'nesterovs_momentum'
    sgd = {f'test_sgd_optimizer_{name}' for name in steps}
    logs = {f'test_{name}_1_prob_finite' for name in ('binary_log_loss', 'log_loss')}
    ours = {*sgd, *logs, 'test_adam_optimizer'}
    assert {name for name in names if name.startswith('test_')} == ours | NOT_MAPPED.keys()
