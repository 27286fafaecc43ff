"""Loss functions, their gradients, and the closed forms of loss and output activation together.

``f(Y, A)`` is the loss of each sample, ``(m,)``; ``f(Y, A, deriv=True)`` is the gradient of those
losses with respect to ``A``, ``(m, U)``. There is no mean over the batch here: whoever adds the
samples up decides. ``Y`` is the truth, ``A`` the output, both ``(m, U)``: m samples, U outputs.

All are finite and silent for outputs over the whole finite range. Where a number would pass the
largest finite one, it saturates there. Logarithms are taken at no less than the smallest normal
number of the dtype; where that bound acts the loss as computed is flat, and its gradient is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, overload

import numpy as np

from epynn.commons.activation import Activation
from epynn.commons.arguments import function_named
from epynn.commons.errors import ShapeError
from epynn.commons.maths import sigmoid, softmax
from epynn.kernels.arrays import Array

LossFunction: TypeAlias = Callable[..., Array]


def _pair(Y: Any, A: Any) -> tuple[Array, Array]:
    """Check truth and output; return both as arrays of the output's dtype."""
    A = np.asarray(A)
    if not np.issubdtype(A.dtype, np.floating):
        A = A.astype(np.float64)
    Y = np.asarray(Y, dtype=A.dtype)
    if A.ndim != 2 or Y.shape != A.shape:
        raise ShapeError(
            'loss',
            'Y and A of one shape with 2 axes (m, U)',
            f'Y {Y.shape} and A {A.shape}',
            'The last layer needs as many units as Y has columns.',
        )
    return Y, A


def _saturate(x: Array) -> Array:
    """Bring infinities back to the largest finite number of their sign."""
    # The bound has the dtype of x: NumPy 1 would take a Python float of that size for float64.
    largest = np.finfo(x.dtype).max
    return np.clip(x, -largest, largest)


def MSE(Y: Array, A: Array, deriv: bool = False) -> Array:
    """Mean squared error, ``L = sum_U (Y - A)^2 / U``.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U); integers and booleans too.
    A : array
        Output of the network, shape (m, U).
    deriv : bool, default False
        Return the gradient ``dL/dA = 2 (A - Y) / U`` instead.

    Returns
    -------
    array
        Loss of each sample, shape (m,), or the gradient, shape (m, U); dtype of ``A``.
        Both saturate at the largest finite number.

    Raises
    ------
    ShapeError
        The shapes differ or have not 2 axes.
    """
    Y, A = _pair(Y, A)
    U = A.shape[1]
    with np.errstate(over='ignore'):
        if deriv:
            return _saturate((A - Y) * (2 / U))
        return _saturate(np.sum(np.square(Y - A), axis=1) / U)


def MAE(Y: Array, A: Array, deriv: bool = False) -> Array:
    """Mean absolute error, ``L = sum_U |Y - A| / U``.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U); integers and booleans too.
    A : array
        Output of the network, shape (m, U).
    deriv : bool, default False
        Return the gradient ``dL/dA = sign(A - Y) / U`` instead; 0 where ``A = Y``.

    Returns
    -------
    array
        Loss of each sample, shape (m,), or the gradient, shape (m, U); dtype of ``A``.
        The loss saturates at the largest finite number.

    Raises
    ------
    ShapeError
        The shapes differ or have not 2 axes.
    """
    Y, A = _pair(Y, A)
    U = A.shape[1]
    with np.errstate(over='ignore'):
        if deriv:
            gradient: Array = np.sign(A - Y) / U
            return gradient
        return _saturate(np.sum(np.abs(Y - A), axis=1) / U)


def MSLE(Y: Array, A: Array, deriv: bool = False) -> Array:
    """Mean squared logarithmic error, ``L = sum_U (log(1 + Y) - log(1 + A))^2 / U``.

    It is meant for truth and outputs above -1; both are kept at or above ``-1 + eps``, with eps
    the spacing of the dtype at 1.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U); integers and booleans too.
    A : array
        Output of the network, shape (m, U).
    deriv : bool, default False
        Return the gradient ``dL/dA = 2 (log(1 + A) - log(1 + Y)) / ((1 + A) U)`` instead;
        0 where ``A`` is below the bound.

    Returns
    -------
    array
        Loss of each sample, shape (m,), or the gradient, shape (m, U); dtype of ``A``.

    Raises
    ------
    ShapeError
        The shapes differ or have not 2 axes.
    """
    Y, A = _pair(Y, A)
    U = A.shape[1]
    lowest = np.finfo(A.dtype).eps - 1
    bounded = np.maximum(A, lowest)
    difference = np.log1p(bounded) - np.log1p(np.maximum(Y, lowest))
    if deriv:
        return np.where(lowest <= A, 2 * difference / (1 + bounded) / U, np.zeros_like(A))
    loss: Array = np.sum(np.square(difference), axis=1) / U
    return loss


def CCE(Y: Array, A: Array, deriv: bool = False) -> Array:
    """Categorical cross-entropy, ``L = -sum_U Y log A``: one class a sample, behind a softmax.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U), one-hot or probabilities; integers and booleans too.
    A : array
        Output of the network, shape (m, U).
    deriv : bool, default False
        Return the gradient ``dL/dA = -Y / A`` instead; 0 where ``A`` is below the smallest normal
        number, at which the logarithm stops.

    Returns
    -------
    array
        Loss of each sample, shape (m,), or the gradient, shape (m, U); dtype of ``A``.

    Raises
    ------
    ShapeError
        The shapes differ or have not 2 axes.

    See Also
    --------
    output_gradient : the gradient through softmax, exact however small ``A`` is.
    """
    Y, A = _pair(Y, A)
    if deriv:
        gradient: Array = -Y * _inverse(A)
        return gradient
    # 0 - x and not -x: a loss of nothing reads 0, not -0.
    loss: Array = 0 - np.sum(Y * _log(A), axis=1)
    return loss


