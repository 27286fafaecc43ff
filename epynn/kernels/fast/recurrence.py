"""Gates of recurrent layers: one product a step for all that it reads, units before samples.

Each step of the input lies beside the state before it and a 1, so that one product with ``U``,
``V`` and ``b`` below each other gives all gates. In memory units come before samples,
``(s, u, m)``: a step is one contiguous piece, and so is each gate in it. NumPy's functions keep
that order.
"""

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.products import multiply
from epynn.kernels.steps import Functions, Slopes, split_gates


class Gates:
    """``Z[t] = [X[t] hp[t] 1] [U V b]`` and ``A[t] = activate(Z[t])``."""

    def __init__(
        self, X: ndarray, U: ndarray, V: ndarray, b: ndarray, functions: Functions
    ) -> None:
        (s, m, e), u = X.shape, len(V)
        self.functions = functions
        dtype = np.result_type(X, U)
        self.UVb = np.concatenate([U, V, b]).astype(dtype, copy=False)
        # States after each step are those before the next: they share their memory.
        steps = np.empty((s + 1, e + u + 1, m), dtype).swapaxes(1, 2)
        steps[:-1, :, :e] = X
        steps[0, :, e:-1] = 0
        steps[:, :, -1] = 1
        self.Xhp1, self.X = steps[:-1], steps[:-1, :, :e]
        self.hp, self.h = steps[:-1, :, e:-1], steps[1:, :, e:-1]
        self.Z = np.empty_like(self.h, shape=(s, m, U.shape[1]))
        self.A = np.empty_like(self.Z)
        self.gates = split_gates(self.A, u)

    def compute(self, t: int) -> list[ndarray]:
        """Compute step `t`, and return its gates."""
        Z = self.Z[t]
        np.matmul(self.Xhp1[t], self.UVb, Z)
        self.functions.compute(Z, self.A[t])
        return [gate[t] for gate in self.gates]


class GateGradients:
    """``dZ[t] = dA[t] * activate'(Z[t])``, the slopes of all steps at once, and ``dZ[t] V^T``."""

    def __init__(self, Z: ndarray, A: ndarray, V: ndarray, functions: Functions) -> None:
        self.Z, self.A, self.VT, self.functions = Z, A, V.T, functions
        self.dZ = np.empty_like(Z)
        self.dhp: ndarray = np.empty_like(Z[0], shape=(Z.shape[1], len(V)))
        self.slopes = Slopes(Z, A, functions).slopes

    def compute(self, t: int, *dA: ndarray) -> ndarray:
        """Compute ``dZ`` of step `t` from the gradients of its gates; return ``dhp``, overwritten.

        The next step writes into the same array.
        """
        dZ = np.concatenate(dA, axis=1, out=self.dZ[t])
        dZ *= self.slopes[t]
        if self.functions.without_slopes:
            self.functions.complete_gradient(self.Z[t], self.A[t], dZ)
        np.matmul(dZ, self.VT, self.dhp)
        return self.dhp


def input_gradient(dZ: ndarray, U: ndarray) -> ndarray:
    """Return ``dX = dZ U^T`` of all steps."""
    return np.matmul(dZ, U.T, out=np.empty_like(dZ, shape=(*dZ.shape[:2], len(U))))


def parameter_gradients(X: ndarray, hp: ndarray, dZ: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """Return ``dU``, ``dV`` and ``db``, by one product of ``[X hp 1]`` and ``dZ``."""
    # (s, m, k) -> (k, s, m): copies, in runs of samples
    X, hp, dZ = (array.transpose(2, 0, 1) for array in (X, hp, dZ))
    e, u = len(X), len(hp)
    Xhp1 = np.ones((e + u + 1, *dZ.shape[1:]), dZ.dtype)
    Xhp1[:e], Xhp1[e:-1] = X, hp
    # (k, s * m) @ (e + u + 1, s * m)^T -> (k, e + u + 1) -> (e + u + 1, k)
    d = multiply(dZ.reshape(len(dZ), -1), Xhp1.reshape(len(Xhp1), -1).T)
    dUVb = np.ascontiguousarray(d.T)
    return dUVb[:e], dUVb[e:-1], dUVb[-1:]
