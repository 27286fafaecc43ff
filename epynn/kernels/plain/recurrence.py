"""Gates of recurrent layers, step after step, as they are written."""

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import Functions, Slopes, make_states, split_gates


class Gates:
    """``Z[t] = X[t] U + hp[t] V + b`` and ``A[t] = activate(Z[t])``."""

    def __init__(
        self, X: ndarray, U: ndarray, V: ndarray, b: ndarray, functions: Functions
    ) -> None:
        self.X, self.V, self.functions = X, V, functions
        self.Z = X @ U + b  # all steps at once
        self.A = np.empty_like(self.Z)
        self.hp, self.h = make_states(self.Z, len(V))

    def compute(self, t: int) -> list[ndarray]:
        """Compute step `t`, and return its gates."""
        self.Z[t] = self.Z[t] + self.hp[t] @ self.V
        self.functions.compute(self.Z[t], self.A[t])
        return split_gates(self.A[t], len(self.V))


class GateGradients:
    """``dZ[t] = dA[t] * activate'(Z[t])`` and ``dhp[t] = dZ[t] V^T``."""

    def __init__(self, Z: ndarray, A: ndarray, V: ndarray, functions: Functions) -> None:
        self.V, self.slopes, self.dZ = V, Slopes(Z, A, functions), np.empty_like(Z)

    def compute(self, t: int, *dA: ndarray) -> ndarray:
        """Compute ``dZ`` of step `t` from the gradients of its gates, and return ``dhp``."""
        self.dZ[t] = self.slopes.gradient(t, np.concatenate(dA, axis=1))
        dhp: ndarray = self.dZ[t] @ self.V.T
        return dhp


def input_gradient(dZ: ndarray, U: ndarray) -> ndarray:
    """Return ``dX = dZ U^T`` of all steps."""
    dX: ndarray = dZ @ U.T
    return dX


def parameter_gradients(X: ndarray, hp: ndarray, dZ: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """Return ``dU = sum X^T dZ``, ``dV = sum hp^T dZ`` and ``db = sum dZ``, over all steps."""
    dU, dV = (np.einsum('smi,smk->ik', factor, dZ) for factor in (X, hp))
    return dU, dV, dZ.sum(axis=(0, 1))[np.newaxis]
