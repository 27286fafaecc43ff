"""Arrays over all steps of sequences."""

import numpy as np
import pytest

from epynn.kernels.recurrence import (
    beside_states,
    by_samples,
    by_steps,
    make_states,
    multiply_steps,
    multiply_steps_weight_gradient,
    weight_gradient_beside_states,
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


def test_states_keep_the_order_in_memory_of_what_they_are_like():
    for like in (np.ones((4, 3, 7)), np.ones((4, 7, 3)).swapaxes(1, 2)):
        _, h = make_states(like, 2)
        assert (h.strides[1] > h.strides[2]) == (like.strides[1] > like.strides[2])


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_one_product_takes_steps_states_and_bias(dtype, rng):
    s, m, e, u, k = 5, 3, 2, 4, 6
    X = rng.standard_normal((m, s, e)).astype(dtype)
    U, V, b = (rng.standard_normal((n, k)).astype(dtype) for n in (e, u, 1))
    Xhp1, steps, hp, h = beside_states(by_steps(X), u, X.dtype)
    assert Xhp1.shape == (s, m, e + u + 1)
    assert Xhp1.dtype == dtype
    assert all(np.shares_memory(Xhp1, view) for view in (steps, hp, h))
    assert not np.shares_memory(Xhp1, X)
    h[...] = rng.standard_normal((s, m, u))
    np.testing.assert_array_equal(hp[0], 0)
    np.testing.assert_array_equal(hp[1:], h[:-1])
    np.testing.assert_array_equal(steps, by_steps(X))
    assert all(one_step.T.flags.c_contiguous for one_step in (*Xhp1, *hp, *h))

    tolerance = 100 * np.finfo(dtype).eps
    Z = Xhp1 @ np.concatenate([U, V, b])
    np.testing.assert_allclose(Z, steps @ U + hp @ V + b, atol=tolerance)
    for dZ in (Z, Z.copy().swapaxes(1, 2).copy().swapaxes(1, 2)):
        dUVb = weight_gradient_beside_states(steps, hp, dZ)
        assert dUVb.dtype == dtype
        expected = (np.einsum('sme,smk->ek', part, Z) for part in (steps, hp, np.ones((s, m, 1))))
        np.testing.assert_allclose(dUVb, np.concatenate(list(expected)), atol=10 * tolerance)


def test_integers_beside_states_become_numbers_of_their_dtype():
    Xhp1, steps, _, _ = beside_states(np.eye(3, dtype=int)[np.newaxis], 2, np.dtype(np.float32))
    assert Xhp1.dtype == np.float32
    np.testing.assert_array_equal(steps[0], np.eye(3))
