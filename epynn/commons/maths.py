"""Activation functions with their derivatives, initializers of parameters, gradient clipping.

Every activation is a pure function ``f(x, deriv=False)``: its value, or its elementwise derivative
at ``x``. float32 and float64 stay what they are; integers give float64; results are finite and
silent over the whole finite range. :class:`Activation` joins a function to the hyper-parameters
of one layer and gives the vector-Jacobian product that a backward pass needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import numpy as np

from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.kernels.arrays import Array

ActivationFunction: TypeAlias = Callable[..., Array]


def _floating(x: Any) -> Array:
    """Return ``x`` itself if it holds floating-point numbers, else a float64 array of it."""
    if hasattr(x, 'dtype') and np.issubdtype(x.dtype, np.inexact):
        array: Array = x
        return array
    return np.asarray(x, dtype=np.float64)


# ACTIVATIONS


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

# Which hyper-parameter of a layer sets which keyword argument of which function.
_HYPERPARAMETERS = (
    (lrelu, 'LRELU_alpha', 'alpha', 0.3),
    (elu, 'ELU_alpha', 'alpha', 1.0),
    (softmax, 'softmax_temperature', 'T', 1.0),
)


def function_named(where: str, table: Mapping[str, Callable[..., Any]], key: Any) -> Any:
    """Return the function that ``key`` stands for: one of the table's names, or itself a function.

    Parameters
    ----------
    where : str
        The argument concerned, for the error: ``'loss'``.
    table : mapping of str to function
        The names that are known.
    key : str or callable
        A name or a function.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    ArgumentError
        ``key`` is neither a function nor one of the names.
    """
    if callable(key):
        return key
    if isinstance(key, str) and key in table:
        return table[key]
    raise ArgumentError(where, f'a function or one of {", ".join(table)}', repr(key))


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


def _hyperparameter(name: str, value: Any) -> float:
    """Check a hyper-parameter of an activation and return it as a Python float."""
    # The bounds keep a value and its inverse inside the range of float32.
    temperature = name == 'softmax_temperature'
    lowest = 1e-30 if temperature else -1e30
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not (is_number and lowest <= float(value) <= 1e30):
        rule = 'a number above 0 (1e-30 to 1e30)' if temperature else 'a finite number (up to 1e30)'
        raise ArgumentError(name, rule, repr(value), 'Set it in se_hPars.')
    return float(value)


class Activation:
    """An activation function with the hyper-parameters of its layer.

    Parameters
    ----------
    function : callable or Activation
        ``f(x, deriv=False)``: one of this module, or one of your own that acts elementwise.
        Another ``Activation`` lends its function and its hyper-parameters; it is not shared.
    se_hPars : mapping, optional
        Hyper-parameters of the layer: ``ELU_alpha``, ``LRELU_alpha``, ``softmax_temperature``; the
        one that concerns ``function`` is read, the others are not.

    Attributes
    ----------
    function : callable
        The function itself.
    hyperparameters : dict
        The keyword arguments it is called with: ``{'T': 1.0}`` for softmax.

    Raises
    ------
    ArgumentTypeError
        ``function`` cannot be called.
    ArgumentError
        The hyper-parameter is not a number, not finite, or a temperature of 0 or below.
    """

    function: ActivationFunction
    hyperparameters: dict[str, float]
    __name__: str

    def __init__(
        self, function: ActivationFunction | Activation, se_hPars: Mapping[str, Any] | None = None
    ) -> None:
        if not callable(function):
            raise ArgumentTypeError(
                'activate',
                'a function f(x, deriv=False)',
                repr(function),
                f'Import one from epynn.commons.maths: {", ".join(ACTIVATIONS)}.',
            )
        if isinstance(function, Activation):
            self.function = function.function
            self.hyperparameters = dict(function.hyperparameters)
        else:
            self.function = function
            self.hyperparameters = {
                keyword: default for f, _, keyword, default in _HYPERPARAMETERS if f is function
            }
        self.__name__ = getattr(self.function, '__name__', type(self.function).__name__)
        self.set_hyperparameters(se_hPars)

    def set_hyperparameters(self, se_hPars: Mapping[str, Any] | None) -> None:
        """Take the hyper-parameter that concerns this function, where ``se_hPars`` has it.

        Parameters
        ----------
        se_hPars : mapping or None
            Hyper-parameters of the layer. It is not modified; None changes nothing.

        Raises
        ------
        ArgumentError
            The value is not a number, not finite, or a temperature of 0 or below.
        """
        for function, name, keyword, _ in _HYPERPARAMETERS:
            if function is self.function and se_hPars is not None and name in se_hPars:
                self.hyperparameters[keyword] = _hyperparameter(name, se_hPars[name])

    def __call__(self, x: Array, deriv: bool = False) -> Array:
        """Return ``f(x)``, or its elementwise derivative (softmax: the Jacobian's diagonal)."""
        return self.function(x, deriv=deriv, **self.hyperparameters)

    def gradient(self, dA: Array, Z: Array, A: Array) -> Array:
        """Return ``dZ``, the gradient with respect to the linear product, from ``dA``.

        - elementwise functions: ``dZ = dA * f'(Z)``; from the output where that spares the
          exponential: ``dA * A (1 - A)`` for sigmoid, ``dA * (1 - A^2)`` for tanh;
        - softmax: ``dZ_i = sum_j dA_j dA_j/dZ_i = A_i (dA_i - sum_j dA_j A_j) / T``, because
          its Jacobian is ``A_j (delta_ij - A_i) / T``. The product needs no array of Jacobians:
          memory is that of ``A``, ``O(m u)``.

        Parameters
        ----------
        dA : array
            Gradient of the loss with respect to ``A``, shape (..., u).
        Z : array
            Linear product, the input of the function, same shape.
        A : array
            Output of the function, ``f(Z)``, same shape.

        Returns
        -------
        array
            ``dZ``, same shape and dtype; for identity it is ``dA`` itself.
        """
        if self.function is identity:
            dZ = dA
        elif self.function is sigmoid:
            dZ = dA * A * (1 - A)
        elif self.function is tanh:
            dZ = dA * (1 - np.square(A))
        elif self.function is softmax:
            mean = np.sum(dA * A, axis=-1, keepdims=True)
            dZ = A * (dA - mean) / self.hyperparameters['T']
        else:
            dZ = dA * self(Z, deriv=True)
        return dZ

    def __repr__(self) -> str:
        settings = ''.join(f', {name}={value:g}' for name, value in self.hyperparameters.items())
        return f'Activation({self.__name__}{settings})'


# INITIALIZERS


def xavier(shape: tuple[int, ...], rng: np.random.Generator | None = None) -> Array:
    """Draw parameters from a normal distribution of variance ``2 / sum(shape)``.

    ``standard_normal(shape) * sqrt(2 / sum(shape))``. For a matrix ``(n, u)`` the sum is fan-in
    plus fan-out, as in the paper. For more axes it is the plain sum of the shape, not the products
    of the receptive field that other libraries take.

    Parameters
    ----------
    shape : tuple of int
        Shape of the parameters.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Parameters, float64.

    References
    ----------
    Glorot and Bengio, 2010. Understanding the difficulty of training deep feedforward neural
    networks. The normal variant.
    """
    rng = np.random.default_rng() if rng is None else rng
    return rng.standard_normal(shape) * math.sqrt(2 / sum(shape))


def orthogonal(shape: tuple[int, ...], rng: np.random.Generator | None = None) -> Array:
    """Draw a matrix with orthonormal columns, or rows where it is wider than tall.

    ``Q R`` decomposition of a standard normal of that shape, transposed first where it is wider
    than tall and back afterwards. The columns of ``Q`` take the sign of the diagonal of ``R``,
    without which the distribution is not uniform. More than two axes: the leading ones are
    flattened to ``(prod(shape[:-1]), shape[-1])`` for the decomposition.

    Parameters
    ----------
    shape : tuple of int
        Shape of the parameters.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Parameters, float64.

    References
    ----------
    Saxe, McClelland and Ganguli, 2014. Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks. Signs as in Mezzadri, 2007.
    """
    rng = np.random.default_rng() if rng is None else rng
    draw = rng.standard_normal(shape).reshape(math.prod(shape[:-1]), shape[-1])
    wide = draw.shape[0] < draw.shape[1]
    Q, R = np.linalg.qr(draw.T if wide else draw)
    Q = Q * np.sign(np.diag(R))
    return np.reshape(Q.T if wide else Q, shape)


# GRADIENTS


class _HasGradients(Protocol):
    """Anything with a dictionary of gradients, such as a layer."""

    g: dict[str, Array]


def clip_gradient(layer: _HasGradients, max_norm: float = 0.25) -> None:
    """Scale the gradients of a layer down to a joint L2 norm of at most ``max_norm``.

    ``g <- g * max_norm / norm`` for every gradient, where ``norm = sqrt(sum of all squares) >
    max_norm``; their direction is kept. The norm is computed relative to the largest element, so
    that squares cannot overflow. Gradients that are not finite are left as they are, for the check
    in training to find.

    Parameters
    ----------
    layer : Layer
        A layer with gradients ``g``. The dictionary keeps its keys and gets new arrays.
    max_norm : float, default 0.25
        Largest norm accepted, above 0.

    Raises
    ------
    ArgumentError
        ``max_norm`` is not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio, 2013. On the difficulty of training recurrent neural networks.
    """
    max_norm = float(max_norm)
    if not max_norm > 0:
        raise ArgumentError('max_norm', 'a number above 0', repr(max_norm))
    # NumPy's maximum hands a NaN on, Python's would lose it.
    largest = np.max([np.max(np.abs(g), initial=0) for g in layer.g.values()], initial=0)
    if not 0 < largest < math.inf:
        return
    unit = {name: g / largest for name, g in layer.g.items()}
    norm = math.hypot(*(float(np.linalg.norm(g)) for g in unit.values()))
    if float(largest) * norm > max_norm:
        layer.g.update({name: g * (max_norm / norm) for name, g in unit.items()})
