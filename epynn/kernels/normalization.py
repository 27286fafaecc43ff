"""Sums and means of channels-last arrays ``(m, ..., d)``, as normalization takes them.

Each is of ``X``, or of ``X Y`` without an array of products, in one pass; integers are added in
float64. They are sums of sums, over runs of points or the places of each sample first: these keep
more digits in float32.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import zero_masked

_RUN = 256
"""Points that are added one after the other. Sums of runs are then added to each other."""


def sum_points(X: ndarray, Y: ndarray | None = None) -> ndarray:
    """Sum ``X``, or ``X Y``, over samples and places: ``-> (d,)``."""
    X = _widen(X)
    N, d = math.prod(X.shape[:-1]), X.shape[-1]
    # (m, ..., d) -> (N, d)
    rows = [array.reshape(N, d) for array in (X, Y) if array is not None]
    if N <= _RUN and Y is None:
        sums: ndarray = rows[0].sum(axis=0)
        return sums
    # (runs, _RUN, d) -> (runs, d) -> (d,)
    product = ','.join(['rkd'] * len(rows)) + '->rd'
    whole = N - N % _RUN
    runs = np.einsum(product, *[row[:whole].reshape(-1, _RUN, d) for row in rows])
    rest = np.einsum(product, *[row[np.newaxis, whole:] for row in rows])
    sums = np.concatenate([runs, rest]).sum(axis=0)
    return sums


def count_points(X: ndarray, mask: ndarray | None = None) -> int:
    """Count samples and places; with a mask ``(m, s)``, the places of real steps."""
    if mask is None:
        return math.prod(X.shape[:-1])
    return int(np.count_nonzero(mask)) * math.prod(X.shape[2:-1])


def mean_points(X: ndarray, Y: ndarray | None = None, mask: ndarray | None = None) -> ndarray:
    """Take the mean over samples and places: ``-> (d,)``. What is masked has to be 0."""
    return sum_points(X, Y) / float(count_points(X, mask))


def mean_channels(X: ndarray, Y: ndarray | None = None) -> ndarray:
    """Take the mean over the channels, at each place of each sample: ``-> (m, ..., 1)``."""
    sums = _sum_of_products(X, Y, list(range(X.ndim - 1)))
    means: ndarray = sums[..., np.newaxis] / _number(X.shape[-1:])
    return means


def mean_groups(
    X: ndarray, groups: int, Y: ndarray | None = None, mask: ndarray | None = None
) -> ndarray:
    """Take the mean over the places and the channels of each group, in each sample.

    Each of the `groups` has ``d / g`` neighbouring channels, which all receive its mean:
    ``-> (m, 1, ..., d)``. What is masked has to be 0.
    """
    m, d = X.shape[0], X.shape[-1]
    # (m, ..., d) -> (m, d) -> (m, g, d / g) -> (m, g)
    sums = _sum_of_products(X, Y, [0, X.ndim - 1])
    sums = sums.reshape(m, groups, d // groups).sum(axis=2)
    means = sums / _number((*X.shape[1:-1], d // groups))
    if mask is not None:
        means *= mask.shape[1] / np.maximum(mask.sum(axis=1, keepdims=True), 1)
    # (m, g) -> (m, d) -> (m, 1, ..., d)
    return np.repeat(means, d // groups, axis=1).reshape(m, *[1] * (X.ndim - 2), d)


def center(
    X: ndarray, mean_of: Callable[..., ndarray], mask: ndarray | None = None
) -> tuple[ndarray, ndarray, ndarray]:
    """Take the mean by one of these means, ``Xc = X - mean``, and the variance ``mean Xc^2``.

    Where the mean is far from 0, its rounding shows on the scale of the distances: these are then
    centered a second time. Masked steps of `X` have to be 0, and those of ``Xc`` are.
    """
    if mask is not None:
        mean_of = partial(mean_of, mask=mask)
    mean = mean_of(X)
    Xc = zero_masked(X - mean, mask)
    var = mean_of(Xc, Y=Xc)
    if np.any(np.abs(mean) > 4 * np.sqrt(var)):
        Xc = zero_masked(Xc - mean_of(Xc), mask)
        var = mean_of(Xc, Y=Xc)
    return mean, Xc, var


def _number(sizes: tuple[int, ...]) -> float:
    """Return the product as a float: NumPy 1 takes float32 / 65536 for float64, / 65536.0 not."""
    return float(math.prod(sizes))


def _widen(X: ndarray) -> ndarray:
    """Return integers in float64: sums of small ones would overflow."""
    return X.astype(np.float64) if X.dtype.kind in 'biu' else X


def _sum_of_products(X: ndarray, Y: ndarray | None, kept: list[int]) -> ndarray:
    """Sum ``X``, or ``X Y``, over the axes that are not kept."""
    axes = list(range(X.ndim))
    factors: list[Any] = [_widen(X), axes] if Y is None else [_widen(X), axes, Y, axes]
    sums: ndarray = np.einsum(*factors, kept)
    return sums
