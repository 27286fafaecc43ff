"""Labels, losses and outputs that go together: nothing that does right is refused.

Those that do not are in ``tests/wrong_uses/labels.py``.
"""

import numpy as np
import pytest
from networks import quiet

from epynn.commons.errors import LabelError, LayerError
from epynn.commons.loss import BCE, CCE, Huber, LabelSmoothing
from epynn.commons.maths import (
    elu,
    hard_sigmoid,
    hard_tanh,
    identity,
    lrelu,
    relu,
    sigmoid,
    softmax,
    softplus,
    softsign,
    tanh,
)
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN
from epynn.template.models import Template

X = np.random.default_rng(5).normal(size=(30, 3))
CLASSES = np.arange(30) % 3
ONE_HOT = np.eye(3)[CLASSES]
YES_NO = CLASSES % 2
AMOUNTS = X.sum(axis=1)


def scaled_tanh(x, deriv=False):
    return 500 * (1 - np.tanh(x) ** 2) if deriv else 500 * np.tanh(x)


def third(x, deriv=False):
    """Activation of the user whose outputs sum to 1, which the library cannot know."""
    return np.full_like(x, 0 if deriv else 1 / 3)


def own_error(Y, A, deriv=False):
    """Loss of the user: what it makes of its targets no one knows."""
    return 2 * (A - Y / 500) if deriv else np.sum((A - Y / 500) ** 2, axis=1)


@pytest.mark.parametrize(
    ('Y', 'layer', 'loss'),
    [
        (ONE_HOT, Dense(3, softmax), 'MSE'),
        (ONE_HOT, Dense(3, sigmoid), 'MSE'),
        (ONE_HOT, Dense(3, sigmoid), 'BCE'),
        (ONE_HOT, Dense(3, hard_sigmoid), LabelSmoothing(BCE)),
        (ONE_HOT, Dense(3, softmax), LabelSmoothing(CCE)),
        (ONE_HOT, Dense(3, identity), 'Hinge'),
        (0.8 * ONE_HOT + 0.2 / 3, Dense(3, softmax), 'CCE'),
        (CLASSES, Dense(3, softmax), 'ICCE'),
        (YES_NO, Dense(1, sigmoid), 'MSE'),
        (YES_NO, Dense(1, sigmoid), 'MAE'),
        (YES_NO == 1, Dense(1, sigmoid), 'BCE'),
        (YES_NO, Dense(1, tanh), 'MSLE'),
        (2 * YES_NO - 1, Dense(1, tanh), 'MSE'),
        (2 * YES_NO - 1, Dense(1, hard_tanh), Huber()),
        (2 * YES_NO - 1, Dense(1, softsign), 'MAE'),
        (2 * YES_NO - 1, Dense(1, elu), 'MSE'),
        (400 * YES_NO, Dense(1, relu), 'MSE'),
        (400 * YES_NO, Dense(1, softplus), 'MSLE'),
        (AMOUNTS, Dense(1, identity), 'MSE'),
        (AMOUNTS, Dense(1, lrelu), 'MSE'),
        (np.float32(YES_NO) * np.float32(1 + 2e-7), Dense(1, sigmoid), 'MSE'),  # of scaling
        (ONE_HOT, Dense(3, third), 'CCE'),
        (400 * YES_NO, Dense(1, scaled_tanh), 'MSE'),
        (400 * YES_NO, Dense(1, sigmoid), own_error),
        (10 * ONE_HOT, Residual([Dense(3, sigmoid)]), 'MSE'),
    ],
)
def test_what_does_right_is_not_refused(Y, layer, loss):
    quiet(EpyNN([Embedding(X, Y), layer]), loss=loss).train(1, verbose=0)


def test_outputs_that_sum_to_1_by_chance_are_seen_through():
    """Two sigmoids of 0 are 0.5 each, at initialize."""
    layer = Dense(2, sigmoid, initialization=lambda shape, rng: np.zeros(shape))
    with pytest.raises(LayerError, match='outputs that sum to 1, which CCE is made for'):
        quiet(EpyNN([Embedding(X, np.eye(2)[YES_NO]), layer]), loss='CCE')


HELD = X[:, np.newaxis].repeat(4, axis=1)  # four steps of three features


@pytest.mark.parametrize('layers', [
    (RNN(1),), (GRU(1),), (LSTM(1),), (RNN(1, relu),), (GRU(1, relu),), (LSTM(1, relu),),
    (Reshape((4, 3, 1)), Convolution(1, (4, 3), activate=relu), Flatten(), Reshape((1,))),
], ids=lambda layers: '-'.join(map(str, layers)))  # fmt: skip
def test_targets_within_reach_of_steps_and_of_what_is_moved(layers):
    below = layers[-1].output_range() if len(layers) == 1 else (0, np.inf)
    model = EpyNN([Embedding(HELD, YES_NO), *layers])
    quiet(model, loss='MSE').train(1, verbose=0)
    low, high = below
    for beyond in (low - 1, *([high + 1] if np.isfinite(high) else [])):
        model = EpyNN([Embedding(HELD, YES_NO * beyond), *layers])
        with pytest.raises(LabelError, match=r'targets .*, as (tanh|relu) of (RNN|GRU|LSTM|Conv)'):
            quiet(model, loss='MSE')


def test_reach_is_only_known_where_gates_are_from_0_to_1():
    assert GRU(1, tanh, activate_update=identity).output_range() is None
    assert LSTM(1, tanh, activate_output=tanh).output_range() is None
    assert LSTM(1, tanh, activate_output=hard_sigmoid).output_range() == (-1, 1)


def test_a_derived_layer_has_a_reach_of_its_own():
    class Far(RNN):
        def forward(self, A):
            self.fc['A'] = 500 * super().forward(A)
            return self.fc['A']

    quiet(EpyNN([Embedding(HELD, 400 * YES_NO), Far(1)]), loss='MSE')


def test_a_layer_that_tells_its_reach_need_not_have_an_activation():
    class Small(Template):
        def output_range(self):
            return -1e-3, 1e-3

    layers = [Embedding(X, YES_NO), Dense(1), Small()]
    with pytest.raises(LabelError, match=r'from -0\.001 to 0\.001, as Small gives no others'):
        quiet(EpyNN(layers), loss='MSE')
    with pytest.raises(LayerError, match=r'^Small\.activate: .*, got outputs from -0\.001'):
        quiet(EpyNN(layers), loss='BCE')


@pytest.mark.parametrize('activate', [sigmoid, relu, softplus, hard_sigmoid])
def test_hinge_needs_outputs_on_both_sides_of_0(activate):
    model = EpyNN([Embedding(X, YES_NO), Dense(1, activate)])
    with pytest.raises(LayerError, match=r'both sides of 0, .* Take identity; or'):
        quiet(model, loss='Hinge')


@pytest.mark.parametrize('activate', [tanh, identity, lrelu, scaled_tanh])
def test_hinge_behind_what_has_both_sides(activate):
    quiet(EpyNN([Embedding(X, YES_NO), Dense(1, activate)]), loss='Hinge')
