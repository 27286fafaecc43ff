"""Convolution, one product for each point (tap) of the window."""

import functools

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import unpad, view_taps
from epynn.kernels.window import Window


def multiply_windows(Xp: ndarray, W: ndarray, window: Window, b: ndarray | None = None) -> ndarray:
    """Sum over taps: ``Z = sum_{a,c} Xp[:, i*sh + a*rh, j*sw + c*rw] W[a,c] + b``."""
    taps = zip(view_taps(Xp, window), _filters(W, window), strict=True)
    Zg = functools.reduce(
        np.add, (np.einsum('mijgd,dgu->mijgu', _groups(tap, window), Wt) for tap, Wt in taps)
    )
    Z: ndarray = Zg.reshape(*Zg.shape[:3], W.shape[3])
    return Z if b is None else Z + b


def multiply_windows_weight_gradient(Xp: ndarray, dZ: ndarray, window: Window) -> ndarray:
    """Meet each tap with all gradients: ``dW[a,c] = sum_{m,i,j} Xp[m, ...] dZ[m,i,j]``."""
    dZg = _groups(dZ, window)
    taps = view_taps(Xp, window)
    dW = np.stack([np.einsum('mijgd,mijgu->dgu', _groups(tap, window), dZg) for tap in taps])
    return dW.reshape(*window.size, Xp.shape[3] // window.groups, dZ.shape[3])


def multiply_windows_input_gradient(dZ: ndarray, W: ndarray, window: Window) -> ndarray:
    """Add each product where its tap lies: ``dXp[:, i*sh + a*rh, j*sw + c*rw] += dZ W[a,c]^T``."""
    d = W.shape[2] * window.groups
    dtype = np.result_type(dZ, W)
    dXp = np.zeros_like(dZ, shape=(len(dZ), *window.framed, d), dtype=dtype)
    dZg = _groups(dZ, window)
    for tap, Wt in zip(view_taps(dXp, window), _filters(W, window), strict=True):
        tap += np.einsum('mijgu,dgu->mijgd', dZg, Wt).reshape(tap.shape)
    return unpad(dXp, window)


def _groups(X: ndarray, window: Window) -> ndarray:
    """View each group apart: ``(m, oh, ow, d) -> (m, oh, ow, g, d / g)``."""
    return X.reshape(*X.shape[:3], window.groups, X.shape[3] // window.groups)


def _filters(W: ndarray, window: Window) -> ndarray:
    """View the filters of each tap and group apart: ``-> (fh * fw, d / g, g, u / g)``."""
    _, _, depth, u = W.shape
    return W.reshape(window.points, depth, window.groups, u // window.groups)
