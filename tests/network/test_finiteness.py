"""Numbers that are not finite stop training before the update, and say where."""

import contextlib
from functools import partial

import numpy as np
import pytest
from networks import make_classifier, make_regression, parameters, quiet, record

from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import TrainingError
from epynn.commons.maths import identity, relu, tanh
from epynn.commons.optimize import OPTIMIZERS, SGD, Adam, Momentum
from epynn.dense.models import Dense
from epynn.residual.models import Residual
from epynn.template.models import Template


def state(model):
    return [record([layer.p, layer.s, layer.moments, layer.np_rng]) for layer in model.layers]


def spoil(layer, method, value, at):
    """Make a layer compute one number that is not finite, at call `at` of a method in training."""
    right, calls = getattr(layer, method), [0]

    def wrong(*arguments):
        result = right(*arguments)
        calls[0] += layer.training
        if calls[0] == at and layer.training:
            target = layer.g['dW'] if method == 'compute_gradients' else result
            target.flat[-1] = value
        return result

    setattr(layer, method, wrong)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('dtype', ['float32', 'float64'])
@pytest.mark.parametrize(
    ('method', 'words'),
    [('compute_gradients', 'finite gradients'), ('forward', 'finite outputs')],
)
def test_training_stops_before_the_update(value, dtype, method, words):
    model, twin = (
        quiet(
            make_classifier(BatchNorm(), Dense(5, tanh), batch_size=4, relative_size=(1, 0, 0)),
            dtype=dtype,
            optimizer='Adam',
        )
        for _ in range(2)
    )
    spoil(model.layers[2], method, value, at=9)  # of 6 batches: the third of epoch 1
    with pytest.raises(TrainingError) as raised:
        model.train(3, verbose=0)
    message = str(raised.value)
    symbol = 'dW' if method == 'compute_gradients' else 'A'
    assert message.startswith(
        f'Dense, layer 2: expected {words} in epoch 1, batch 3 of 6, got {value} in {symbol}. '
    )
    assert 'smaller learning_rate' in message
    assert 'clip_norm' in message
    assert model.epochs == 1
    assert model.progress == (1, 2)

    # The same steps, one after the other
    spoil(twin.layers[2], 'compute_gradients', np.nan, at=9)
    with pytest.raises(TrainingError):
        twin.train(3, verbose=0)
    assert state(model) == state(twin)
    assert all(np.isfinite(p).all() for layer in parameters(model) for p in layer.values())

    model.train(2, verbose=0)  # once only: training goes on with that batch
    whole = quiet(
        make_classifier(BatchNorm(), Dense(5, tanh), batch_size=4, relative_size=(1, 0, 0)),
        dtype=dtype,
        optimizer='Adam',
    )
    whole.train(3, verbose=0)
    assert state(model) == state(whole)
    assert model.metrics == whole.metrics


@pytest.mark.parametrize('rate', [1e3, 1e100, 1e300, 1.7e308])
@pytest.mark.parametrize('optimizer', ['SGD', Momentum(), 'Adam', 'RMSprop', Adam(epsilon=0)])
@pytest.mark.parametrize('dtype', ['float32', 'float64'])
def test_a_rate_that_is_far_too_large(rate, optimizer, dtype):
    """Whatever grows beyond all bounds, the parameters that are left are finite."""
    model = quiet(
        make_regression(Dense(5, relu), Dense(5, identity), batch_size=5),
        loss='MSE', dtype=dtype, optimizer=optimizer, se_hPars={'learning_rate': rate},
    )  # fmt: skip
    with np.errstate(all='ignore'), contextlib.suppress(TrainingError):
        model.train(30, verbose=0)
    for layer in model.layers:
        for name, p in layer.p.items():
            assert np.isfinite(p).all(), name


def test_a_loss_that_is_not_finite_with_a_gradient_that_is():
    def loss(Y, A, deriv=False):
        if deriv:
            return np.ones_like(A)
        return np.log(np.zeros(len(A)))

    model = make_regression()
    model.initialize(loss=loss, seed=1, verbose=False)
    before = state(model)
    with pytest.raises(TrainingError, match=r'expected a finite loss in epoch 0, batch 1 of 1, '):
        model.train(1, verbose=0)
    assert state(model)[1:] == before[1:]


def test_gradients_clipped_by_value_hide_nothing():
    model = quiet(make_classifier(Dense(5, tanh)), optimizer=Momentum(clip_value=1.0))
    spoil(model.layers[1], 'compute_gradients', np.inf, at=1)
    with pytest.raises(TrainingError, match='got inf in dW'):
        model.train(1, verbose=0)


def test_large_numbers_that_are_finite_are_none_of_that():
    model = quiet(make_regression(), loss='MAE', se_hPars={'learning_rate': 0.0})
    spoil(model.layers[1], 'compute_gradients', 1e300, at=1)
    model.train(1, verbose=0)


def test_layers_that_do_not_learn_do_not_stop_anything():
    model = quiet(make_classifier(Dense(5, tanh), Template()))
    model.layers[1].trainable = False
    model.layers[1].g['dW'] = np.full((4, 5), np.nan)
    model.train(2, verbose=0)


