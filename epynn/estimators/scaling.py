"""Means and standard deviations, by which features and amounts are brought to one size."""

from typing import NamedTuple

import numpy as np

from epynn.kernels.arrays import ndarray

ROUNDING = 10 * np.finfo(np.float64).eps
"""A deviation below this share of the mean is that of a constant, rounded."""


class Standard(NamedTuple):
    """Mean and standard deviation of each number along the last axis."""

    mean: ndarray
    scale: ndarray

    @classmethod
    def of(cls, X: ndarray, w: ndarray | None = None) -> 'Standard':
        """Return those of samples ``(m, ..., n)`` of weights ``(m,)``; constants have scale 1.

        Weights count as numbers of equal samples do.
        """
        between = tuple(range(1, X.ndim - 1))  # rows of images, steps of sequences
        mean = np.average(X.mean(axis=between, dtype=np.float64), axis=0, weights=w)
        squares = np.square(X - mean).mean(axis=between)
        std = np.sqrt(np.average(squares, axis=0, weights=w))
        return cls(mean, np.where(std > ROUNDING * np.abs(mean), std, 1.0))

    def apply(self, X: ndarray) -> ndarray:
        """Return ``(X - mean) / scale``."""
        return (X - self.mean) / self.scale

    def undo(self, X: ndarray) -> ndarray:
        """Return ``X scale + mean``."""
        return X * self.scale + self.mean
