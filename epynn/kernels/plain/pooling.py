"""Pooling, one comparison or sum for each point (tap) of the window."""

import functools

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import unpad, view_taps
from epynn.kernels.window import Window


def pool_windows(
    Xp: ndarray, window: Window, how: str, with_winners: bool
) -> tuple[ndarray, ndarray | None]:
    """Combine taps: their max, min or mean; and the number of the first tap that won."""
    if how == 'mean':
        if Xp.dtype.kind != 'f':
            Xp = Xp.astype(np.float64)  # the sum of small integers would overflow
        # a NumPy scalar of the dtype: float32 stays float32 in NumPy 1
        return sum(view_taps(Xp, window)) / Xp.dtype.type(window.points), None
    taps = view_taps(Xp, window)
    Z = functools.reduce(np.maximum if how == 'max' else np.minimum, taps[1:], np.copy(taps[0]))
    if not with_winners:
        return Z, None
    dtype = np.min_scalar_type(len(taps))
    winners = np.full_like(Z, len(taps), dtype=dtype)
    for t in reversed(range(len(taps))):
        winners = np.where(taps[t] == Z, dtype.type(t), winners)
    return Z, winners


def pool_windows_gradient(dZ: ndarray, window: Window, winners: ndarray | None) -> ndarray:
    """Add each gradient to the tap that won, or an equal part to each tap of a mean."""
    dXp = np.zeros_like(dZ, shape=(len(dZ), *window.framed, dZ.shape[3]))
    for t, tap in enumerate(view_taps(dXp, window)):
        if winners is None:
            tap += dZ / dZ.dtype.type(window.points)
        else:
            tap += np.where(winners == t, dZ, dZ.dtype.type(0))
    return unpad(dXp, window)
