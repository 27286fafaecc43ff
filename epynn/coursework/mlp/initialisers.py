"""Parameter initialisers: objects called with a shape.

The course draws from ``np.random.RandomState``, and its seeds rely on it; a
``np.random.Generator`` will do too. Without one, each initialiser starts a stream of its own from
``DEFAULT_SEED``.
"""

from typing import Any, Protocol, TypeAlias

import numpy as np

from epynn.commons.errors import ShapeError
from epynn.commons.maths.initializers import (
    Constant,
    Normal,
    Uniform,
    glorot_normal,
    glorot_uniform,
)
from epynn.kernels.arrays import Array

DEFAULT_SEED = 123456
"""Seed of the course where no stream of random numbers is given."""

Shape: TypeAlias = int | tuple[int, ...]


class Initialiser(Protocol):
    """What a layer asks of an initialiser: one of this module, or of your own."""

    def __call__(self, shape: Shape) -> Array:
        """Return parameters of that shape."""


def default_rng(rng: Any) -> Any:
    """Return `rng`, or a new stream from the default seed of the course if it is None."""
    return np.random.RandomState(DEFAULT_SEED) if rng is None else rng


class ConstantInit:
    """Give every parameter the same value.

    Parameters
    ----------
    value : float
        The value.
    """

    def __init__(self, value: float) -> None:
        self.initialize = Constant(value)

    def __call__(self, shape: Shape) -> Array:
        """Return an array of that shape, float64."""
        return self.initialize(_as_tuple(shape))


class UniformInit:
    """Draw evenly between two bounds.

    Parameters
    ----------
    low, high : float
        The bounds; the lower one may be drawn, the higher one not.
    rng : numpy.random.RandomState, optional
        Where to draw from.
    """

    def __init__(self, low: float, high: float, rng: Any = None) -> None:
        self.initialize = Uniform(low, high)
        self.rng = default_rng(rng)

    def __call__(self, shape: Shape) -> Array:
        """Return an array of that shape, float64."""
        return self.initialize(_as_tuple(shape), self.rng)


class NormalInit:
    """Draw from a normal distribution.

    Parameters
    ----------
    mean, std : float
        Mean and standard deviation.
    rng : numpy.random.RandomState, optional
        Where to draw from.
    """

    def __init__(self, mean: float, std: float, rng: Any = None) -> None:
        self.initialize = Normal(mean, std)
        self.rng = default_rng(rng)

    def __call__(self, shape: Shape) -> Array:
        """Return an array of that shape, float64."""
        return self.initialize(_as_tuple(shape), self.rng)


class GlorotUniformInit:
    """Draw weights evenly between minus and plus ``gain sqrt(6 / (input_dim + output_dim))``.

    Parameters
    ----------
    gain : float, optional
        Scale, for the activation that follows.
    rng : numpy.random.RandomState, optional
        Where to draw from.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010.
    """

    def __init__(self, gain: float = 1.0, rng: Any = None) -> None:
        self.gain = gain
        self.rng = default_rng(rng)

    def __call__(self, shape: tuple[int, ...]) -> Array:
        """Return weights of shape ``(output_dim, input_dim)``, float64."""
        return self.gain * glorot_uniform(_as_matrix(shape), self.rng)


class GlorotNormalInit:
    """Draw weights of standard deviation ``gain sqrt(2 / (input_dim + output_dim))``.

    Parameters
    ----------
    gain : float, optional
        Scale, for the activation that follows.
    rng : numpy.random.RandomState, optional
        Where to draw from.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010.
    """

    def __init__(self, gain: float = 1.0, rng: Any = None) -> None:
        self.gain = gain
        self.rng = default_rng(rng)

    def __call__(self, shape: tuple[int, ...]) -> Array:
        """Return weights of shape ``(output_dim, input_dim)``, float64."""
        return self.gain * glorot_normal(_as_matrix(shape), self.rng)


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
