"""Arrays of recurrent layers: all steps of a sequence, and matrix products over all of them.

Steps come first, ``(s, m, e)``: what one step reads and writes is then one contiguous piece of
memory, and the steps and samples together are the rows of one matrix.
"""

import numpy as np

from epynn.kernels.arrays import Array


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
    Z: Array = (X.reshape(s * m, e) @ W).reshape(s, m, W.shape[1])
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
    dW: Array = X.reshape(s * m, e).T @ dZ.reshape(s * m, dZ.shape[2])
    return dW


def make_states(like: Array, u: int) -> tuple[Array, Array]:
    """Return the states before and after each step, all 0, in one array.

    Both are views of ``s + 1`` states: the state after a step *is* the one before the next, so that
    writing ``h[t]`` sets ``hp[t + 1]``. ``hp[0]``, the initial state, stays 0. Backward the same
    holds for gradients: what is added to ``dhp[t]`` arrives in ``dh[t - 1]``.

    Parameters
    ----------
    like : array of shape (s, m, ...)
        Gives the numbers of steps and samples, and the dtype.
    u : int
        Units.

    Returns
    -------
    hp, h : arrays of shape (s, m, u)
        Before and after each step.
    """
    s, m = like.shape[:2]
    states = np.zeros((s + 1, m, u), dtype=like.dtype, like=like)
    return states[:-1], states[1:]
