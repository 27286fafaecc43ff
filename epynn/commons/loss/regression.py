"""Losses of outputs that are amounts; see :mod:`epynn.commons.loss`."""

from dataclasses import dataclass

import numpy as np

from epynn.commons.arguments import as_float
from epynn.commons.loss.truth import pair
from epynn.commons.maths.floating import rounds_to_zero, saturate
from epynn.commons.names import Named
from epynn.kernels.arrays import ndarray


@rounds_to_zero
def MSE(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
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
        The shapes differ, or have other than 2 or 3 axes.
    """
    Y, A = pair(Y, A)
    U = A.shape[-1]
    with np.errstate(over='ignore'):
        if deriv:
            return saturate((A - Y) * (2 / U))
        return saturate(np.sum(np.square(Y - A), axis=-1) / U)


@rounds_to_zero
def MAE(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
    """Mean absolute error, ``L = sum_U |Y - A| / U``; ``dL/dA = sign(A - Y) / U``, 0 at ``A = Y``.

    Parameters
    ----------
    Y, A, deriv : array, array, bool
        As for :func:`MSE`; so are result and errors.
    """
    Y, A = pair(Y, A)
    U = A.shape[-1]
    with np.errstate(over='ignore'):
        if deriv:
            gradient: ndarray = np.sign(A - Y) / U
            return gradient
        return saturate(np.sum(np.abs(Y - A), axis=-1) / U)


@rounds_to_zero
def MSLE(Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
    """Mean squared logarithmic error, ``L = sum_U (log(1 + Y) - log(1 + A))^2 / U``.

    It is meant for truth and outputs above -1; both are kept at or above ``-1 + eps``, with eps the
    spacing of the dtype at 1. The gradient is
    ``dL/dA = 2 (log(1 + A) - log(1 + Y)) / ((1 + A) U)``, and 0 where ``A`` is below the bound.

    Parameters
    ----------
    Y, A, deriv : array, array, bool
        As for :func:`MSE`; so are result and errors.
    """
    Y, A = pair(Y, A)
    U = A.shape[-1]
    lowest = np.finfo(A.dtype).eps - 1
    bounded = np.maximum(A, lowest)
    difference = np.log1p(bounded) - np.log1p(np.maximum(Y, lowest))
    if deriv:
        return np.where(lowest <= A, 2 * difference / (1 + bounded) / U, np.zeros_like(A))
    loss: ndarray = np.sum(np.square(difference), axis=-1) / U
    return loss


@dataclass(frozen=True)
class Huber(Named):
    """Huber loss: squared error near the truth, absolute error far from it, which outliers need.

    ``L = sum_U h(A - Y) / U`` with ``h(x) = x^2 / 2`` where ``|x| <= delta``, else
    ``delta (|x| - delta / 2)``. As torch and Keras have it; scikit-learn's has no half.

    Parameters
    ----------
    delta : float, default 1.0
        Where the parabola goes over into straight lines, above 0.

    References
    ----------
    Huber, 1964. Robust estimation of a location parameter.
    """

    delta: float = 1.0
    __name__ = 'Huber'

    def __post_init__(self) -> None:
        as_float(self.delta, 'Huber.delta', low=0, above=True)

    @rounds_to_zero
    def __call__(self, Y: ndarray, A: ndarray, deriv: bool = False) -> ndarray:
        """Return the loss of each sample, or ``dL/dA = min(max(A - Y, -delta), delta) / U``.

        Arguments, result and errors as for :func:`MSE`.
        """
        Y, A = pair(Y, A)
        U = A.shape[-1]
        delta = float(self.delta)
        with np.errstate(over='ignore'):
            bounded = np.clip(A - Y, -delta, delta)
            if deriv:
                gradient: ndarray = bounded / U
                return gradient
            # h(x) = c (|x| - |c| / 2) sign(c) for both, with c the bounded difference
            size = np.abs(bounded)
            return saturate(np.sum(size * (np.abs(A - Y) - size / 2), axis=-1) / U)
