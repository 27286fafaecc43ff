"""An activation function joined to the hyper-parameters of one layer, and what may be one."""

import math
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from epynn.commons.arguments import as_function, as_hyperparameter, describe
from epynn.commons.errors import ArgumentError, ShapeError
from epynn.commons.maths import (
    ACTIVATIONS,
    ActivationFunction,
    elu,
    identity,
    lrelu,
    sigmoid,
    softmax,
    tanh,
)
from epynn.commons.maths.floating import rounds_to_zero
from epynn.kernels.arrays import ndarray
from epynn.kernels.elementwise import by_runs

# Which hyper-parameter of a layer sets which keyword argument of which function.
_HYPERPARAMETERS = (
    (lrelu, 'LRELU_alpha', 'alpha', 0.3),
    (elu, 'ELU_alpha', 'alpha', 1.0),
    (softmax, 'softmax_temperature', 'T', 1.0),
)

_PLACES = 6
"""How many numbers are changed, each by itself, to try a function."""
_LINE = (-np.inf, np.inf)
# Least values of those that dip below 0 are rounded outwards.
_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType({
    'sigmoid': (0, 1), 'hard_sigmoid': (0, 1), 'softmax': (0, 1),
    'tanh': (-1, 1), 'hard_tanh': (-1, 1), 'softsign': (-1, 1),
    'relu': (0, np.inf), 'softplus': (0, np.inf), 'selu': (-1.7581, np.inf),
    'gelu': (-0.17, np.inf), 'gelu_tanh': (-0.1701, np.inf), 'hard_swish': (-0.375, np.inf),
    'relu6': (0, 6), 'silu': (-0.2785, np.inf), 'mish': (-0.3089, np.inf),
})  # fmt: skip


def _hyperparameter(name: str, value: Any) -> float:
    """Check a hyper-parameter of an activation and return it as a Python float."""
    # The bounds keep a value and its inverse inside the range of float32.
    rule, lowest = 'a finite number (up to 1e30)', -1e30
    if name == 'softmax_temperature':
        rule, lowest = 'a number above 0 (1e-30 to 1e30)', 1e-30
    return float(as_hyperparameter(value, name, rule, lowest, 1e30))


