"""Parameter initialisers: objects called with a shape.

The course draws from ``np.random.RandomState``, and its seeds rely on it; a
``np.random.Generator`` will do too. Without one, each initialiser starts a stream of its own from
``DEFAULT_SEED``.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np

from epynn.commons.errors import ShapeError
from epynn.commons.maths.initializers import (
    Constant,
    Normal,
    Uniform,
    glorot_normal,
    glorot_uniform,
)
from epynn.kernels.arrays import ndarray

DEFAULT_SEED = 123456
"""Seed of the course where no stream of random numbers is given."""

Shape: TypeAlias = int | tuple[int, ...]


class Initialiser(Protocol):
    """What a layer asks of an initialiser: one of this module, or of your own."""

    def __call__(self, shape: Shape) -> ndarray:
        """Return parameters of that shape."""


def default_rng(rng: Any) -> Any:
    """Return `rng`, or a new stream from the default seed of the course if it is None."""
    return np.random.RandomState(DEFAULT_SEED) if rng is None else rng


class ConstantInit:
    """Give every parameter the same value."""

    def __init__(self, value: float) -> None:
        self.initialize = Constant(value)

    def __call__(self, shape: Shape) -> ndarray:
        """Return an array of that shape, float64."""
        return self.initialize(_as_tuple(shape))


class _Random:
    """Base of the initialisers that draw each parameter by itself."""

    def __init__(self, initialize: Uniform | Normal, rng: Any) -> None:
        self.initialize = initialize
        self.rng = default_rng(rng)

    def __call__(self, shape: Shape) -> ndarray:
        """Return an array of that shape, float64."""
        return self.initialize(_as_tuple(shape), self.rng)


class UniformInit(_Random):
    """Draw evenly between two bounds; the lower one may be drawn, the higher one not."""

    def __init__(self, low: float, high: float, rng: Any = None) -> None:
        super().__init__(Uniform(low, high), rng)


class NormalInit(_Random):
    """Draw from a normal distribution of that mean and standard deviation."""

    def __init__(self, mean: float, std: float, rng: Any = None) -> None:
        super().__init__(Normal(mean, std), rng)


class _Glorot:
    """Base of the initialisers of matrices, scaled by a gain for the activation that follows."""

    draw: ClassVar[Callable[..., ndarray]]

    def __init__(self, gain: float = 1.0, rng: Any = None) -> None:
        self.gain = gain
        self.rng = default_rng(rng)

    def __call__(self, shape: tuple[int, ...]) -> ndarray:
        """Return weights of shape ``(output_dim, input_dim)``, float64."""
        return self.gain * type(self).draw(_as_matrix(shape), self.rng)


class GlorotUniformInit(_Glorot):
    """Draw weights evenly between minus and plus ``gain sqrt(6 / (input_dim + output_dim))``.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010. The gain is for the activation that follows.
    """

    draw = glorot_uniform


class GlorotNormalInit(_Glorot):
    """Draw weights of standard deviation ``gain sqrt(2 / (input_dim + output_dim))``.

    All else is as in :class:`GlorotUniformInit`.
    """

    draw = glorot_normal


def _as_tuple(shape: Shape) -> tuple[int, ...]:
    """Return the shape as a tuple; one number is the length of a vector."""
    return (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)


def _as_matrix(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape if it is that of a matrix: fans of other shapes are not one thing to all."""
    if len(shape) != 2:
        raise ShapeError(
            'Glorot initialiser', 'a shape of 2 axes (output_dim, input_dim)', str(shape),
            'For kernels, take UniformInit or NormalInit with bounds of your own.',
        )  # fmt: skip
    return shape
