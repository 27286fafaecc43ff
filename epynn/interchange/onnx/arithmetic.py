"""What operators of ONNX compute, in NumPy: for constants, and to see which function nodes make.

Nothing here is large: constants are folded within a budget, functions are tried at some points.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.interchange.onnx.node import Node
from epynn.kernels.arrays import ndarray

erf = np.vectorize(math.erf, otypes=[np.float64])


def leaky(node: Node, x: ndarray) -> ndarray:
    """Return ``x`` above 0, ``alpha x`` below."""
    return np.where(x < 0, node.number('alpha', 0.01) * x, x)


def elu(node: Node, x: ndarray) -> ndarray:
    """Return ``x`` above 0, ``alpha (exp(x) - 1)`` below."""
    return np.where(x < 0, node.number('alpha', 1.0) * np.expm1(np.minimum(x, 0)), x)


def selu(node: Node, x: ndarray) -> ndarray:
    """Return a scaled ELU, by the numbers of Klambauer et al. (2017) as float32 has them."""
    alpha = node.number('alpha', 1.67326319217681884765625)
    gamma = node.number('gamma', 1.05070102214813232421875)
    return gamma * np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


def sigmoid(node: Node, x: ndarray) -> Any:
    """Return ``1 / (1 + exp(-x))``."""
    return 1 / (1 + np.exp(-x))


def hard_sigmoid(node: Node, x: ndarray) -> Any:
    """Return a line from 0 to 1."""
    return np.clip(node.number('alpha', 0.2) * x + node.number('beta', 0.5), 0, 1)


def hard_swish(node: Node, x: ndarray) -> Any:
    """Return ``x`` times a line from 0 to 1."""
    return x * np.clip(x / 6 + 0.5, 0, 1)


def swish(node: Node, x: ndarray) -> Any:
    """Return ``x sigmoid(alpha x)``."""
    return x / (1 + np.exp(-node.number('alpha', 1.0) * x))


def gelu(node: Node, x: ndarray) -> Any:
    """Return ``x`` times the normal distribution, or times what stands for it."""
    if node.text('approximate', 'none') == 'tanh':
        Phi = 1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    else:
        Phi = 1 + erf(x / np.sqrt(2))
    return x / 2 * Phi


def softplus(node: Node, x: ndarray) -> Any:
    """Return ``log(1 + exp(x))``."""
    return np.logaddexp(0, x)


def mish(node: Node, x: ndarray) -> Any:
    """Return ``x tanh(softplus(x))``."""
    return x * np.tanh(softplus(node, x))


def clip(node: Node, x: ndarray, low: Any = None, high: Any = None) -> Any:
    """Return numbers within bounds, which older files tell as settings."""
    low = node.number('min', -np.inf) if low is None else low
    return np.minimum(np.maximum(x, low), node.number('max', np.inf) if high is None else high)


def thresholded(node: Node, x: ndarray) -> ndarray:
    """Return ``x`` above ``alpha``, 0 below."""
    return np.where(x > node.number('alpha', 1.0), x, 0)


def cast(node: Node, x: ndarray) -> ndarray:
    """Return numbers of another type: 1, 10, 11 and 16 are floats, 9 is bool, others are whole."""
    kind = node.whole('to', 1)
    if kind in (1, 10, 11, 16):
        return x if x.dtype.kind == 'f' else x.astype(np.float64)
    return x.astype(bool if kind == 9 else np.int64)


def plain(function: Callable[..., Any]) -> Callable[..., ndarray]:
    """Return a function that has no settings as one of a node."""
    return lambda node, *inputs: function(*inputs)


def from_the_left(function: Callable[..., Any]) -> Callable[..., ndarray]:
    """Return a function of two as one of a node that has any number of inputs."""

    def fold(node: Node, first: ndarray, *others: ndarray) -> ndarray:
        for each in others:
            first = function(first, each)
        return first

    return fold


def divide(x: ndarray, y: ndarray) -> ndarray:
    """Divide; whole numbers are cut towards 0."""
    if x.dtype.kind in 'iu' and y.dtype.kind in 'iu':
        return np.where(y == 0, 0, np.sign(x) * np.sign(y) * (np.abs(x) // np.maximum(abs(y), 1)))
    return x / y


ELEMENTWISE: Mapping[str, Callable[..., ndarray]] = MappingProxyType({
    'Abs': plain(np.abs), 'Add': plain(np.add), 'And': plain(np.logical_and), 'Cast': cast,
    'CastLike': lambda node, x, _: x,
    'Celu': lambda node, x: np.where(
        x < 0, node.number('alpha', 1.0) * np.expm1(np.minimum(x, 0) / node.number('alpha', 1.0)), x
    ),
    'Clip': clip, 'Cos': plain(np.cos), 'Div': plain(divide), 'Elu': elu, 'Equal': plain(np.equal),
    'Erf': plain(erf), 'Exp': plain(np.exp), 'Gelu': gelu, 'Greater': plain(np.greater),
    'GreaterOrEqual': plain(np.greater_equal), 'HardSigmoid': hard_sigmoid,
    'HardSwish': hard_swish, 'Identity': plain(lambda x: x), 'LeakyRelu': leaky,
    'Less': plain(np.less), 'LessOrEqual': plain(np.less_equal), 'Log': plain(np.log),
    'Max': from_the_left(np.maximum), 'Min': from_the_left(np.minimum), 'Mish': mish,
    'Mod': plain(np.mod), 'Mul': plain(np.multiply), 'Neg': plain(np.negative),
    'Not': plain(np.logical_not),
    'Pow': plain(np.power),
    'Reciprocal': plain(lambda x: 1 / x), 'Relu': plain(lambda x: np.maximum(x, 0)),
    'Selu': selu, 'Sigmoid': sigmoid, 'Sin': plain(np.sin), 'Softplus': softplus,
    'Softsign': plain(lambda x: x / (1 + np.abs(x))), 'Sqrt': plain(np.sqrt),
    'Sub': plain(np.subtract), 'Sum': from_the_left(np.add), 'Swish': swish,
    'Tanh': plain(np.tanh), 'ThresholdedRelu': thresholded, 'Where': plain(np.where),
})  # fmt: skip
"""Operators that compute each number by itself."""