class BoundActivation:
    """An activation function with the hyper-parameters of its layer.

    Parameters
    ----------
    function : callable or BoundActivation
        ``f(x, deriv=False)``: one of this module, or one of your own that acts elementwise.
        Another ``BoundActivation`` lends its function and its hyper-parameters; it is not shared.
    se_hPars : mapping, optional
        Hyper-parameters of the layer: ``ELU_alpha``, ``LRELU_alpha``, ``softmax_temperature``; the
        one that concerns ``function`` is read, the others are not.

    Raises
    ------
    ArgumentTypeError
        ``function`` cannot be called.
    ArgumentError
        The hyper-parameter is not a number, not finite, or a temperature of 0 or below.
    """

    function: ActivationFunction
    hyperparameters: dict[str, float]
    """The keyword arguments that the function is called with: ``{'T': 1.0}`` for softmax."""
    __name__: str

    def __init__(
        self,
        function: 'ActivationFunction | BoundActivation',
        se_hPars: Mapping[str, Any] | None = None,
    ) -> None:
        as_function(function, 'activate', 'relu')
        if isinstance(function, BoundActivation):
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
        """Take the hyper-parameter that concerns this function, where ``se_hPars`` has it."""
        for function, name, keyword, _ in _HYPERPARAMETERS:
            if function is self.function and se_hPars is not None and name in se_hPars:
                self.hyperparameters[keyword] = _hyperparameter(name, se_hPars[name])

    def settings(self) -> dict[str, float]:
        """Return the hyper-parameters in force, by their names in ``se_hPars``."""
        return {
            name: self.hyperparameters[keyword]
            for function, name, keyword, _ in _HYPERPARAMETERS
            if function is self.function
        }

    def __call__(self, x: ndarray, deriv: bool = False) -> ndarray:
        """Return ``f(x)``, or its elementwise derivative (softmax: the Jacobian's diagonal)."""
        function = partial(self.function, deriv=deriv, **self.hyperparameters)
        result = by_runs(function, x) if self.takes_runs else function(x)
        if np.shape(result) != x.shape:
            what = 'slopes' if deriv else 'outputs'
            raise ShapeError(
                f'activation {self.__name__}', f'{what} of the shape of x, {x.shape}',
                'nothing' if result is None else f'{np.shape(result)}',
                'Return one number for each in x; its slope where deriv is True.',
            )  # fmt: skip
        return result

    def compute(self, Z: ndarray, out: ndarray) -> None:
        """Compute ``f(Z)`` into `out`; sigmoid and tanh need no array besides.

        In float32 sigmoid is ``(1 + tanh(Z / 2)) / 2``, which is faster. It is as exact on the
        scale of 1: far below 0 it becomes 0 rather than a number below 1e-7.
        """
        if self.function is tanh:
            np.tanh(Z, out=out)
        elif self.function is sigmoid and Z.dtype == np.float32:
            np.multiply(Z, 0.5, out=out)
            np.tanh(out, out=out)
            out *= 0.5
            out += 0.5
        elif self.function is sigmoid:
            np.negative(Z, out=out)
            with np.errstate(over='ignore', under='ignore'):
                np.exp(out, out=out)
            out += 1
            np.divide(1, out, out=out)
        else:
            out[...] = self(Z)

    def is_same_elementwise(self, other: 'BoundActivation') -> bool:
        """Return whether both are one function of the library that takes each number by itself."""
        return (
            self.function is other.function
            and self.is_elementwise
            and self.is_bundled
            and self.hyperparameters == other.hyperparameters
        )

    @rounds_to_zero
    def gradient(self, dA: ndarray, Z: ndarray, A: ndarray) -> ndarray:
        """Return ``dZ``, the gradient with respect to the linear product, from ``dA``.

        - elementwise functions: ``dZ = dA * f'(Z)``; from the output where that spares the
          exponential: ``dA * A (1 - A)`` for sigmoid, ``dA * (1 - A^2)`` for tanh;
        - softmax: ``dZ_i = sum_j dA_j dA_j/dZ_i = A_i (dA_i - sum_j dA_j A_j) / T``, because
          its Jacobian is ``A_j (delta_ij - A_i) / T``. The product needs no array of Jacobians:
          memory is that of ``A``, ``O(m u)``.

        All have the shape of ``Z``, the input of the function, and of ``A``, its output; ``dZ`` has
        the dtype of ``A``. For identity it is ``dA`` itself.
        """
        if self.function is identity:
            return dA
        if self.function is softmax:
            mean = np.sum(dA * A, axis=-1, keepdims=True)
            dZ: ndarray = A * (dA - mean) / self.hyperparameters['T']
            return dZ
        if self.takes_runs:
            return by_runs(self.multiply_slope, dA, Z, A)
        return self.multiply_slope(dA, Z, A)

    def multiply_slope(self, dA: ndarray, Z: ndarray, A: ndarray) -> ndarray:
        """Compute ``dA * f'(Z)`` of an elementwise function."""
        dZ = self.slope(Z, A, np.empty_like(A))
        dZ *= dA
        return dZ

    def slope(self, Z: ndarray, A: ndarray, out: ndarray) -> ndarray:
        """Compute ``f'(Z)`` of an elementwise function, into `out`, and return it.

        From the output where that is faster: ``A (1 - A)`` for sigmoid, ``1 - A^2`` for tanh.
        """
        if self.function is sigmoid:
            np.subtract(1, A, out=out)
            out *= A
        elif self.function is tanh:
            np.multiply(A, A, out=out)
            np.subtract(1, out, out=out)
        else:
            out[...] = self(Z, deriv=True)
        return out

    @property
    def is_elementwise(self) -> bool:
        """Whether each output depends on one input only, as for all functions but softmax."""
        return self.function is not softmax

    @property
    def takes_runs(self) -> bool:
        """Whether arrays may be cut and computed in parts: of functions whose insides are known."""
        return self.is_bundled and self.is_elementwise and self.function is not identity

    @property
    def range(self) -> tuple[float, float]:
        """The smallest interval that all outputs are in; the whole line for functions of your own.

        Bounds that are only approached count, too.
        """
        alpha = self.hyperparameters.get('alpha', 0)
        if self.function is elu:
            return min(-alpha, 0), np.inf
        if self.function is lrelu:
            return -np.inf if alpha > 0 else 0, np.inf
        return _RANGES.get(self.__name__, _LINE) if self.is_bundled else _LINE

    @property
    def is_bundled(self) -> bool:
        """Whether the function is one of the library."""
        return any(self.function is f for f in ACTIVATIONS.values())

    def __repr__(self) -> str:
        settings = ''.join(f', {name}={value:g}' for name, value in self.hyperparameters.items())
        return f'BoundActivation({self.__name__}{settings})'


def check_elementwise(function: Any, name: str, shape: tuple[int, ...] = (2, 3)) -> None:
    """Refuse a function whose outputs depend on other numbers than their own, but for softmax.

    Such a function has a Jacobian, of which its slopes would be the diagonal alone. It is found by
    changing one number of an array of that shape, and looking at other outputs. A function that
    cannot be tried on a few numbers, or draws random ones, is let pass.
    """
    if isinstance(function, BoundActivation) or function in ACTIVATIONS.values():
        return
    Z = np.linspace(-1.5, 2, math.prod(shape)).reshape(shape)
    places = np.unique(np.linspace(0, Z.size - 1, _PLACES).astype(int))
    with np.errstate(all='ignore'):
        try:
            A, again = (np.array(function(Z.copy()), float) for _ in range(2))
            if A.shape != shape or not np.array_equal(A, again, equal_nan=True):
                return
            disturbed = any(_disturbs(function, Z, A, i, z) for i in places for z in (-4, 4))
        except Exception:  # noqa: BLE001 - it may be made for arrays of another shape
            return
    if disturbed:
        T = getattr(function, 'keywords', {}).get('T', '...')
        raise ArgumentError(
            name, 'an activation that takes each number by itself, or softmax',
            f'{describe(function)}, in which they act on each other',
            f"Pass softmax itself and se_hPars={{'softmax_temperature': {T}}}."
            if np.allclose(A.sum(axis=1), 1)
            else 'Make it a layer of your own, whose backward multiplies by its Jacobian.',
        )  # fmt: skip


def _disturbs(function: Any, Z: ndarray, A: ndarray, place: int, value: float) -> bool:
    """Return whether another number in one place changes outputs in others."""
    changed = Z.copy()
    changed.flat[place] = value
    B = np.array(function(changed.copy()), float)
    same = changed == Z
    return not np.array_equal(A[same], B[same], equal_nan=True)