def BCE(Y: Array, A: Array, deriv: bool = False) -> Array:
    """Binary cross-entropy, ``L = -sum_U (Y log A + (1 - Y) log(1 - A)) / U``, behind a sigmoid.

    Parameters
    ----------
    Y : array
        Truth, shape (m, U), between 0 and 1; integers and booleans too.
    A : array
        Output of the network, shape (m, U).
    deriv : bool, default False
        Return the gradient ``dL/dA = ((1 - Y) / (1 - A) - Y / A) / U`` instead. Its terms
        are 0 where ``A``, or ``1 - A``, is below the smallest normal number, at which the
        logarithms stop.

    Returns
    -------
    array
        Loss of each sample, shape (m,), or the gradient, shape (m, U); dtype of ``A``.

    Raises
    ------
    ShapeError
        The shapes differ or have not 2 axes.

    See Also
    --------
    output_gradient : the gradient through sigmoid, exact however close to 0 or 1 ``A`` is.
    """
    Y, A = _pair(Y, A)
    U = A.shape[1]
    if deriv:
        gradient: Array = ((1 - Y) * _inverse(1 - A) - Y * _inverse(A)) / U
        return gradient
    loss: Array = (0 - np.sum(Y * _log(A) + (1 - Y) * _log(1 - A), axis=1)) / U
    return loss


def _log(x: Array) -> Array:
    """Return the logarithm of x, taken at no less than the smallest normal number."""
    logarithm: Array = np.log(np.maximum(x, np.finfo(x.dtype).tiny))
    return logarithm


def _inverse(x: Array) -> Array:
    """Return the derivative of `_log`: 1 / x, and 0 below the smallest normal number."""
    tiny = np.finfo(x.dtype).tiny
    return np.where(x >= tiny, 1 / np.maximum(x, tiny), np.zeros_like(x))


def output_gradient(loss: LossFunction, activation: Activation, Y: Array, A: Array) -> Array | None:
    """Gradient of the loss through the output activation, ``dL/dZ``, where it has a closed form.

    - CCE behind softmax: ``(A sum_U(Y) - Y) / T``. From ``dL/dA = -Y / A`` and the Jacobian
      ``A_j (delta_ij - A_i) / T``, the divisions by A cancel.
    - BCE behind sigmoid: ``(A - Y) / U``. ``dL/dA = (A - Y) / (A (1 - A) U)`` meets
      ``A (1 - A)``, which cancels.

    What cancels is what would underflow: the closed forms are exact for any Z, where the general
    product ``activation.gradient(loss(Y, A, deriv=True), Z, A)`` vanishes.

    Parameters
    ----------
    loss : callable
        Loss function.
    activation : Activation
        Activation of the last layer.
    Y : array
        Truth, shape (m, U).
    A : array
        Output of the network, shape (m, U).

    Returns
    -------
    array or None
        ``dL/dZ`` of the per-sample losses, shape (m, U), dtype of ``A``; None for the other pairs.

    Raises
    ------
    ShapeError
        The shapes differ or have not 2 axes.
    """
    dZ: Array | None = None
    if loss is CCE and activation.function is softmax:
        Y, A = _pair(Y, A)
        dZ = (A * np.sum(Y, axis=1, keepdims=True) - Y) / activation.hyperparameters['T']
    elif loss is BCE and activation.function is sigmoid:
        Y, A = _pair(Y, A)
        dZ = (A - Y) / A.shape[1]
    return dZ


_LOSSES: Mapping[str, LossFunction] = MappingProxyType(
    {f.__name__: f for f in (MSE, MAE, MSLE, BCE, CCE)}
)
_SUITED: Mapping[str, LossFunction] = MappingProxyType({'softmax': CCE, 'sigmoid': BCE})


@overload
def loss_functions(key: None = None, output_activation: None = None) -> dict[str, LossFunction]: ...
@overload
def loss_functions(key: None, output_activation: str) -> LossFunction: ...
@overload
def loss_functions(
    key: str | LossFunction, output_activation: str | None = None
) -> LossFunction: ...
def loss_functions(
    key: str | LossFunction | None = None, output_activation: str | None = None
) -> dict[str, LossFunction] | LossFunction:
    """Return a loss function by name, or all of them.

    Parameters
    ----------
    key : str or callable, optional
        A name, or a function ``f(Y, A, deriv=False)``, which is returned as it is.
    output_activation : str, optional
        Name of the activation of the last layer. Where ``key`` is None it chooses the loss that
        suits it: CCE for softmax, BCE for sigmoid, MSE for any other. A ``key`` goes first.

    Returns
    -------
    callable or dict
        The loss function; a new dict of all of them by name where neither argument is given.

    Raises
    ------
    ArgumentError
        The name is unknown; the message lists those that are known.
    """
    if key is None and output_activation is None:
        return dict(_LOSSES)
    if key is None:
        return _SUITED.get(str(output_activation), MSE)
    loss: LossFunction = function_named('loss', _LOSSES, key)
    return loss
