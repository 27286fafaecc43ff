"""Initializers: how parameters are drawn, each ``f(shape, rng)``, in float64.

Those of Glorot, He and LeCun take their scale from the fans, how many numbers enter and leave a
unit. For weights ``(n, u)`` fan-in and fan-out are ``n`` and ``u``; filters ``(fh, fw, d, u)``
count their receptive field, ``fh fw d`` and ``fh fw u``; a single axis ``(n,)`` counts as both.

==============  =========================================
glorot_normal   variance ``2 / (fan_in + fan_out)``
glorot_uniform  within ``sqrt(6 / (fan_in + fan_out))``
he_normal       variance ``2 / fan_in``
he_uniform      within ``sqrt(6 / fan_in)``
lecun_normal    variance ``1 / fan_in``
lecun_uniform   within ``sqrt(3 / fan_in)``
==============  =========================================

Normal and uniform draws of one name have the same variance. The normal ones are plain, as in torch;
Keras cuts them off at two standard deviations. Initializers with settings are objects:
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
from epynn.commons.names import Named
from epynn.kernels.arrays import ndarray

Initializer: TypeAlias = Callable[..., ndarray]
Shape: TypeAlias = tuple[int, ...]
Rng: TypeAlias = 'np.random.Generator | None'


def draw_normal(shape: Shape, rng: Rng, variance: float) -> ndarray:
    """Draw from a normal distribution of mean 0 and that variance."""
    rng = np.random.default_rng() if rng is None else rng
    return rng.standard_normal(shape) * math.sqrt(variance)


def draw_uniform(shape: Shape, rng: Rng, variance: float) -> ndarray:
    """Draw from a uniform distribution of mean 0 and that variance: bounds ``sqrt(3 variance)``."""
    rng = np.random.default_rng() if rng is None else rng
    bound = math.sqrt(3 * variance)
    return rng.uniform(-bound, bound, shape)


def xavier(shape: Shape, rng: Rng = None) -> ndarray:
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
    return draw_normal(shape, rng, 2 / sum(shape))


def orthogonal(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw a matrix with orthonormal columns, or rows where it is wider than tall.

    ``Q R`` decomposition of a standard normal of that shape, transposed first where it is wider
    than tall and back afterwards. The columns of ``Q`` take the sign of the diagonal of ``R``,
    without which the distribution is not uniform. More than two axes: the leading ones are
    flattened to ``(prod(shape[:-1]), shape[-1])`` for the decomposition.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; so is the result.

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


def fans(shape: Shape) -> tuple[int, int]:
    """Return fan-in and fan-out of weights ``(..., n, u)``: the leading axes times n, and times u.

    A single axis counts as n and as u. No axis, or one of length 0, raises an ArgumentError.
    """
    if not shape or 0 in shape:
        raise ArgumentError(
            'initialization', 'weights of at least one number', f'shape {shape}',
            'Give a layer inputs and units.',
        )  # fmt: skip
    field = math.prod(shape[:-2])
    return field * shape[-2 if len(shape) > 1 else -1], field * shape[-1]


def glorot_normal(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw from a normal distribution of variance ``2 / (fan_in + fan_out)``.

    For tanh and other activations that are straight around 0. Fans as in :func:`fans`; the paper is
    that of :func:`xavier`.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; so is the result.
    """
    return draw_normal(shape, rng, 2 / sum(fans(shape)))


def glorot_uniform(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw evenly between minus and plus ``sqrt(6 / (fan_in + fan_out))``, fans as in :func:`fans`.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; so is the result.
    """
    return draw_uniform(shape, rng, 2 / sum(fans(shape)))


def he_normal(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw from a normal distribution of variance ``2 / fan_in``.

    For relu and its kin, which stop half of their input. Fans as in :func:`fans`.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; so is the result.

    References
    ----------
    He, Zhang, Ren and Sun, 2015. Delving deep into rectifiers: surpassing human-level performance
    on ImageNet classification.
    """
    return draw_normal(shape, rng, 2 / fans(shape)[0])


def he_uniform(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw evenly between minus and plus ``sqrt(6 / fan_in)``, fans as in :func:`fans`.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; so is the result.
    """
    return draw_uniform(shape, rng, 2 / fans(shape)[0])


def lecun_normal(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw from a normal distribution of variance ``1 / fan_in``, for selu.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`glorot_normal`; so is the result.

    References
    ----------
    LeCun, Bottou, Orr and Mueller, 1998. Efficient backprop.
    """
    return draw_normal(shape, rng, 1 / fans(shape)[0])


def lecun_uniform(shape: Shape, rng: Rng = None) -> ndarray:
    """Draw evenly between minus and plus ``sqrt(3 / fan_in)``, fans as in :func:`fans`.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; so is the result.
    """
    return draw_uniform(shape, rng, 1 / fans(shape)[0])


def zeros(shape: Shape, rng: Rng = None) -> ndarray:
    """Return zeros. Weights that all start alike stay alike: for biases and scales.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; nothing is drawn.
    """
    return np.zeros(shape)


def ones(shape: Shape, rng: Rng = None) -> ndarray:
    """Return ones. Weights that all start alike stay alike: for biases and scales.

    Parameters
    ----------
    shape, rng : tuple of int, numpy.random.Generator
        As for :func:`xavier`; nothing is drawn.
    """
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

    def __call__(self, shape: Shape, rng: Rng = None) -> ndarray:
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

    def __call__(self, shape: Shape, rng: Rng = None) -> ndarray:
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

    def __call__(self, shape: Shape, rng: Rng = None) -> ndarray:
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
