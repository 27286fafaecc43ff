"""Activations that let all pass, or the positive side; see :mod:`epynn.commons.maths`."""

import numpy as np

from epynn.commons.maths.floating import floating, rounds_to_zero, saturate
from epynn.commons.maths.sigmoids import sigmoid
from epynn.kernels.arrays import ndarray

# Mean 0 and variance 1 are a fixed point of SELU with these two, and no others.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def identity(x: ndarray, deriv: bool = False) -> ndarray:
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
        Shape and dtype of ``x``, integers give float64; ``x`` itself, not a copy, where it is of
        floats, unless ``deriv``.
    """
    x = floating(x)
    return np.ones_like(x) if deriv else x


def relu(x: ndarray, deriv: bool = False) -> ndarray:
    """Rectified linear unit, ``f(x) = max(0, x)``.

    ``f'(x) = 1`` where ``x > 0``, else 0: at 0, where f has no derivative, it is the left one, as
    in other libraries.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Nair and Hinton, 2010. Rectified linear units improve restricted Boltzmann machines.
    """
    x = floating(x)
    return (x > 0).astype(x.dtype) if deriv else np.maximum(x, 0)


@rounds_to_zero
def lrelu(x: ndarray, deriv: bool = False, alpha: float = 0.3) -> ndarray:
    """Leaky rectified linear unit, ``f(x) = x`` where ``x > 0``, else ``alpha x``.

    ``f'(x) = 1`` where ``x > 0``, else ``alpha``. Where ``alpha x`` would pass the largest finite
    number, it saturates there.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.
    alpha : float, default 0.3
        Any will do, above 1 or negative too; ``LRELU_alpha`` of the hyper-parameters.

    References
    ----------
    Maas, Hannun and Ng, 2013. Rectifier nonlinearities improve neural network acoustic models.
    """
    x, alpha = floating(x), float(alpha)
    if deriv:
        return np.where(x > 0, 1.0, alpha).astype(x.dtype)
    with np.errstate(over='ignore'):
        negative: ndarray = alpha * np.minimum(x, 0)
    if abs(alpha) > 1:
        negative = saturate(negative)
    return np.where(x > 0, x, negative)


@rounds_to_zero
def elu(x: ndarray, deriv: bool = False, alpha: float = 1.0) -> ndarray:
    """Exponential linear unit, ``f(x) = x`` where ``x > 0``, else ``alpha (exp(x) - 1)``.

    ``f'(x) = 1`` where ``x > 0``, else ``alpha exp(x)``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.
    alpha : float, default 1.0
        ``-alpha`` is the limit on the negative side; ``ELU_alpha`` of the hyper-parameters.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, 2016. Fast and accurate deep network learning by
    exponential linear units (ELUs).
    """
    x, alpha = floating(x), float(alpha)
    # Both branches are computed everywhere: without the minimum, exp overflows where x is large.
    negative = np.minimum(x, 0)
    if deriv:
        return np.where(x > 0, np.ones_like(x), alpha * np.exp(negative))
    return np.where(x > 0, x, alpha * np.expm1(negative))


@rounds_to_zero
def selu(x: ndarray, deriv: bool = False) -> ndarray:
    """Scaled exponential linear unit, ``f(x) = c x`` where ``x > 0``, else ``c a (exp(x) - 1)``.

    ``f'(x) = c`` where ``x > 0``, else ``c a exp(x)``. ``a = 1.67326...`` and ``c = 1.05070...``
    keep the mean 0 and the variance 1 of standard normal inputs from layer to layer; weights are to
    be drawn by ``lecun_normal``. Where ``c x`` would pass the largest finite number, it saturates
    there.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter, 2017. Self-normalizing neural networks.
    """
    with np.errstate(over='ignore'):
        return saturate(_SELU_SCALE * elu(x, deriv, _SELU_ALPHA))


@rounds_to_zero
def softplus(x: ndarray, deriv: bool = False) -> ndarray:
    """Softplus, ``f(x) = log(1 + exp(x))``, a smooth relu.

    Computed as ``max(x, 0) + log(1 + exp(-|x|))``, which never overflows. ``f'(x)`` is the logistic
    function, ``1 / (1 + exp(-x))``.

    Parameters
    ----------
    x, deriv : array, bool
        As for :func:`sigmoid`; so is the result.

    References
    ----------
    Dugas, Bengio, Belisle, Nadeau and Garcia, 2001. Incorporating second-order functional
    knowledge for better option pricing.
    """
    x = floating(x)
    if deriv:
        return sigmoid(x)
    smooth: ndarray = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return smooth
