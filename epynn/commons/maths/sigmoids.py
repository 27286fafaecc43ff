"""Activations that rise from one bound to another, and softmax; see :mod:`epynn.commons.maths`."""

import numpy as np

from epynn.commons.maths.floating import floating, rounds_to_zero
from epynn.kernels.arrays import ndarray


def sigmoid(x: ndarray, deriv: bool = False) -> ndarray:
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
            derivative: ndarray = e / np.square(1 + e)
            return derivative
        A: ndarray = 1 / (1 + np.exp(-x))
    return A


def tanh(x: ndarray, deriv: bool = False) -> ndarray:
    """Hyperbolic tangent, ``f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))``.

    ``f'(x) = 1 - f(x)^2`` is computed as the square of ``1 / cosh(x) = 2 e / (1 + e^2)`` with
    ``e = exp(-|x|)``: neither overflow nor cancellation.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.
    """
    x = floating(x)
    if not deriv:
        return np.tanh(x)
    with np.errstate(under='ignore'):
        e = np.exp(-np.abs(x))
        derivative: ndarray = np.square(2 * e / (1 + e * e))
    return derivative


@rounds_to_zero
def hard_sigmoid(x: ndarray, deriv: bool = False) -> ndarray:
    """Straight lines in place of the logistic function, ``f(x) = min(max(x / 6 + 1/2, 0), 1)``.

    ``f'(x) = 1/6`` where ``-3 < x < 3``, else 0. This slope is that of torch and of Keras 3;
    Keras 2 and the paper rise faster, by ``x / 5``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Courbariaux, Bengio and David, 2015. BinaryConnect: training deep neural networks with binary
    weights during propagations. Slope as in Howard et al., 2019. Searching for MobileNetV3.
    """
    x = floating(x)
    if deriv:
        return (np.abs(x) < 3).astype(x.dtype) / 6
    return np.clip(x / 6 + 0.5, 0, 1)


def hard_tanh(x: ndarray, deriv: bool = False) -> ndarray:
    """Straight lines in place of the hyperbolic tangent, ``f(x) = min(max(x, -1), 1)``.

    ``f'(x) = 1`` where ``-1 < x < 1``, else 0.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Collobert, 2004. Large scale machine learning, PhD thesis.
    """
    x = floating(x)
    return (np.abs(x) < 1).astype(x.dtype) if deriv else np.clip(x, -1, 1)


def relu6(x: ndarray, deriv: bool = False) -> ndarray:
    """Rectified linear unit with a bound, ``f(x) = min(max(x, 0), 6)``.

    ``f'(x) = 1`` where ``0 < x < 6``, else 0.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Krizhevsky, 2010. Convolutional deep belief networks on CIFAR-10. Bounded for numbers of few
    bits: Howard et al., 2017. MobileNets.
    """
    x = floating(x)
    return ((x > 0) & (x < 6)).astype(x.dtype) if deriv else np.clip(x, 0, 6)


@rounds_to_zero
def softsign(x: ndarray, deriv: bool = False) -> ndarray:
    """Softsign, ``f(x) = x / (1 + |x|)``: nears its bounds more slowly than tanh.

    ``f'(x) = 1 / (1 + |x|)^2``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Bergstra, Desjardins, Lamblin and Bengio, 2009. Quadratic polynomials learn better image
    features.
    """
    x = floating(x)
    share: ndarray = 1 / (1 + np.abs(x))
    return np.square(share) if deriv else x * share


@rounds_to_zero
def softmax(x: ndarray, deriv: bool = False, T: float = 1.0) -> ndarray:
    """Softmax over the last axis, ``f(x)_i = exp(x_i / T) / sum_j exp(x_j / T)``.

    Parameters
    ----------
    x : array
        Linear products, shape (..., u).
    deriv : bool, default False
        Return the diagonal of the Jacobian, ``f(x)_i (1 - f(x)_i) / T``, instead. The whole
        product with the Jacobian, which backward passes need, is in
        :meth:`epynn.commons.bound_activation.BoundActivation.gradient`.
    T : float, default 1.0
        Temperature, above 0: high ones even the outputs out; ``softmax_temperature`` of the
        hyper-parameters.

    Returns
    -------
    array
        Shape and dtype of ``x``, integers give float64; sums to 1 along the last axis, unless
        ``deriv``.
    """
    x, T = floating(x), float(T)
    # Taking the maximum away changes nothing (numerator and denominator share the factor) and
    # keeps exp at or below 1. A difference that overflows is -inf, and exp(-inf) = 0 is exact.
    with np.errstate(over='ignore'):
        e = np.exp((x - np.max(x, axis=-1, keepdims=True)) / T)
    A: ndarray = e / np.sum(e, axis=-1, keepdims=True)
    if not deriv:
        return A
    diagonal: ndarray = A * (1 - A) / T
    return diagonal
