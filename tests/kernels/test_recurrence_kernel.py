"""Arrays over all steps of sequences."""

import numpy as np
import pytest

from epynn.kernels.recurrence import (
    by_samples,
    by_steps,
    make_states,
    multiply_steps,
    multiply_steps_weight_gradient,
)


def test_steps_and_samples_trade_places_without_a_copy(rng):
    X = rng.standard_normal((3, 5, 2))
    steps = by_steps(X)
    assert steps.shape == (5, 3, 2)
    assert np.shares_memory(steps, X)
    np.testing.assert_array_equal(by_samples(steps), X)


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_products_of_all_steps(dtype, rng):
    X, W = rng.standard_normal((5, 3, 2)).astype(dtype), rng.standard_normal((2, 4)).astype(dtype)
    Z = multiply_steps(X, W)
    dW = multiply_steps_weight_gradient(X, Z)
    assert Z.dtype == dW.dtype == dtype
    tolerance = 100 * np.finfo(dtype).eps
    np.testing.assert_allclose(Z, np.einsum('sme,eu->smu', X, W), atol=tolerance)
    np.testing.assert_allclose(dW, np.einsum('sme,smu->eu', X, Z), atol=tolerance)


def test_products_take_views(rng):
    X = rng.standard_normal((3, 5, 4))
    Z = multiply_steps(by_steps(X)[..., :2], np.eye(4)[:2])
    np.testing.assert_array_equal(Z[..., :2], by_steps(X)[..., :2])
    dW = multiply_steps_weight_gradient(by_steps(X), by_steps(X)[..., 1:])
    np.testing.assert_allclose(dW, np.einsum('mse,msu->eu', X, X[..., 1:]), atol=1e-14)


def test_the_state_after_a_step_is_the_one_before_the_next():
    hp, h = make_states(np.ones((4, 3, 7), np.float32), 2)
    assert hp.shape == h.shape == (4, 3, 2)
    assert hp.dtype == h.dtype == np.float32
    for t in range(4):
        h[t] = t + 1
    np.testing.assert_array_equal(hp[:, 0, 0], [0, 1, 2, 3])
