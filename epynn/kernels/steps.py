"""What recurrent kernels speak of: steps, states and gates, all side by side."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from epynn.kernels.arrays import ndarray


def swap_steps(X: ndarray) -> ndarray:
    """Bring the steps to the front, or the samples: ``(m, s, e) <-> (s, m, e)``, a view."""
    return X.swapaxes(0, 1)


def zero_masked(X: ndarray, mask: ndarray | None) -> ndarray:
    """Return steps ``(m, s, ...)`` with 0 where a mask ``(m, s)`` is False; all without a mask."""
    if mask is None:
        return X
    zeroed: ndarray = np.where(mask.reshape(*mask.shape, *[1] * (X.ndim - 2)), X, 0)
    return zeroed


def split_gates(Z: ndarray, u: int) -> list[ndarray]:
    """View gates side by side as arrays of their own: ``(..., k u) -> k`` times ``(..., u)``."""
    return [Z[..., j : j + u] for j in range(0, Z.shape[-1], u)]


def make_states(like: ndarray, u: int) -> tuple[ndarray, ndarray]:
    """Return the states ``hp, h`` before and after each step, all 0: ``(s, m, u)``, in one array.

    Both are views of ``s + 1`` states: the state after a step *is* the one before the next, so that
    writing ``h[t]`` sets ``hp[t + 1]``. ``hp[0]``, the initial state, stays 0. Steps, samples,
    dtype and order in memory are those of an array `like` ``(s, m, ...)``.
    """
    s, m = like.shape[:2]
    states = np.empty_like(like, shape=(s + 1, m, u))
    states.fill(0)
    return states[:-1], states[1:]


class Functions(Protocol):
    """What gates need of their activation functions, which stand side by side, too."""

    @property
    def without_slopes(self) -> Sequence[object]:
        """Those of softmax, where an output depends on more than one input."""

    def compute(self, Z: ndarray, A: ndarray) -> None:
        """Compute ``A = activate(Z)`` for one step, ``(m, k u)``, into `A`."""

    def slopes(self, Z: ndarray, A: ndarray, out: ndarray) -> None:
        """Compute ``activate'(Z)`` for all steps, ``(s, m, k u)``, into `out`; else 1."""

    def complete_gradient(self, Z: ndarray, A: ndarray, dZ: ndarray) -> None:
        """Complete `dZ` of one step, which is ``dA`` times the slopes, where there are none."""


class Slopes:
    """The way back of activations, step after step: ``dZ = dA * activate'(Z)``.

    The slopes of all steps are computed at once: unlike ``dA``, they wait for nothing.
    """

    def __init__(self, Z: ndarray, A: ndarray, functions: Functions) -> None:
        self.Z, self.A, self.functions = Z, A, functions
        self.slopes = np.empty_like(A)
        functions.slopes(Z, A, self.slopes)

    def gradient(self, t: int, dA: ndarray) -> ndarray:
        """Return ``dZ`` of step `t`, ``(m, k u)``."""
        dZ: ndarray = dA * self.slopes[t]
        if self.functions.without_slopes:
            self.functions.complete_gradient(self.Z[t], self.A[t], dZ)
        return dZ
