"""Which way a convolution goes: depthwise, upright blocks, rows by Winograd, or im2col.

Groups of several depths or units are joined up to some depth, and then convolutions of their own.
"""

from dataclasses import replace

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.fast import depthwise, groups, im2col, rows, upright
from epynn.kernels.window import Window


def multiply_windows(Xp: ndarray, W: ndarray, window: Window, b: ndarray | None = None) -> ndarray:
    """Multiply what windows see with filters, sum, and add a bias: ``-> (m, oh, ow, u)``."""
    m, d, u = len(Xp), Xp.shape[3], W.shape[3]
    Z = np.empty((m, *window.size_out, u), Xp.dtype)
    if depthwise.suits(window, d, u):
        depthwise.multiply(Xp, W, window, Z, b)
    elif window.groups > 1:
        one, g = replace(window, groups=1), window.groups
        k, joined = groups.join(window, d, Xp)
        if k > 1:
            return multiply_windows(Xp, groups.join_filters(W, g, k), joined, b)
        biases = [None] * g if b is None else np.split(b, g)
        for Zk, Xk, Wk, bk in zip(_split(Z, g), _split(Xp, g), _split(W, g), biases, strict=True):
            Zk[...] = multiply_windows(np.ascontiguousarray(Xk), Wk, one, bk)
    elif upright.suits(window, d) and upright.pays(window, d, u):
        upright.multiply(Xp, W, window, Z, b)
    elif plan := rows.plan((m, *window.size_out), window, d, u, Z.dtype):
        rows.multiply(Xp, W, plan, Z, b)
    elif upright.suits(window, d):
        upright.multiply(Xp, W, window, Z, b)
    else:
        im2col.multiply(Xp, W, window, Z, b)
    return Z


def multiply_windows_weight_gradient(Xp: ndarray, dZ: ndarray, window: Window) -> ndarray:
    """Gradient of the filters in :func:`multiply_windows`: ``-> (fh, fw, d/g, u)``."""
    d, u = Xp.shape[3], dZ.shape[3]
    if depthwise.suits(window, d, u):
        return depthwise.weight_gradient(Xp, dZ, window)
    if window.groups > 1:
        one, g = replace(window, groups=1), window.groups
        k, joined = groups.join(window, d)
        if k > 1:
            return groups.part_filters(multiply_windows_weight_gradient(Xp, dZ, joined), g, k)
        pairs = zip(_split(Xp, g), _split(dZ, g), strict=True)
        parts = [(np.ascontiguousarray(Xk), np.ascontiguousarray(dZk)) for Xk, dZk in pairs]
        dW = [multiply_windows_weight_gradient(Xk, dZk, one) for Xk, dZk in parts]
        return np.concatenate(dW, axis=3)
    if upright.suits(window, d):
        return upright.weight_gradient(Xp, dZ, window)
    if plan := rows.plan(dZ.shape[:3], window, d, u, dZ.dtype, sums=True):
        return rows.weight_gradient(Xp, dZ, plan)
    return im2col.weight_gradient(Xp, dZ, window)


def multiply_windows_input_gradient(dZ: ndarray, W: ndarray, window: Window) -> ndarray:
    """Gradient of the images in :func:`multiply_windows`: ``-> (m, h, w, d)``."""
    m, d, u = len(dZ), W.shape[2] * window.groups, W.shape[3]
    if depthwise.suits(window, d, u):
        return depthwise.input_gradient(dZ, W, window)
    if window.groups > 1:
        one, g = replace(window, groups=1), window.groups
        k, joined = groups.join(window, d, dZ)
        if k > 1:
            return multiply_windows_input_gradient(dZ, groups.join_filters(W, g, k), joined)
        dX = np.empty((m, *window.size_in, d), dZ.dtype)
        for dXk, dZk, Wk in zip(_split(dX, g), _split(dZ, g), _split(W, g), strict=True):
            dXk[...] = multiply_windows_input_gradient(np.ascontiguousarray(dZk), Wk, one)
        return dX
    is_shallow = upright.suits_input_gradient(window, d, dZ.itemsize)
    if is_shallow and upright.pays(window, d, u):
        return upright.input_gradient(dZ, W, window)
    places = rows.places_of_input_gradient(m, window)
    if plan := rows.plan(places, window, d, u, dZ.dtype):
        return rows.input_gradient(dZ, W, plan)
    if is_shallow:
        return upright.input_gradient(dZ, W, window)
    return im2col.input_gradient(dZ, W, window)


def _split(array: ndarray, g: int) -> list[ndarray]:
    """View the groups in the last axis apart."""
    return np.split(array, g, axis=-1)
