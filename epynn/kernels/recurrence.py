"""Arrays of recurrent layers: all steps of a sequence, and matrix products over all of them.

Steps come first, ``(s, m, e)``: what one step reads and writes is then one contiguous piece of
memory, and the steps and samples together are the rows of one matrix. Only :func:`beside_states`
lays units before samples in memory.
"""

from typing import Any

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.products import multiply


def by_steps(X: Array) -> Array:
    """Bring the steps to the front: ``(m, s, e) -> (s, m, e)``, a view."""
    return X.swapaxes(0, 1)


def by_samples(X: Array) -> Array:
    """Bring the samples to the front: ``(s, m, e) -> (m, s, e)``, a view."""
    return X.swapaxes(0, 1)


def multiply_steps(X: Array, W: Array) -> Array:
    """Multiply all steps by the same weights, in one matrix product.

    ``Z[t] = X[t] W``

    Parameters
    ----------
    X : array of shape (s, m, e)
        Steps.
    W : array of shape (e, u)
        Weights.

    Returns
    -------
    array of shape (s, m, u)
        ``Z``.
    """
    s, m, e = X.shape
    # (s, m, e) -> (s * m, e) @ (e, u) -> (s, m, u)
    Z: Array = multiply(X.reshape(s * m, e), W).reshape(s, m, W.shape[1])
    return Z


def multiply_steps_weight_gradient(X: Array, dZ: Array) -> Array:
    """Gradient of ``W`` in :func:`multiply_steps`, in one matrix product.

    ``dW = sum_t X[t]^T dZ[t]``

    Parameters
    ----------
    X : array of shape (s, m, e)
        The steps of the forward pass.
    dZ : array of shape (s, m, u)
        Gradient of the loss with respect to ``Z``.

    Returns
    -------
    array of shape (e, u)
        ``dW``.
    """
    s, m, e = X.shape
    # (s, m, e) -> (e, s * m) @ (s * m, u) -> (e, u)
    return multiply(X.reshape(s * m, e).T, dZ.reshape(s * m, dZ.shape[2]))


def beside_states(X: Array, u: int, dtype: np.dtype[Any]) -> tuple[Array, Array, Array, Array]:
    """Lay each step beside the state before it and a 1: one product then takes all of them.

    ``X[t] U + hp[t] V + b = Xhp1[t] [U V b]``, where the parameters lie below each other. In memory
    units come before samples, ``(s, u, m)``: a step is then one contiguous piece, and so is each of
    several gates side by side that its product gives. NumPy's functions keep that order.

    Parameters
    ----------
    X : array of shape (s, m, e)
        Steps.
    u : int
        Units of the states.
    dtype : dtype
        Of the result.

    Returns
    -------
    Xhp1 : array of shape (s, m, e + u + 1)
        A copy of ``X``, the states before each step, and 1.
    X, hp, h : arrays of shape (s, m, e), (s, m, u), (s, m, u)
        Views of the same array: the steps, the states before and after each. Writing ``h[t]`` sets
        ``hp[t + 1]``, as :func:`make_states` has it; ``hp[0]`` is 0, the others are to be written.
    """
    s, m, e = X.shape
    steps = np.empty_like(X, shape=(s + 1, e + u + 1, m), dtype=dtype, order='C').swapaxes(1, 2)
    steps[:-1, :, :e] = X
    steps[0, :, e:-1] = 0
    steps[:, :, -1] = 1
    return steps[:-1], steps[:-1, :, :e], steps[:-1, :, e:-1], steps[1:, :, e:-1]


def weight_gradient_beside_states(X: Array, hp: Array, dZ: Array) -> Array:
    """Gradient of ``[U V b]`` in the product of :func:`beside_states`, in one matrix product.

    ``d[U V b] = sum_t Xhp1[t]^T dZ[t]``

    Parameters
    ----------
    X, hp : arrays of shape (s, m, e), (s, m, u)
        The steps and the states before them.
    dZ : array of shape (s, m, k)
        Gradient of the loss with respect to the product.

    Returns
    -------
    array of shape (e + u + 1, k)
        ``dU``, ``dV`` and ``db`` below each other.
    """
    # (s, m, k) -> (k, s, m): copies, in runs of samples
    X, hp, dZ = (array.transpose(2, 0, 1) for array in (X, hp, dZ))
    Xhp1 = np.ones_like(dZ, shape=(len(X) + len(hp) + 1, *dZ.shape[1:]), order='C')
    Xhp1[: len(X)] = X
    Xhp1[len(X) : -1] = hp
    # (k, s * m) @ (e + u + 1, s * m)^T -> (k, e + u + 1) -> (e + u + 1, k)
    dW = multiply(dZ.reshape(len(dZ), -1), Xhp1.reshape(len(Xhp1), -1).T)
    return np.ascontiguousarray(dW.T)


def make_states(like: Array, u: int) -> tuple[Array, Array]:
    """Return the states before and after each step, all 0, in one array.

    Both are views of ``s + 1`` states: the state after a step *is* the one before the next, so that
    writing ``h[t]`` sets ``hp[t + 1]``. ``hp[0]``, the initial state, stays 0. Backward the same
    holds for gradients: what is added to ``dhp[t]`` arrives in ``dh[t - 1]``.

    Parameters
    ----------
    like : array of shape (s, m, ...)
        Gives the numbers of steps and samples, the dtype, and the order in memory.
    u : int
        Units.

    Returns
    -------
    hp, h : arrays of shape (s, m, u)
        Before and after each step.
    """
    s, m = like.shape[:2]
    states = np.empty_like(like, shape=(s + 1, m, u))
    states.fill(0)
    return states[:-1], states[1:]
