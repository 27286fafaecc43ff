"""Activations that rise from one bound to another; see :mod:`epynn.commons.maths`."""

import numpy as np

from epynn.commons.maths.floating import floating
from epynn.kernels.arrays import Array
from epynn.kernels.rounding import rounds_to_zero


def sigmoid(x: Array, deriv: bool = False) -> Array:
    """Logistic function, ``f(x) = 1 / (1 + exp(-x))``.

    Far below 0 the exponential overflows to infinity, and ``1 / inf = 0`` is what ``f(x)`` rounds
    to. The derivative is computed from ``e = exp(-|x|)``, which never overflows.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x) = f(x) (1 - f(x)) = e / (1 + e)^2`` instead.

    Returns
    -------
    array
        Shape and dtype of ``x``; integers give float64.
    """
    x = floating(x)
    with np.errstate(over='ignore', under='ignore'):
        if deriv:
            e = np.exp(-np.abs(x))
            derivative: Array = e / np.square(1 + e)
            return derivative
        A: Array = 1 / (1 + np.exp(-x))
    return A


def tanh(x: Array, deriv: bool = False) -> Array:
    """Hyperbolic tangent, ``f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))``.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x) = 1 - f(x)^2`` instead, computed as the square of
        ``1 / cosh(x) = 2 e / (1 + e^2)`` with ``e = exp(-|x|)``: neither overflow nor cancellation.

    Returns
    -------
    array
        Shape and dtype of ``x``; integers give float64.
    """
    x = floating(x)
    if not deriv:
        return np.tanh(x)
    with np.errstate(under='ignore'):
        e = np.exp(-np.abs(x))
        derivative: Array = np.square(2 * e / (1 + e * e))
    return derivative


@rounds_to_zero
def hard_sigmoid(x: Array, deriv: bool = False) -> Array:
    """Straight lines in place of the logistic function, ``f(x) = min(max(x / 6 + 1/2, 0), 1)``.

    The slope is that of torch and of Keras 3; Keras 2 and the paper rise faster, by ``x / 5``.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x)`` instead: 1/6 where ``-3 < x < 3``, else 0.

    Returns
    -------
    array
        Shape and dtype of ``x``; integers give float64.

    References
    ----------
    Courbariaux, Bengio and David, 2015. BinaryConnect: training deep neural networks with binary
    weights during propagations. Slope as in Howard et al., 2019. Searching for MobileNetV3.
    """
    x = floating(x)
    if deriv:
        return (np.abs(x) < 3).astype(x.dtype) / 6
    return np.clip(x / 6 + 0.5, 0, 1)


def hard_tanh(x: Array, deriv: bool = False) -> Array:
    """Straight lines in place of the hyperbolic tangent, ``f(x) = min(max(x, -1), 1)``.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x)`` instead: 1 where ``-1 < x < 1``, else 0.

    Returns
    -------
    array
        Shape and dtype of ``x``; integers give float64.

    References
    ----------
    Collobert, 2004. Large scale machine learning, PhD thesis.
    """
    x = floating(x)
    return (np.abs(x) < 1).astype(x.dtype) if deriv else np.clip(x, -1, 1)


@rounds_to_zero
def softsign(x: Array, deriv: bool = False) -> Array:
    """Softsign, ``f(x) = x / (1 + |x|)``: nears its bounds more slowly than tanh.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x) = 1 / (1 + |x|)^2`` instead.

    Returns
    -------
    array
        Shape and dtype of ``x``; integers give float64.

    References
    ----------
    Bergstra, Desjardins, Lamblin and Bengio, 2009. Quadratic polynomials learn better image
    features.
    """
    x = floating(x)
    share: Array = 1 / (1 + np.abs(x))
    return np.square(share) if deriv else x * share
