"""Whether a function of the user's is an activation: one that takes each number by itself."""

import math
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.errors import ArgumentError
from epynn.commons.maths import ACTIVATIONS
from epynn.kernels.arrays import Array

_PLACES = 6
"""How many numbers are changed, each by itself, to try a function."""


def check_elementwise(function: Any, name: str, shape: tuple[int, ...] = (2, 3)) -> None:
    """Refuse a function whose outputs depend on other numbers than their own, but for softmax.

    Such a function has a Jacobian, of which its slopes would be the diagonal alone. One that cannot
    be tried on a few numbers, or draws random ones, is let pass.

    Parameters
    ----------
    function : callable
        The activation.
    name : str
        The argument that it was given for.
    shape : tuple of int, optional
        Shape of what it is tried on.

    Raises
    ------
    ArgumentError
        One number was changed, and outputs of others changed.
    """
    if isinstance(function, BoundActivation) or function in ACTIVATIONS.values():
        return
    Z = np.linspace(-1.5, 2, math.prod(shape)).reshape(shape)
    places = np.unique(np.linspace(0, Z.size - 1, _PLACES).astype(int))
    with np.errstate(all='ignore'):
        try:
            A, again = (np.array(function(Z.copy()), float) for _ in range(2))
            if A.shape != shape or not np.array_equal(A, again, equal_nan=True):
                return
            disturbed = any(disturbs(function, Z, A, i, z) for i in places for z in (-4, 4))
        except Exception:  # noqa: BLE001 - it may be made for arrays of another shape
            return
    if disturbed:
        T = getattr(function, 'keywords', {}).get('T', '...')
        raise ArgumentError(
            name, 'an activation that takes each number by itself, or softmax',
            f'{describe(function)}, in which they act on each other',
            f"Pass softmax itself and se_hPars={{'softmax_temperature': {T}}}."
            if np.allclose(A.sum(axis=1), 1)
            else 'Make it a layer of your own, whose backward multiplies by its Jacobian.',
        )  # fmt: skip


def disturbs(function: Any, Z: Array, A: Array, place: int, value: float) -> bool:
    """Return whether another number in one place changes outputs in others."""
    changed = Z.copy()
    changed.flat[place] = value
    B = np.array(function(changed.copy()), float)
    same = changed == Z
    return not np.array_equal(A[same], B[same], equal_nan=True)
