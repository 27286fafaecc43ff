"""Recurrent layers: gates, step after step, and the way back through time.

A *gate* is a linear product of a step of the input and of the state before it, and its activation:
``?_ = X U? + hp V? + b?`` and ``? = activate_?(?_)``. The gates of a layer are computed together,
side by side: ``U (e, k u)``, ``V (u, k u)`` and ``b (1, k u)`` for ``k`` of them. Steps come first,
``(s, m, e)``.
``plain.recurrence`` is the shortest way to the same numbers, ``fast.recurrence`` the quickest.
"""

from typing import TypeAlias

from epynn.kernels.arrays import fast_type, ndarray
from epynn.kernels.fast import recurrence as fast
from epynn.kernels.plain import recurrence as plain
from epynn.kernels.steps import Functions

Gates: TypeAlias = plain.Gates | fast.Gates
"""Gates on their way through the steps.

``compute(t)`` reads ``hp[t]``, returns the ``k`` gates ``(m, u)`` of the step, and fills ``Z[t]``
and ``A[t]``, products and activations side by side. Writing ``h[t]`` sets ``hp[t + 1]``.
"""

GateGradients: TypeAlias = plain.GateGradients | fast.GateGradients
"""Gates on their way back.

``compute(t, *dA)`` takes the gradients of the gates of a step, fills ``dZ[t]``, and returns
``dhp``, which is good for this step only.
"""


def run_gates(X: ndarray, U: ndarray, V: ndarray, b: ndarray, functions: Functions) -> Gates:
    """Prepare gates for steps ``(s, m, e)``."""
    if fast_type(X, U) is None:
        return plain.Gates(X, U, V, b, functions)
    return fast.Gates(X, U, V, b, functions)


def reverse_gates(Z: ndarray, A: ndarray, V: ndarray, functions: Functions) -> GateGradients:
    """Prepare the way back of gates, from their products and activations at all steps."""
    if fast_type(Z, V) is None:
        return plain.GateGradients(Z, A, V, functions)
    return fast.GateGradients(Z, A, V, functions)


def gates_input_gradient(dZ: ndarray, U: ndarray) -> ndarray:
    """Gradient of the steps: ``dX[t] = dZ[t] U^T``, for all at once."""
    if fast_type(dZ, U) is None:
        return plain.input_gradient(dZ, U)
    return fast.input_gradient(dZ, U)


def gates_parameter_gradients(
    X: ndarray, hp: ndarray, dZ: ndarray
) -> tuple[ndarray, ndarray, ndarray]:
    """Gradients of the parameters: ``dU (e, k u)``, ``dV (u, k u)`` and ``db (1, k u)``.

    ``dU = sum X[t]^T dZ[t]``, ``dV = sum hp[t]^T dZ[t]``, ``db = sum dZ[t]``: all steps use the
    same. Where something else met ``V``, give it for ``hp``.
    """
    if fast_type(hp, dZ) is None:
        return plain.parameter_gradients(X, hp, dZ)
    return fast.parameter_gradients(X, hp, dZ)