class Signs(SGD):
    """An optimizer of the user, whose steps are finite whatever the gradient is."""

    def step(self, p, g, lr, moments):
        return p - lr * np.sign(np.nan_to_num(g))


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    'optimizer',
    [*(make() for make in OPTIMIZERS.values()), Adam(amsgrad=True), SGD(weight_decay=0.1),
     SGD(clip_norm=1), SGD(clip_value=1), Signs()],
    ids=repr,
)  # fmt: skip
def test_gradients_are_named_with_every_optimizer(optimizer, value):
    model = quiet(make_classifier(Dense(5, tanh), batch_size=4), optimizer=optimizer)
    before = state(model)[1:]
    spoil(model.layers[1], 'compute_gradients', value, at=1)
    with pytest.raises(TrainingError, match=r'^Dense, layer 1: expected finite gradients .* in dW'):
        model.train(1, verbose=0)
    assert state(model)[1:] == before


def test_a_layer_with_an_update_of_its_own_is_checked_before_it():
    class Own(Dense):
        def update_parameters(self):
            self.p = {name: p - 0.1 * np.sign(self.g[f'd{name}']) for name, p in self.p.items()}

    changed = Dense(5, tanh)
    changed.update_parameters = partial(Own.update_parameters, changed)
    for layer in Own(5, tanh), changed:
        model = quiet(make_classifier(layer, batch_size=4))
        spoil(layer, 'compute_gradients', np.inf, at=1)
        with pytest.raises(TrainingError, match='finite gradients'):
            model.train(1, verbose=0)


@pytest.mark.parametrize(('dtype', 'large'), [('float32', 1e22), ('float64', 1e170)])
@pytest.mark.parametrize('optimizer', ['RMSprop', 'Adagrad', 'Adam', 'AdamW', Adam(amsgrad=True)])
def test_squares_of_gradients_that_overflow_are_refused(optimizer, dtype, large):
    """The gradients are finite, and so are the parameters: they would never move again."""
    model = quiet(make_classifier(Dense(5, tanh)), optimizer=optimizer, dtype=dtype)
    model.train(1, verbose=0)
    before = state(model)[1:]
    spoil(model.layers[1], 'compute_gradients', large, at=1)
    with pytest.raises(
        TrainingError,
        match=r'^Dense, layer 1: expected finite moments of the opt.*, got inf in \w of W',
    ):
        model.train(1, verbose=0)
    assert state(model)[1:] == before


@pytest.mark.parametrize(('dtype', 'large'), [('float32', 1e22), ('float64', 1e170)])
def test_a_norm_that_overflows_is_clipped(dtype, large):
    model = quiet(make_classifier(Dense(5, tanh)), optimizer=SGD(clip_norm=1), dtype=dtype)
    W = model.layers[1].p['W']
    spoil(model.layers[1], 'compute_gradients', large, at=1)
    model.train(1, verbose=0)
    assert np.abs(model.layers[1].p['W'] - W).max() == pytest.approx(0.1, rel=1e-5)


class InPlace(SGD):
    """An optimizer of the user, that writes into the arrays it is given."""

    def step(self, p, g, lr, moments):
        v = moments.setdefault('v', np.zeros_like(p))
        v += g
        p -= lr * v
        return p


class OwnUpdate(Dense):
    def update_parameters(self):
        for name in self.p:
            self.p[name] -= 0.1 * self.g[f'd{name}']


@pytest.mark.parametrize('reason', ['refused', 'interrupted'])
@pytest.mark.parametrize(
    ('layer', 'optimizer'),
    [(Dense, InPlace()), (OwnUpdate, SGD()), (lambda *a: Residual([OwnUpdate(4, tanh)]), SGD())],
)
def test_updates_in_place_are_undone_too(layer, optimizer, reason):
    def stop(*_):
        raise KeyboardInterrupt

    model = quiet(make_classifier(layer(5, tanh)), optimizer=optimizer)
    model.train(1, verbose=0)
    before = state(model)[1:]
    if reason == 'interrupted':
        model.layers[2].update_parameters = stop  # after the first layer has moved
    else:
        spoil(model.layers[2], 'compute_gradients', np.inf, at=1)
    with pytest.raises((KeyboardInterrupt, TrainingError)):
        model.train(1, verbose=0)
    assert state(model)[1:] == before


class OneNumber(SGD):
    """An optimizer of the user, that remembers a number for each parameter."""

    def step(self, p, g, lr, moments):
        moments['s'] = self.kind(moments.get('s', 0) + np.sum(g * g))
        return p - lr * g / (np.sqrt(moments['s']) + 1e-8)


@pytest.mark.parametrize('kind', [float, np.float32, np.float64])
def test_a_number_that_the_optimizer_remembers_is_looked_at_too(kind):
    optimizer = OneNumber()
    optimizer.kind = kind
    model = quiet(make_classifier(), optimizer=optimizer, dtype='float32')
    spoil(model.layers[1], 'compute_gradients', 1e30, at=1)
    with pytest.raises(TrainingError, match=r'moments of the optimizer .*inf in s of W'):
        model.train(1, verbose=0)


def test_the_remedy_keeps_the_optimizer():
    model = quiet(make_classifier(), optimizer='Adam')
    spoil(model.layers[1], 'compute_gradients', np.inf, at=1)
    with pytest.raises(TrainingError, match=r'optimizer=Adam\(clip_norm=1\)'):
        model.train(1, verbose=0)
