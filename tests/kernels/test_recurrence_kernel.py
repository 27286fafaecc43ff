"""Gates of recurrent layers: the fast wing against the plain one, and both against the formula."""

import numpy as np
import pytest
from guarded import Guarded

from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths import sigmoid, softmax, tanh
from epynn.commons.recurrence import GateActivations
from epynn.kernels import recurrence
from epynn.kernels.fast import recurrence as fast
from epynn.kernels.plain import recurrence as plain
from epynn.kernels.steps import make_states, split_gates, swap_steps

WINGS = [plain, fast]


def draw(rng, dtype=np.float64, functions=(sigmoid, sigmoid, tanh)):
    """Draw steps, parameters and functions of three gates."""
    s, m, e, u = 5, 3, 2, 4
    X = swap_steps(rng.standard_normal((m, s, e)).astype(dtype))
    U, V, b = (rng.standard_normal((n, len(functions) * u)).astype(dtype) for n in (e, u, 1))
    return X, U, V, b, GateActivations.of(u, *map(BoundActivation, functions))


def run(gates):
    """Walk through the steps, the state being the product of the gates."""
    for t in range(len(gates.X)):
        gates.h[t] = np.prod(gates.compute(t), axis=0)
    return gates


def test_steps_and_samples_trade_places_without_a_copy(rng):
    X = rng.standard_normal((3, 5, 2))
    steps = swap_steps(X)
    assert steps.shape == (5, 3, 2)
    assert np.shares_memory(steps, X)
    np.testing.assert_array_equal(swap_steps(steps), X)


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


def test_gates_side_by_side_are_views():
    Z = np.arange(12).reshape(1, 2, 6)
    one, two, three = split_gates(Z, 2)
    assert all(np.shares_memory(Z, gate) for gate in (one, two, three))
    np.testing.assert_array_equal(two, Z[..., 2:4])


@pytest.mark.parametrize('wing', WINGS)
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_gates_are_their_formula(wing, dtype, rng):
    X, U, V, b, functions = draw(rng, dtype)
    gates = run(wing.Gates(X, U, V, b, functions))
    tolerance = 100 * np.finfo(dtype).eps
    np.testing.assert_array_equal(gates.X, X)
    np.testing.assert_array_equal(gates.hp[0], 0)
    np.testing.assert_array_equal(gates.hp[1:], gates.h[:-1])
    Z = np.einsum('sme,ek->smk', X, U) + np.einsum('smu,uk->smk', gates.hp, V) + b
    np.testing.assert_allclose(gates.Z, Z, atol=tolerance)
    expected = [sigmoid(Z[..., :4]), sigmoid(Z[..., 4:8]), tanh(Z[..., 8:])]
    np.testing.assert_allclose(gates.A, np.concatenate(expected, axis=2), atol=tolerance)
    np.testing.assert_allclose(gates.h, np.prod(expected, axis=0), atol=tolerance)
    assert gates.Z.dtype == gates.A.dtype == gates.h.dtype == dtype


@pytest.mark.parametrize('functions', [(sigmoid, tanh, tanh), (softmax, sigmoid, softmax)])
def test_the_way_back(functions, rng):
    X, U, V, b, functions = draw(rng, functions=functions)
    gates = run(fast.Gates(X, U, V, b, functions))
    dA = rng.standard_normal((3, *gates.h.shape))
    backs = [wing.GateGradients(gates.Z, gates.A, V, functions) for wing in WINGS]
    for t in reversed(range(len(X))):
        dhp, other = (back.compute(t, *dA[:, t]) for back in backs)
        np.testing.assert_allclose(dhp, other, atol=1e-13)
    dZ, other = (back.dZ for back in backs)
    np.testing.assert_allclose(dZ, other, atol=1e-13)
    expected = [
        activate.gradient(d, Z, A)
        for activate, d, Z, A in zip(
            [functions.runs[-1][1]], dA[-1:], [gates.Z[..., 8:]], [gates.A[..., 8:]], strict=True
        )
    ]
    np.testing.assert_allclose(dZ[..., 8:], expected[0], atol=1e-13)
    np.testing.assert_allclose(fast.input_gradient(dZ, U), plain.input_gradient(dZ, U), atol=1e-13)
    for ours, theirs in zip(
        fast.parameter_gradients(X, gates.hp, dZ),
        plain.parameter_gradients(X, gates.hp, dZ),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)
        assert ours.shape == theirs.shape


def test_doors_send_other_types_the_plain_way(rng):
    X, U, V, b, functions = draw(rng, np.longdouble)
    gates = run(recurrence.run_gates(X, U, V, b, functions))
    assert isinstance(gates, plain.Gates)
    assert gates.Z.dtype == np.longdouble
    back = recurrence.reverse_gates(gates.Z, gates.A, V, functions)
    assert isinstance(back, plain.GateGradients)
    X, U, V, b, functions = draw(rng)
    assert isinstance(recurrence.run_gates(X, U, V, b, functions), fast.Gates)


def test_steps_and_parameters_meet_in_their_common_type(rng):
    _, U, V, b, functions = draw(rng, np.float32)
    whole = np.eye(2, dtype=int)[np.newaxis]
    gates = recurrence.run_gates(whole, U, V, b, functions)
    assert gates.X.dtype == np.result_type(int, np.float32)
    np.testing.assert_array_equal(gates.X, whole)


def test_gates_of_other_arrays(rng):
    """The doors send them the plain way; nobody makes NumPy arrays of them."""
    X, U, V, b, functions = draw(rng)
    gates, others = (
        recurrence.run_gates(*arrays, functions)
        for arrays in ((X, U, V, b), map(Guarded, (X, U, V, b)))
    )
    for t in range(len(X)):
        gates.h[t] = np.prod(gates.compute(t), axis=0)
        one, two, three = others.compute(t)
        others.h[t] = one * two * three
    assert type(others.A) is Guarded
    np.testing.assert_allclose(others.A.array, gates.A, atol=1e-13)
    back = recurrence.reverse_gates(gates.Z, gates.A, V, functions)
    other = recurrence.reverse_gates(others.Z, others.A, Guarded(V), functions)
    for t in reversed(range(len(X))):
        dhp = back.compute(t, *[gates.h[t]] * 3)
        np.testing.assert_allclose(other.compute(t, *[others.h[t]] * 3).array, dhp, atol=1e-13)
    dX = recurrence.gates_input_gradient(other.dZ, Guarded(U))
    np.testing.assert_allclose(dX.array, recurrence.gates_input_gradient(back.dZ, U), atol=1e-13)
    for d, expected in zip(
        recurrence.gates_parameter_gradients(Guarded(X), others.hp, other.dZ),
        recurrence.gates_parameter_gradients(X, gates.hp, back.dZ),
        strict=True,
    ):
        np.testing.assert_allclose(d.array, expected, atol=1e-13)
