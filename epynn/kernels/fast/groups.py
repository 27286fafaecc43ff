"""Groups of a convolution joined to larger ones, whose filters hold zeros between them.

Zeros do not hide a number that is not finite: with one in sight, groups stay apart.
"""

from dataclasses import replace

import numpy as np

from epynn.kernels.arrays import is_finite, ndarray
from epynn.kernels.window import Window

_DEEP, _MOST = 32, 8
"""Depth of joined groups, and how many there are in one: more multiply too many zeros."""


def join(window: Window, d: int, X: ndarray | None = None) -> tuple[int, Window]:
    """Return how many neighbours to join, and the window of what then are the groups."""
    g = window.groups
    fit = [k for k in range(2, _MOST + 1) if g % k == 0 and k * d // g <= _DEEP]
    if not fit or (X is not None and not is_finite(X)):
        return 1, window
    return fit[-1], replace(window, groups=g // fit[-1])


def join_filters(W: ndarray, g: int, k: int) -> ndarray:
    """Join filters of `k` neighbours of `g` groups: ``(fh, fw, d/g, u) -> (fh, fw, k d/g, u)``."""
    fh, fw, depth, u = W.shape
    joined = np.zeros((fh, fw, k, depth, g // k, k, u // g), W.dtype)
    for i, own in enumerate(np.moveaxis(W.reshape(fh, fw, depth, g // k, k, u // g), 4, 0)):
        joined[:, :, i, :, :, i] = own
    return joined.reshape(fh, fw, k * depth, u)


def part_filters(W: ndarray, g: int, k: int) -> ndarray:
    """Part them again, and leave out what lies between."""
    fh, fw, depth, u = W.shape
    joined = W.reshape(fh, fw, k, depth // k, g // k, k, u // g)
    own = [joined[:, :, i, :, :, i] for i in range(k)]
    return np.stack(own, axis=4).reshape(fh, fw, depth // k, u)
