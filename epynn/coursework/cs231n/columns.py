"""Convolution by columns (im2col), for images whose channels come first.

The sums are those of :mod:`epynn.kernels.convolution`, in the other order of memory: there a block
is a row and its numbers lie side by side, here it is a column and the places of an image do. Images
with few channels are read in longer runs that way, and nothing is translated on the way in and out.
Blocks are cut and added by :mod:`epynn.kernels.blocks`, a few samples at a time.
"""

from collections.abc import Iterator

import numpy as np

from epynn.kernels.arrays import ndarray
from epynn.kernels.blocks import view_blocks, view_taps
from epynn.kernels.window import Window, output_size

_SCRATCH_BYTES = 1 << 21
"""Columns that may exist at a time: about what the processor's cache holds."""


def convolve_columns(x: ndarray, w: ndarray, stride: int, pad: int) -> ndarray:
    """Convolve: ``z[n] = w cols[n]``, filters in rows and blocks in columns.

    ``x (N, C, H, W)``, ``w (F, C, HH, WW)`` -> ``z (N, F, H', W')``, of their common dtype;
    `stride` points from one block to the next, and `pad` zeros on each side of an image.
    """
    rows = w.reshape(len(w), -1)  # (F, C, HH, WW) -> (F, C * HH * WW)
    xp = frame(x, pad)
    oh, ow = (output_size(xp.shape[2 + k], w.shape[2 + k], stride) for k in (0, 1))
    z = np.empty((len(x), len(w), oh * ow), dtype=np.result_type(x, w), like=x)
    for part in _parts(len(x), rows.shape[1] * oh * ow * z.itemsize):
        # (F, taps) @ (n, taps, places) -> (n, F, places)
        np.matmul(rows, cut_columns(xp[part], w.shape[2:], stride), out=z[part])
    return z.reshape(len(x), len(w), oh, ow)


def convolve_columns_gradients(
    dz: ndarray, x: ndarray, w: ndarray, stride: int, pad: int
) -> tuple[ndarray, ndarray]:
    """Reverse :func:`convolve_columns`: return ``dx`` and ``dw``.

    ``dcols[n] = w^T dz[n]``, each column added where it was cut, and
    ``dw = sum_n dz[n] cols[n]^T``.
    """
    rows = w.reshape(len(w), -1)  # (F, C, HH, WW) -> (F, C * HH * WW)
    dz = dz.reshape(*dz.shape[:2], -1)  # (N, F, H', W') -> (N, F, places)
    xp = frame(x, pad)
    dxp = np.zeros(xp.shape, dtype=np.result_type(dz, w), like=dz)
    dw = np.zeros(rows.shape, dtype=np.result_type(dz, x), like=dz)
    for part in _parts(len(x), rows.shape[1] * dz.shape[2] * dxp.itemsize):
        # (taps, F) @ (n, F, places) -> (n, taps, places)
        add_columns(dxp[part], rows.T @ dz[part], w.shape[2:], stride)
        # (n, F, places) @ (n, places, taps) -> (n, F, taps) -> (F, taps)
        cols = cut_columns(xp[part], w.shape[2:], stride)
        dw += (dz[part] @ cols.swapaxes(1, 2)).sum(axis=0)
    H, W = x.shape[2:]
    dx = np.ascontiguousarray(dxp[:, :, pad : pad + H, pad : pad + W])
    return dx, dw.reshape(w.shape)


def frame(x: ndarray, pad: int) -> ndarray:
    """Frame each image with zeros: ``(N, C, H, W) -> (N, C, H + 2 pad, W + 2 pad)``."""
    N, C, H, W = x.shape
    if pad == 0:
        return x
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype, like=x)
    xp[:, :, pad : pad + H, pad : pad + W] = x
    return xp


def cut_columns(xp: ndarray, window: tuple[int, ...], stride: int) -> ndarray:
    """Copy blocks into columns: ``(N, C, H, W) -> (N, C * HH * WW, H' * W')``."""
    HH, WW = window
    Xb = view_blocks(xp.transpose(0, 2, 3, 1), Window.on(xp.shape[2:], (HH, WW), stride))
    # (m, oh, ow, fh, fw, d) -> (m, d, fh, fw, oh, ow) -> (N, taps, places)
    return Xb.transpose(0, 5, 3, 4, 1, 2).reshape(len(xp), xp.shape[1] * HH * WW, -1)


def add_columns(xp: ndarray, cols: ndarray, window: tuple[int, ...], stride: int) -> None:
    """Add columns to images, in place, where :func:`cut_columns` took them from."""
    N, C, H, W = xp.shape
    HH, WW = window
    lain = Window.on((H, W), (HH, WW), stride)
    # (N, taps, places) -> (m, d, fh, fw, oh, ow) -> (m, oh, ow, fh, fw, d)
    Xb = cols.reshape(N, C, HH, WW, *lain.size_out).transpose(0, 4, 5, 2, 3, 1)
    # Points that are the same in all blocks never meet: overlapping blocks need no special care
    taps = view_taps(xp.transpose(0, 2, 3, 1), lain)
    for tap, (a, c) in zip(taps, np.ndindex(HH, WW), strict=True):
        tap += Xb[:, :, :, a, c]


def _parts(N: int, bytes_per_sample: int) -> Iterator[slice]:
    """Cut the samples into runs whose columns fit in the scratch memory, one sample at least."""
    samples = max(1, _SCRATCH_BYTES // bytes_per_sample)
    for n in range(0, N, samples):
        yield slice(n, n + samples)
