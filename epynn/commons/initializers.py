"""Initializers: how parameters are drawn, each ``f(shape, rng)``, in float64."""

import math

import numpy as np

from epynn.kernels.arrays import Array


def xavier(shape: tuple[int, ...], rng: np.random.Generator | None = None) -> Array:
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


def orthogonal(shape: tuple[int, ...], rng: np.random.Generator | None = None) -> Array:
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
