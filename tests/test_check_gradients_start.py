"""The public gradient check where parameters start at 0 or 1, and mistakes of other kinds."""

import numpy as np
import pytest
from networks import make_classifier, quiet
from test_check_gradients import broken

from epynn import BatchNorm, Dense, GroupNorm, Layer, LayerNorm, check_gradients
from epynn.commons.maths import tanh

X = np.random.default_rng(0).standard_normal((6, 4))


def scale_shapes(layer, A):
    layer.d['m'], layer.d['n'] = A.shape
    layer.fs['W'] = (layer.d['n'],)


def scale_draw(layer):
    layer.p['W'] = np.ones(layer.fs['W'])


def scale_forward(layer, A):
    X = layer.receive_input(A)
    layer.fc['A'] = X * layer.p['W']
    return layer.fc['A']


def scale_backward(layer, dX):
    dA = layer.bc['dA'] = layer.receive_gradient(dX)
    return dA * layer.p['W']


def scale_gradients(layer):
    layer.g['dW'] = (layer.bc['dA'] * layer.fc['X']).sum(axis=0)


class Scale(Layer):
    """The layer of the guide: a weight a feature, 1 at first."""

    compute_shapes = scale_shapes
    initialize_parameters = scale_draw
    forward = scale_forward
    backward = scale_backward
    compute_gradients = scale_gradients


def wrong_scale(**pieces):
    return type('Scale', (Scale,), pieces)()


def pass_on(layer, dX):
    return layer.receive_gradient(dX)


def in_place(layer, dX):
    dX = layer.receive_gradient(dX)
    dX *= layer.p['W']
    return dX


def nothing(layer, dX):
    layer.receive_gradient(dX)


def single(layer, dX):
    return scale_backward(layer, dX).astype(np.float32)


def constant(layer, dX):
    return scale_backward(layer, dX) + 0.25


def tiny_constant(layer, dX):
    return scale_backward(layer, dX) + 1e-6


def not_summed(layer):
    layer.g['dW'] = layer.bc['dA'] * layer.fc['X']


def piled_up(layer):
    scale_gradients(layer)
    layer.g['dW'] += layer.o.get('before', 0)
    layer.o['before'] = layer.g['dW']


def forward_in_place(layer, A):
    A = layer.receive_input(A)
    A *= layer.p['W']
    layer.fc['A'] = A
    return A


WRONG = {
    'right for the parameters as they are, wrong once they move': {'backward': pass_on},
    'dX: backward returned None': {'backward': nothing},
    'dX: its data type is float32 where all else is float64': {'backward': single},
    'dX: it is off by 0.25 everywhere: a constant is added': {'backward': constant},
    'dX: it is off by 1e-06 everywhere: a constant is added': {'backward': tiny_constant},
    'that of the parameter (4,): it is not summed over the samples': {
        'compute_gradients': not_summed
    },
    'Scale.backward writes into the gradient that it is given': {'backward': in_place},
    'Scale.forward writes into the input that it is given': {'forward': forward_in_place},
    'dW: ': {'compute_gradients': piled_up},
}


def test_the_layer_of_the_guide_is_right():
    assert check_gradients(Scale(), X)
    assert not check_gradients(Scale(), X).remarks


@pytest.mark.parametrize('words', WRONG)
def test_a_wrong_layer_is_wrong_although_its_parameters_start_at_one(words):
    result = check_gradients(wrong_scale(**WRONG[words]), X)
    assert not result
    assert 'WRONG' in str(result)
    assert words in str(result)
    assert 'the ratio is 1 ' not in str(result)


@pytest.mark.parametrize('words', [words for words in WRONG if 'returned None' not in words])
def test_so_is_a_network_of_it(words):
    model = quiet(make_classifier(Dense(4, tanh), wrong_scale(**WRONG[words])))
    batch = model.embedding.batch_dtrain[0]
    assert not check_gradients(model, batch.X, batch.Y)


@pytest.mark.parametrize('norm', [BatchNorm(), LayerNorm(), GroupNorm(2)], ids=lambda it: it.name)
@pytest.mark.parametrize('training', [True, False])
def test_a_normalization_that_forgets_gamma_is_wrong(norm, training):
    def forget(layer, dX):
        gamma, layer.p['gamma'] = layer.p['gamma'], np.ones(4)
        dX = type(norm).backward(layer, dX)
        layer.p['gamma'] = gamma
        return dX

    wrong = type(norm.name, (type(norm),), {'backward': forget})(**norm.arguments)
    assert check_gradients(norm, X, training=training)
    result = check_gradients(wrong, X, training=training)
    assert [check.tensor for check in result.checks if not check.passed] == ['dX']


def test_running_statistics_that_start_at_one_hide_nothing_outside_training():
    def forget(layer, dX):
        return layer.receive_gradient(dX) * layer.p['gamma']

    wrong = broken(lambda layer, dX: dX * layer.fc['sd'], BatchNorm, 'backward')
    assert not check_gradients(wrong(epsilon=1e-12), X, training=False)


def test_parameters_that_must_keep_their_sign_keep_it():
    def root(layer, A):
        layer.fc['A'] = layer.receive_input(A) * np.sqrt(layer.p['W'])
        return layer.fc['A']

    def root_backward(layer, dX):
        return layer.receive_gradient(dX) * np.sqrt(layer.p['W'])

    def root_gradients(layer):
        dA = layer.bc['dA']
        layer.g['dW'] = (dA * layer.fc['X'] / np.sqrt(layer.p['W'])).sum(axis=0) / 2

    layer = wrong_scale(forward=root, backward=root_backward, compute_gradients=root_gradients)
    assert check_gradients(layer, X)


def test_where_no_moved_parameters_give_a_number_those_given_are_enough():
    def picky(layer, A):
        A = scale_forward(layer, A)
        if np.abs(layer.p['W'] - 1).max() > 1e-4:
            A = layer.fc['A'] = A * np.nan
        return A

    result = check_gradients(wrong_scale(forward=picky), X)
    assert result, f'\n{result}'
