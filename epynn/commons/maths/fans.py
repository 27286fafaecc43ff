"""Initializers whose scale follows from the fans: how many numbers enter and leave a unit.

For weights ``(n, u)`` fan-in and fan-out are ``n`` and ``u``; filters ``(fh, fw, d, u)`` count
their receptive field, ``fh fw d`` and ``fh fw u``; a single axis ``(n,)`` counts as both.

==============  =========================================
glorot_normal   variance ``2 / (fan_in + fan_out)``
glorot_uniform  within ``sqrt(6 / (fan_in + fan_out))``
he_normal       variance ``2 / fan_in``
he_uniform      within ``sqrt(6 / fan_in)``
lecun_normal    variance ``1 / fan_in``
lecun_uniform   within ``sqrt(3 / fan_in)``
==============  =========================================

Normal and uniform draws of one name have the same variance. The normal ones are plain, as in torch;
Keras cuts them off at two standard deviations.
"""

import math

import numpy as np

from epynn.commons.errors import ArgumentError
from epynn.kernels.arrays import Array


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return fan-in and fan-out of weights ``(..., n, u)``: the leading axes times n, and times u.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights; a single axis counts as n and as u.

    Returns
    -------
    tuple of int
        Fan-in and fan-out.

    Raises
    ------
    ArgumentError
        There is no axis, or one of length 0.
    """
    if not shape or 0 in shape:
        raise ArgumentError(
            'initialization', 'weights of at least one number', f'shape {shape}',
            'Give a layer inputs and units.',
        )  # fmt: skip
    field = math.prod(shape[:-2])
    return field * shape[-2 if len(shape) > 1 else -1], field * shape[-1]


def _scaled_normal(shape: tuple[int, ...], rng: 'np.random.Generator | None', var: float) -> Array:
    """Draw from a normal distribution of mean 0 and that variance."""
    rng = np.random.default_rng() if rng is None else rng
    return rng.standard_normal(shape) * math.sqrt(var)


def _scaled_uniform(shape: tuple[int, ...], rng: 'np.random.Generator | None', var: float) -> Array:
    """Draw from a uniform distribution of mean 0 and that variance: bounds ``sqrt(3 var)``."""
    rng = np.random.default_rng() if rng is None else rng
    bound = math.sqrt(3 * var)
    return rng.uniform(-bound, bound, shape)


def glorot_normal(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Draw from a normal distribution of variance ``2 / (fan_in + fan_out)``.

    For tanh and other activations that are straight around 0.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(..., n, u)``; see :func:`fans`.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Weights, float64.

    References
    ----------
    Glorot and Bengio, 2010. Understanding the difficulty of training deep feedforward neural
    networks.
    """
    return _scaled_normal(shape, rng, 2 / sum(fans(shape)))


def glorot_uniform(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Draw evenly between minus and plus ``sqrt(6 / (fan_in + fan_out))``.

    For tanh and other activations that are straight around 0.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(..., n, u)``; see :func:`fans`.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Weights, float64.

    References
    ----------
    Glorot and Bengio, 2010. Understanding the difficulty of training deep feedforward neural
    networks.
    """
    return _scaled_uniform(shape, rng, 2 / sum(fans(shape)))


def he_normal(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Draw from a normal distribution of variance ``2 / fan_in``.

    For relu and its kin, which stop half of their input.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(..., n, u)``; see :func:`fans`.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Weights, float64.

    References
    ----------
    He, Zhang, Ren and Sun, 2015. Delving deep into rectifiers: surpassing human-level performance
    on ImageNet classification.
    """
    return _scaled_normal(shape, rng, 2 / fans(shape)[0])


def he_uniform(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Draw evenly between minus and plus ``sqrt(6 / fan_in)``.

    For relu and its kin, which stop half of their input.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(..., n, u)``; see :func:`fans`.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Weights, float64.

    References
    ----------
    He, Zhang, Ren and Sun, 2015. Delving deep into rectifiers: surpassing human-level performance
    on ImageNet classification.
    """
    return _scaled_uniform(shape, rng, 2 / fans(shape)[0])


def lecun_normal(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Draw from a normal distribution of variance ``1 / fan_in``.

    For selu.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(..., n, u)``; see :func:`fans`.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Weights, float64.

    References
    ----------
    LeCun, Bottou, Orr and Mueller, 1998. Efficient backprop.
    """
    return _scaled_normal(shape, rng, 1 / fans(shape)[0])


def lecun_uniform(shape: tuple[int, ...], rng: 'np.random.Generator | None' = None) -> Array:
    """Draw evenly between minus and plus ``sqrt(3 / fan_in)``.

    For selu.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(..., n, u)``; see :func:`fans`.
    rng : numpy.random.Generator, optional
        Where to draw from; by default a fresh one.

    Returns
    -------
    array
        Weights, float64.

    References
    ----------
    LeCun, Bottou, Orr and Mueller, 1998. Efficient backprop.
    """
    return _scaled_uniform(shape, rng, 1 / fans(shape)[0])
