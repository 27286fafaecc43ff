"""Sums and means of channels-last arrays, as normalization takes them.

All are read in one pass, without an array of products. They run over the places of each sample
first, then over the samples or channels: sums of sums keep more digits in float32.
"""

import math
from typing import Any

import numpy as np

from epynn.kernels.arrays import Array


def sum_points(X: Array, Y: Array | None = None) -> Array:
    """Sum each channel over samples and places.

    ``sum X``, or ``sum X Y``

    Parameters
    ----------
    X : array of shape (m, ..., d)
        Samples; integers are summed in float64.
    Y : array of shape (m, ..., d), optional
        Factors.

    Returns
    -------
    array of shape (d,)
        Sums.
    """
    sums: Array = _sum_places(X, Y).sum(axis=0)
    return sums


def mean_points(X: Array, Y: Array | None = None) -> Array:
    """Take the mean of each channel over samples and places.

    ``mean X``, or ``mean X Y``

    Parameters
    ----------
    X : array of shape (m, ..., d)
        Samples.
    Y : array of shape (m, ..., d), optional
        Factors.

    Returns
    -------
    array of shape (d,)
        Means.
    """
    return sum_points(X, Y) / _number(X.shape[:-1])


def mean_channels(X: Array, Y: Array | None = None) -> Array:
    """Take the mean over the channels, at each place of each sample.

    ``mean X``, or ``mean X Y``

    Parameters
    ----------
    X : array of shape (m, ..., d)
        Samples.
    Y : array of shape (m, ..., d), optional
        Factors.

    Returns
    -------
    array of shape (m, ..., 1)
        Means.
    """
    axes = list(range(X.ndim))
    sums: Array = _sum_of_products(X, Y, axes[:-1])
    means: Array = sums[..., np.newaxis] / _number(X.shape[-1:])
    return means


def mean_groups(X: Array, groups: int, Y: Array | None = None) -> Array:
    """Take the mean over the places and the channels of each group, in each sample.

    ``mean X``, or ``mean X Y``

    Parameters
    ----------
    X : array of shape (m, ..., d)
        Samples.
    groups : int
        Number of groups ``g``, each of ``d / g`` neighbouring channels.
    Y : array of shape (m, ..., d), optional
        Factors.

    Returns
    -------
    array of shape (m, 1, ..., d)
        Means: each channel has the one of its group.
    """
    m, d = X.shape[0], X.shape[-1]
    # (m, d) -> (m, g, d / g) -> (m, g)
    sums = _sum_places(X, Y).reshape(m, groups, d // groups).sum(axis=2)
    means = sums / _number((*X.shape[1:-1], d // groups))
    # (m, g) -> (m, d) -> (m, 1, ..., d)
    return np.repeat(means, d // groups, axis=1).reshape(m, *[1] * (X.ndim - 2), d)


def _number(sizes: tuple[int, ...]) -> float:
    """Return the product as a float: NumPy 1 takes float32 / 65536 for float64, / 65536.0 not."""
    return float(math.prod(sizes))


def _sum_places(X: Array, Y: Array | None) -> Array:
    """Sum over all axes but samples and channels: ``(m, ..., d) -> (m, d)``."""
    return _sum_of_products(X, Y, [0, X.ndim - 1])


def _sum_of_products(X: Array, Y: Array | None, kept: list[int]) -> Array:
    """Sum ``X``, or ``X Y``, over the axes that are not kept."""
    axes = list(range(X.ndim))
    if X.dtype.kind in 'biu':  # small integers would overflow
        X = X.astype(np.float64)
    factors: list[Any] = [X, axes] if Y is None else [X, axes, Y, axes]
    sums: Array = np.einsum(*factors, kept)
    return sums
