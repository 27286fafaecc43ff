"""Initializers: how parameters are drawn, each ``f(shape, rng)``, in float64.

Those whose scale follows from the number of inputs and outputs of a unit, Glorot, He and LeCun,
are in :mod:`epynn.commons.maths.fans`. Those with settings are objects:
``Dense(4, initialization=Normal(std=1))``.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from epynn.commons.arguments import as_float, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.maths.fans import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)
from epynn.commons.names import Named
from epynn.kernels.arrays import Array

__all__ = [
    'INITIALIZERS',
    'Constant',
    'Initializer',
    'Normal',
    'Uniform',
    'glorot_normal',
    'glorot_uniform',
    'he_normal',
    'he_uniform',
    'lecun_normal',
    'lecun_uniform',
    'ones',
    'orthogonal',
    'xavier',
    'zeros',
]

Initializer: TypeAlias = Callable[..., Array]


def xavier(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
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


def orthogonal(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
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


def zeros(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Return zeros. Weights that all start alike stay alike: for biases and scales."""
    return np.zeros(shape)


def ones(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Return ones. Weights that all start alike stay alike: for biases and scales."""
    return np.ones(shape)


@dataclass(frozen=True)
class Constant(Named):
    """Give every parameter the same value.

    Parameters
    ----------
    value : float, default 0
        The value.
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        as_float(self.value, 'Constant.value', low=-math.inf)

    def __call__(self, shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
        """Return an array of that value, float64."""
        return np.full(shape, float(self.value))


@dataclass(frozen=True)
class Normal(Named):
    """Draw from a normal distribution, whatever the shape.

    Parameters
    ----------
    mean, std : float, optional
        Mean and standard deviation.
    """

    mean: float = 0.0
    std: float = 0.05

    def __post_init__(self) -> None:
        as_float(self.mean, 'Normal.mean', low=-math.inf)
        as_float(self.std, 'Normal.std', low=0)

    def __call__(self, shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
        """Return draws of that shape, float64."""
        rng = np.random.default_rng() if rng is None else rng
        return rng.standard_normal(shape) * self.std + self.mean


@dataclass(frozen=True)
class Uniform(Named):
    """Draw evenly between two bounds, whatever the shape.

    Parameters
    ----------
    low, high : float, optional
        The bounds; the lower one may be drawn, the higher one not.
    """

    low: float = -0.05
    high: float = 0.05

    def __post_init__(self) -> None:
        as_float(self.low, 'Uniform.low', low=-math.inf)
        as_float(self.high, 'Uniform.high', low=-math.inf)
        if self.low >= self.high:
            raise ArgumentError(
                'Uniform.low', f'a number below high, {self.high:g}', describe(self.low),
                'Exchange the two, or give both.',
            )  # fmt: skip

    def __call__(self, shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
        """Return draws of that shape, float64."""
        rng = np.random.default_rng() if rng is None else rng
        return rng.uniform(self.low, self.high, shape)


INITIALIZERS: Mapping[str, Initializer] = MappingProxyType({
    f.__name__: f
    for f in (
        xavier, orthogonal, glorot_normal, glorot_uniform, he_normal, he_uniform,
        lecun_normal, lecun_uniform, zeros, ones,
    )
})  # fmt: skip
"""Every initializer that needs no settings, by name."""
