"""Activation functions with their derivatives, and where scripts find the rest of the mathematics.

Every activation is a pure function ``f(x, deriv=False)``: its value, or its elementwise derivative
at ``x``. float32 and float64 stay what they are; integers give float64; results are finite and
silent over the whole finite range. :class:`epynn.commons.bound_activation.BoundActivation` joins a
function to the hyper-parameters of one layer and gives the vector-Jacobian product that a backward
pass needs.

identity and softmax are in this file, the others by their shape: what rises from one bound to
another in ``sigmoids``, what lets the positive side pass in ``rectifiers``, what multiplies its
input by a gate in ``gated``.
Initializers and clipping live in modules of their own too. Scripts import all of them from here.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from epynn.commons.arguments import function_named
from epynn.commons.maths.clipping import clip_gradient
from epynn.commons.maths.fans import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)
from epynn.commons.maths.floating import floating
from epynn.commons.maths.gated import gelu, mish, silu
from epynn.commons.maths.initializers import (
    INITIALIZERS,
    Constant,
    Normal,
    Uniform,
    ones,
    orthogonal,
    xavier,
    zeros,
)
from epynn.commons.maths.rectifiers import elu, lrelu, relu, selu, softplus
from epynn.commons.maths.sigmoids import hard_sigmoid, hard_tanh, sigmoid, softsign, tanh
from epynn.kernels.arrays import Array
from epynn.kernels.rounding import rounds_to_zero

__all__ = [
    'ACTIVATIONS',
    'INITIALIZERS',
    'ActivationFunction',
    'Constant',
    'Normal',
    'Uniform',
    'activation_functions',
    'clip_gradient',
    'elu',
    'gelu',
    'glorot_normal',
    'glorot_uniform',
    'hard_sigmoid',
    'hard_tanh',
    'he_normal',
    'he_uniform',
    'identity',
    'lecun_normal',
    'lecun_uniform',
    'lrelu',
    'mish',
    'ones',
    'orthogonal',
    'relu',
    'selu',
    'sigmoid',
    'silu',
    'softmax',
    'softplus',
    'softsign',
    'tanh',
    'xavier',
    'zeros',
]

ActivationFunction: TypeAlias = Callable[..., Array]


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
        Shape and dtype of ``x``, integers give float64; ``x`` itself, not a copy, where it is of
        floats, unless ``deriv``.
    """
    x = floating(x)
    return np.ones_like(x) if deriv else x


@rounds_to_zero
def softmax(x: Array, deriv: bool = False, T: float = 1.0) -> Array:
    """Softmax over the last axis, ``f(x)_i = exp(x_i / T) / sum_j exp(x_j / T)``.

    Parameters
    ----------
    x : array
        Linear products, shape (..., u).
    deriv : bool, default False
        Return instead the diagonal of the Jacobian, ``f(x)_i (1 - f(x)_i) / T``. The whole
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
    A: Array = e / np.sum(e, axis=-1, keepdims=True)
    if not deriv:
        return A
    diagonal: Array = A * (1 - A) / T
    return diagonal


ACTIVATIONS: Mapping[str, ActivationFunction] = MappingProxyType({
    f.__name__: f
    for f in (
        identity, relu, lrelu, elu, sigmoid, tanh, softmax,
        gelu, silu, mish, selu, softplus, softsign, hard_sigmoid, hard_tanh,
    )
})  # fmt: skip
"""Every activation function of the library, by name."""


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
