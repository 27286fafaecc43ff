"""The activations that go by name; see :mod:`epynn.commons.maths`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from epynn.commons.arguments import function_named
from epynn.commons.maths.gated import gelu, gelu_tanh, hard_swish, mish, silu
from epynn.commons.maths.rectifiers import elu, identity, lrelu, relu, selu, softplus
from epynn.commons.maths.sigmoids import (
    hard_sigmoid,
    hard_tanh,
    relu6,
    sigmoid,
    softmax,
    softsign,
    tanh,
)
from epynn.kernels.arrays import ndarray

ActivationFunction: TypeAlias = Callable[..., ndarray]

ACTIVATIONS: Mapping[str, ActivationFunction] = MappingProxyType({
    f.__name__: f
    for f in (
        identity, relu, lrelu, elu, sigmoid, tanh, softmax,
        gelu, silu, mish, selu, softplus, softsign, hard_sigmoid, hard_tanh,
        gelu_tanh, hard_swish, relu6,
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
