"""Activation functions with their derivatives, and where scripts find the rest of the mathematics.

Every activation is a pure function ``f(x, deriv=False)``: its value, or its elementwise derivative
at ``x``. float32 and float64 stay what they are; integers give float64; results are finite and
silent over the whole finite range. :class:`epynn.commons.activation.Activation` joins a function to
the hyper-parameters of one layer and gives the vector-Jacobian product that a backward pass needs.

Initializers and clipping live in modules of their own; their names are here too, because scripts
import them from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from epynn.commons.arguments import function_named
from epynn.commons.clipping import clip_gradient as clip_gradient
from epynn.commons.initializers import orthogonal as orthogonal
from epynn.commons.initializers import xavier as xavier
from epynn.kernels.arrays import Array

ActivationFunction: TypeAlias = Callable[..., Array]


def _floating(x: Any) -> Array:
    """Return ``x`` itself if it holds floating-point numbers, else a float64 array of it."""
    if hasattr(x, 'dtype') and np.issubdtype(x.dtype, np.inexact):
        array: Array = x
        return array
    return np.asarray(x, dtype=np.float64)


def identity(x: Array, deriv: bool = False) -> Array:
    """Identity, ``f(x) = x``: the output of a regression.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x) = 1`` instead.

    Returns
    -------
    array
        Shape and dtype of ``x``; ``x`` itself, not a copy, unless ``deriv``.
    """
    x = _floating(x)
    return np.ones_like(x) if deriv else x


def relu(x: Array, deriv: bool = False) -> Array:
    """Rectified linear unit, ``f(x) = max(0, x)``.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x)`` instead: 1 where ``x > 0``, else 0. At 0, where f has no derivative, it is
        the left one, 0, as in other libraries.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    References
    ----------
    Nair and Hinton, 2010. Rectified linear units improve restricted Boltzmann machines.
    """
    x = _floating(x)
    return (x > 0).astype(x.dtype) if deriv else np.maximum(x, 0)


def lrelu(x: Array, deriv: bool = False, alpha: float = 0.3) -> Array:
    """Leaky rectified linear unit, ``f(x) = x`` where ``x > 0``, else ``alpha x``.

    Any ``alpha`` will do: above 1 or negative too. Where ``alpha x`` would pass the largest finite
    number, it saturates there.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x)`` instead: 1 where ``x > 0``, else ``alpha``.
    alpha : float, default 0.3
        Slope on the negative side; ``LRELU_alpha`` of the hyper-parameters.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    References
    ----------
    Maas, Hannun and Ng, 2013. Rectifier nonlinearities improve neural network acoustic models.
    """
    x, alpha = _floating(x), float(alpha)
    if deriv:
        return np.where(x > 0, 1.0, alpha).astype(x.dtype)
    with np.errstate(over='ignore'):
        negative: Array = alpha * np.minimum(x, 0)
    if abs(alpha) > 1:
        # The bound has the dtype of x: NumPy 1 would take a Python float of that size for float64.
        largest = np.finfo(x.dtype).max
        negative = np.clip(negative, -largest, largest)
    return np.where(x > 0, x, negative)


def elu(x: Array, deriv: bool = False, alpha: float = 1.0) -> Array:
    """Exponential linear unit, ``f(x) = x`` where ``x > 0``, else ``alpha (exp(x) - 1)``.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x)`` instead: 1 where ``x > 0``, else ``alpha exp(x)``.
    alpha : float, default 1.0
        ``-alpha`` is the limit on the negative side; ``ELU_alpha`` of the hyper-parameters.

    Returns
    -------
    array
        Shape and dtype of ``x``.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, 2016. Fast and accurate deep network learning by
    exponential linear units (ELUs).
    """
    x, alpha = _floating(x), float(alpha)
    # Both branches are computed everywhere: without the minimum, exp overflows where x is large.
    negative = np.minimum(x, 0)
    if deriv:
        return np.where(x > 0, np.ones_like(x), alpha * np.exp(negative))
    return np.where(x > 0, x, alpha * np.expm1(negative))


def sigmoid(x: Array, deriv: bool = False) -> Array:
    """Logistic function, ``f(x) = 1 / (1 + exp(-x))``.

    Computed from ``e = exp(-|x|)``, which never overflows: ``1 / (1 + e)`` where ``x >= 0``, else
    ``e / (1 + e)``, which keeps all its digits however small it is.

    Parameters
    ----------
    x : array
        Linear products, any shape.
    deriv : bool, default False
        Return ``f'(x) = f(x) (1 - f(x)) = e / (1 + e)^2`` instead.

    Returns
    -------
    array
        Shape and dtype of ``x``.
    """
    x = _floating(x)
    e = np.exp(-np.abs(x))
    positive: Array = 1 / (1 + e)  # f(|x|)
    negative = e * positive  # f(-|x|)
    return negative * positive if deriv else np.where(x >= 0, positive, negative)


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
        Shape and dtype of ``x``.
    """
    x = _floating(x)
    if not deriv:
        return np.tanh(x)
    e = np.exp(-np.abs(x))
    derivative: Array = np.square(2 * e / (1 + e * e))
    return derivative


def softmax(x: Array, deriv: bool = False, T: float = 1.0) -> Array:
    """Softmax over the last axis, ``f(x)_i = exp(x_i / T) / sum_j exp(x_j / T)``.

    Parameters
    ----------
    x : array
        Linear products, shape (..., u).
    deriv : bool, default False
        Return instead the diagonal of the Jacobian, ``f(x)_i (1 - f(x)_i) / T``. The whole
        product with the Jacobian, which backward passes need, is in :meth:`Activation.gradient`.
    T : float, default 1.0
        Temperature, above 0: high ones even the outputs out; ``softmax_temperature`` of the
        hyper-parameters.

    Returns
    -------
    array
        Shape and dtype of ``x``; sums to 1 along the last axis, unless ``deriv``.
    """
    x, T = _floating(x), float(T)
    # Taking the maximum away changes nothing (numerator and denominator share the factor) and
    # keeps exp at or below 1. A difference that overflows is -inf, and exp(-inf) = 0 is exact.
    with np.errstate(over='ignore'):
        e = np.exp((x - np.max(x, axis=-1, keepdims=True)) / T)
    A: Array = e / np.sum(e, axis=-1, keepdims=True)
    if not deriv:
        return A
    diagonal: Array = A * (1 - A) / T
    return diagonal


ACTIVATIONS: Mapping[str, ActivationFunction] = MappingProxyType(
    {f.__name__: f for f in (identity, relu, lrelu, elu, sigmoid, tanh, softmax)}
)
"""Every activation function of this module, by name."""


def activation_functions(key: str | ActivationFunction) -> ActivationFunction:
    """Return the activation function of that name, or ``key`` itself if it is a function.

    Parameters
    ----------
    key : str or callable
        A name of :data:`ACTIVATIONS`, or a function ``f(x, deriv=False)``.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    ArgumentError
        The name is unknown; the message lists those that are known.
    """
    function: ActivationFunction = function_named('activate', ACTIVATIONS, key)
    return function
