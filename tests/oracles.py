"""Slow and obviously right: layers as loops, straight from the formulas of the contract."""

import numpy as np


def naive_convolution(X, W, b, strides, padding, dZ=None):
    """Convolve by loops; return Z, or with dZ the gradients dX, dW, db of ``sum(Z * dZ)``."""
    (sh, sw), (ph, pw) = strides, padding
    m, h, w, d = X.shape
    fh, fw, _, u = W.shape
    oh, ow = (h + 2 * ph - fh) // sh + 1, (w + 2 * pw - fw) // sw + 1
    Z = np.zeros((m, oh, ow, u)) + b
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(u)
    for n, i, j, a, c in np.ndindex(m, oh, ow, fh, fw):
        y, x = i * sh + a - ph, j * sw + c - pw
        if not (0 <= y < h and 0 <= x < w):
            continue  # padding, where X is 0
        for e, k in np.ndindex(d, u):
            Z[n, i, j, k] += X[n, y, x, e] * W[a, c, e, k]
            if dZ is not None:
                dX[n, y, x, e] += dZ[n, i, j, k] * W[a, c, e, k]
                dW[a, c, e, k] += dZ[n, i, j, k] * X[n, y, x, e]
    if dZ is None:
        return Z
    for n, i, j, k in np.ndindex(m, oh, ow, u):
        db[k] += dZ[n, i, j, k]
    return dX, dW, db


def naive_dense(X, W, b):
    """Return ``Z = X W + b`` by loops."""
    Z = np.zeros((len(X), W.shape[1]))
    for m, u in np.ndindex(Z.shape):
        Z[m, u] = b[0, u] + sum(X[m, n] * W[n, u] for n in range(X.shape[1]))
    return Z
