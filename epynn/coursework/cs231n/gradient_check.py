"""Gradients by central differences, to check those that a backward pass computes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from epynn.commons.logs import process_logs
from epynn.kernels.arrays import ndarray

__all__ = ['eval_numerical_gradient', 'eval_numerical_gradient_array', 'rel_error']


def eval_numerical_gradient(
    f: Callable[[ndarray], Any], x: ndarray, verbose: bool = True, h: float = 0.00001
) -> ndarray:
    """Evaluate the gradient of a function that returns a number: ``(f(x + h) - f(x - h)) / 2h``.

    The point `x`, of floating-point numbers, is changed in place while `f` is called, then put
    back. Each number is shown as it is found, if `verbose`.
    """
    grad = _differences(f, x, np.float64(1), h)
    if verbose:
        for index, value in np.ndenumerate(grad):
            process_logs(f'{index} {value}')
    return grad


def eval_numerical_gradient_array(
    f: Callable[[ndarray], ndarray], x: ndarray, df: ndarray, h: float = 1e-5
) -> ndarray:
    """Evaluate the gradient of ``sum(f(x) * df)`` for a function that returns an array.

    `df` is the gradient of the loss with respect to that array; `x` as in
    :func:`eval_numerical_gradient`.
    """
    return _differences(f, x, df, h)


def rel_error(x: Any, y: Any) -> float:
    """Return the largest relative error, ``max(|x - y| / max(1e-8, |x| + |y|))``.

    It is 0 where they are equal, 1 where one of them is 0.
    """
    x, y = np.asarray(x), np.asarray(y)
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))))


def _differences(f: Callable[[ndarray], Any], x: ndarray, df: Any, h: float) -> ndarray:
    """Return the central difference of ``sum(f(x) * df)`` for each number of x, put back after."""
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = np.array(f(x))  # a copy: f may return x itself
        x[index] = value - h
        below = np.array(f(x))
        x[index] = value
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad
