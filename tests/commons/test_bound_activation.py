"""Activations bound to a layer: their hyper-parameters, their range, and computing in place."""

import functools

import numpy as np
import pytest
from extremes import extremes

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError
from epynn.commons.maths import (
    ACTIVATIONS,
    elu,
    lrelu,
    relu,
    sigmoid,
    softmax,
    tanh,
)

HYPERPARAMETERS = {'ELU_alpha': 1.7, 'LRELU_alpha': -0.4, 'softmax_temperature': 2.5}


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
@pytest.mark.parametrize('f', ACTIVATIONS.values())
def test_computing_into_an_array_gives_what_the_call_returns(f, dtype, rng):
    activation = BoundActivation(f, HYPERPARAMETERS)
    Z = np.concatenate([rng.normal(0, 8, (30, 20)).astype(dtype), extremes(dtype)[np.newaxis]])
    kept, out = Z.copy(), np.full(Z.shape, np.nan, dtype)
    with np.errstate(all='raise', under='ignore'):
        activation.compute(Z, out)
    np.testing.assert_array_equal(Z, kept)
    np.testing.assert_allclose(out, activation(Z), rtol=0, atol=2 * np.finfo(dtype).eps)


def test_sigmoid_computed_into_float32_has_its_digits_on_the_scale_of_1():
    Z = np.linspace(-120, 120, 100_001, dtype=np.float32)
    A = np.empty_like(Z)
    BoundActivation(sigmoid).compute(Z, A)
    assert np.abs(A - sigmoid(Z.astype(np.float64))).max() < 1.5e-7
    assert A.min() == 0
    assert A.max() == 1


def test_activation_takes_the_hyperparameter_that_concerns_it():
    assert BoundActivation(elu, HYPERPARAMETERS).hyperparameters == {'alpha': 1.7}
    assert BoundActivation(lrelu, HYPERPARAMETERS).hyperparameters == {'alpha': -0.4}
    assert BoundActivation(softmax, HYPERPARAMETERS).hyperparameters == {'T': 2.5}
    assert BoundActivation(tanh, HYPERPARAMETERS).hyperparameters == {}
    assert BoundActivation(softmax).hyperparameters == {'T': 1.0}


def test_two_activations_do_not_share_hyperparameters():
    first, x = BoundActivation(elu), np.array([-1.0])
    second = BoundActivation(first)
    second.set_hyperparameters({'ELU_alpha': 3})
    assert second(x) == 3 * first(x)
    second.set_hyperparameters(None)
    second.set_hyperparameters({'LRELU_alpha': 9})
    assert second.hyperparameters == {'alpha': 3.0}
    assert BoundActivation(second).hyperparameters == {'alpha': 3.0}


def test_activation_of_ones_own_function():
    def square(x, deriv=False):
        return 2 * x if deriv else x * x

    activation = BoundActivation(square, HYPERPARAMETERS)
    x = np.array([3.0])
    assert activation(x) == 9
    assert activation.gradient(np.array([5.0]), x, activation(x)) == 30
    assert activation.__name__ == 'square'
    assert BoundActivation(functools.partial(elu, alpha=2)).__name__ == 'partial'


def test_activation_prints_its_hyperparameters():
    hot = BoundActivation(softmax, {'softmax_temperature': 2})
    assert repr(hot) == 'BoundActivation(softmax, T=2)'
    assert repr(BoundActivation(relu)) == 'BoundActivation(relu)'


@pytest.mark.parametrize('T', [0, -1.0, np.nan, np.inf, 'hot', None, True])
def test_temperature_must_be_above_0(T):
    with pytest.raises(ArgumentError, match='softmax_temperature: expected a number above 0'):
        BoundActivation(softmax, {'softmax_temperature': T})


@pytest.mark.parametrize('alpha', [np.nan, np.inf, 'steep', None])
def test_alpha_must_be_finite(alpha):
    with pytest.raises(ArgumentError, match='ELU_alpha: expected a finite number'):
        BoundActivation(elu, {'ELU_alpha': alpha})


@pytest.mark.parametrize('alpha', [0.3, 2.0, 0.0, -0.5])
@pytest.mark.parametrize('f', ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_outputs_fill_their_range(f, alpha):
    activation = BoundActivation(f, {'LRELU_alpha': alpha, 'ELU_alpha': alpha})
    low, high = activation.range
    x = np.linspace(-1e5, 1e5, 200_001)
    x = np.concatenate([x, x / 1e4])
    A = activation(np.stack([x, -x], axis=1))
    assert low <= A.min() <= low + 2e-4 if low > -np.inf else A.min() < -2e4
    assert high - 2e-4 <= A.max() <= high if high < np.inf else A.max() > 2e4


def test_functions_of_your_own_may_give_anything():
    def relu(x, deriv=False):
        return x

    assert BoundActivation(relu).range == (-np.inf, np.inf)
