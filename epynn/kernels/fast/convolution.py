"""Which way a convolution goes: depthwise, upright blocks, rows by Winograd, or im2col."""

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.fast import depthwise, im2col, rows, upright
from epynn.kernels.window import Window


def multiply_windows(Xp: Array, W: Array, window: Window, b: Array | None = None) -> Array:
    """Multiply what windows see with filters, sum, and add a bias: ``-> (m, oh, ow, u)``."""
    m, d, u = len(Xp), Xp.shape[3], W.shape[3]
    Z = np.empty((m, *window.size_out, u), Xp.dtype)
    if depthwise.suits(window, d, u):
        depthwise.multiply(Xp, W, window, Z, b)
    elif upright.suits(window, d):
        upright.multiply(Xp, W, window, Z, b)
    elif plan := rows.plan((m, *window.size_out), window, d, u, Z.dtype):
        rows.multiply(Xp, W, plan, Z, b)
    else:
        im2col.multiply(Xp, W, window, Z, b)
    return Z


def multiply_windows_weight_gradient(Xp: Array, dZ: Array, window: Window) -> Array:
    """Gradient of the filters in :func:`multiply_windows`: ``-> (fh, fw, d/g, u)``."""
    d, u = Xp.shape[3], dZ.shape[3]
    if depthwise.suits(window, d, u):
        return depthwise.weight_gradient(Xp, dZ, window)
    if upright.suits(window, d):
        return upright.weight_gradient(Xp, dZ, window)
    if plan := rows.plan(dZ.shape[:3], window, d, u, dZ.dtype, sums=True):
        return rows.weight_gradient(Xp, dZ, plan)
    return im2col.weight_gradient(Xp, dZ, window)


def multiply_windows_input_gradient(dZ: Array, W: Array, window: Window) -> Array:
    """Gradient of the images in :func:`multiply_windows`: ``-> (m, h, w, d)``."""
    m, d, u = len(dZ), W.shape[2] * window.groups, W.shape[3]
    if depthwise.suits(window, d, u):
        return depthwise.input_gradient(dZ, W, window)
    if upright.suits_input_gradient(window, d, u, dZ.itemsize):
        return upright.input_gradient(dZ, W, window)
    places = rows.places_of_input_gradient(m, window)
    if plan := rows.plan(places, window, d, u, dZ.dtype):
        return rows.input_gradient(dZ, W, plan, window)
    return im2col.input_gradient(dZ, W, window)
