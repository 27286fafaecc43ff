"""Convolution of images with filters, and its two gradients, as matrix products over blocks.

Cross-correlation, as deep learning says convolution: filters are not mirrored. Each function works
through *tiles*: as many blocks as fit in a scratch memory that the processor's cache holds. They
are copied side by side into a matrix, one block a row, and multiplied at once.
"""

import math
from collections.abc import Iterator

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import Pair, add_blocks, check_axes, cut_blocks, output_size, pair

_SCRATCH_BYTES = 1 << 20
"""Block copies that may exist at a time: more than the cache holds is slower, not faster."""


def _tiles(
    positions: tuple[int, ...], bytes_per_block: int
) -> Iterator[tuple[slice, slice, slice]]:
    """Cut positions (m, oh, ow) into runs of consecutive ones whose blocks fit in the scratch.

    Whole samples if one fits, otherwise whole rows of one sample, otherwise parts of one row: a
    tile of a C-ordered array is always one contiguous piece of it.
    """
    m, oh, ow = positions
    blocks = max(1, _SCRATCH_BYTES // bytes_per_block)
    columns = min(ow, blocks)
    rows = min(oh, max(1, blocks // ow))
    samples = max(1, blocks // (ow * oh))
    for n in range(0, m, samples):
        for i in range(0, oh, rows):
            for j in range(0, ow, columns):
                yield slice(n, n + samples), slice(i, i + rows), slice(j, j + columns)


def multiply_blocks(Xb: Array, W: Array) -> Array:
    """Multiply blocks with filters and sum over each block.

    ``Z[m,i,j,u] = sum_{a,c,d} Xb[m,i,j,a,c,d] W[a,c,d,u]``

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, d)
        Blocks, as :func:`epynn.kernels.blocks.cut_blocks` views them.
    W : array of shape (fh, fw, d, u)
        Filters.

    Returns
    -------
    array of shape (m, oh, ow, u)
        ``Z``, of the common dtype of ``Xb`` and ``W``.

    Raises
    ------
    ValueError
        If the axes of ``Xb`` and ``W`` do not match.
    """
    check_axes(Xb, 'Xb', 'm, oh, ow, fh, fw, d', 'Cut images into blocks with cut_blocks.')
    check_axes(W, 'W', 'fh, fw, d, u', 'Give one filter of fh * fw * d weights a unit.')
    if Xb.shape[3:] != W.shape[:3]:
        raise ValueError(
            f'W: expected (fh, fw, d) = {Xb.shape[3:]} as in the blocks, got {W.shape[:3]}. '
            'Give filters of the size of the window and the depth of X.'
        )
    taps, u = math.prod(W.shape[:3]), W.shape[3]
    Wm = W.reshape(taps, u)  # (fh, fw, d, u) -> (fh * fw * d, u)
    Z = np.empty((*Xb.shape[:3], u), dtype=np.result_type(Xb, W), like=Xb)
    for tile in _tiles(Xb.shape[:3], taps * Z.itemsize):
        Xm = Xb[tile].reshape(-1, taps)  # (tile, fh, fw, d) -> (blocks, fh * fw * d)
        np.matmul(Xm, Wm, out=Z[tile].reshape(-1, u))
    return Z


def multiply_blocks_weight_gradient(Xb: Array, dZ: Array) -> Array:
    """Gradient of ``W`` in :func:`multiply_blocks`.

    ``dW[a,c,d,u] = sum_{m,i,j} Xb[m,i,j,a,c,d] dZ[m,i,j,u]``

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, d)
        The blocks of the forward pass.
    dZ : array of shape (m, oh, ow, u)
        Gradient of the loss with respect to ``Z``.

    Returns
    -------
    array of shape (fh, fw, d, u)
        ``dW``, of the common dtype of ``Xb`` and ``dZ``.

    Raises
    ------
    ValueError
        If the axes of ``Xb`` and ``dZ`` do not match.
    """
    check_axes(Xb, 'Xb', 'm, oh, ow, fh, fw, d', 'Cut images into blocks with cut_blocks.')
    _check_dZ(dZ, (*Xb.shape[:3], *dZ.shape[3:]))
    taps, u = math.prod(Xb.shape[3:]), dZ.shape[3]
    dW = np.zeros((taps, u), dtype=np.result_type(Xb, dZ), like=Xb)
    for tile in _tiles(Xb.shape[:3], max(taps, u) * dW.itemsize):
        Xm = Xb[tile].reshape(-1, taps)  # (tile, fh, fw, d) -> (blocks, fh * fw * d)
        dW += Xm.T @ dZ[tile].reshape(-1, u)
    return dW.reshape(*Xb.shape[3:], u)  # (fh * fw * d, u) -> (fh, fw, d, u)


def convolve(X: Array, W: Array, strides: Pair = 1, padding: Pair = 0) -> Array:
    """Convolve: ``Z[m,i,j,u] = sum_{a,c,d} X[m, i*sh + a, j*sw + c, d] W[a,c,d,u]``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images.
    W : array of shape (fh, fw, d, u)
        Filters.
    strides, padding : int or pair of int
        ``(sh, sw)`` and the zeros ``(ph, pw)`` added around each image beforehand.

    Returns
    -------
    array of shape (m, oh, ow, u)
        ``Z``, of the common dtype of ``X`` and ``W``; ``oh = floor((h + 2ph - fh) / sh) + 1``.

    Raises
    ------
    TypeError, ValueError
        If the axes of ``X`` and ``W`` do not match or the filter is larger than the padded image.
    """
    check_axes(W, 'W', 'fh, fw, d, u', 'Give one filter of fh * fw * d weights a unit.')
    return multiply_blocks(cut_blocks(X, W.shape[:2], strides, padding), W)


def convolve_weight_gradient(
    X: Array, dZ: Array, window: Pair, strides: Pair = 1, padding: Pair = 0
) -> Array:
    """Gradient of ``W`` in :func:`convolve`.

    ``dW[a,c,d,u] = sum_{m,i,j} X[m, i*sh + a, j*sw + c, d] dZ[m,i,j,u]``

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        The images of the forward pass.
    dZ : array of shape (m, oh, ow, u)
        Gradient of the loss with respect to ``Z``.
    window, strides, padding : int or pair of int
        ``(fh, fw)``, ``(sh, sw)``, ``(ph, pw)`` of the forward pass.

    Returns
    -------
    array of shape (fh, fw, d, u)
        ``dW``, of the common dtype of ``X`` and ``dZ``.

    Raises
    ------
    TypeError, ValueError
        If ``dZ`` is not the gradient of such a convolution.
    """
    return multiply_blocks_weight_gradient(cut_blocks(X, window, strides, padding), dZ)


def convolve_input_gradient(
    dZ: Array, W: Array, shape: tuple[int, ...], strides: Pair = 1, padding: Pair = 0
) -> Array:
    """Gradient of ``X`` in :func:`convolve`.

    ``dXb[m,i,j,a,c,d] = sum_u dZ[m,i,j,u] W[a,c,d,u]``, each block added where it was cut.

    Parameters
    ----------
    dZ : array of shape (m, oh, ow, u)
        Gradient of the loss with respect to ``Z``.
    W : array of shape (fh, fw, d, u)
        The filters of the forward pass.
    shape : tuple of int
        ``(m, h, w, d)`` of ``X``.
    strides, padding : int or pair of int
        ``(sh, sw)`` and ``(ph, pw)`` of the forward pass.

    Returns
    -------
    array of shape (m, h, w, d)
        ``dX``, of the common dtype of ``dZ`` and ``W``.

    Raises
    ------
    TypeError, ValueError
        If ``dZ`` is not the gradient of such a convolution.
    """
    sh, sw = pair(strides, 'strides', least=1)
    ph, pw = pair(padding, 'padding', least=0)
    check_axes(W, 'W', 'fh, fw, d, u', 'Give one filter of fh * fw * d weights a unit.')
    m, h, w, d = shape
    fh, fw, depth, u = W.shape
    if depth != d:
        raise ValueError(
            f'W: expected a depth d of {d} as in X (m, h, w, d) = {tuple(shape)}, got {depth}. '
            'Use the filters and the shape of the forward pass.'
        )
    _check_dZ(dZ, (m, output_size(h, fh, sh, ph), output_size(w, fw, sw, pw), u))

    dX = np.zeros((m, h + 2 * ph, w + 2 * pw, d), dtype=np.result_type(dZ, W), like=dZ)
    # (fh, fw, d, u) -> (fh * fw, u, d): one product a tap, so that its sums lie side by side
    WT = np.ascontiguousarray(W.reshape(fh * fw, d, u).transpose(0, 2, 1))
    for tile in _tiles(dZ.shape[:3], max(fh * fw * d, u) * dX.itemsize):
        n, i, j = tile
        dZt = dZ[tile]
        dXt = dZt.reshape(-1, u) @ WT  # (blocks, u) -> (fh * fw, blocks, d)
        # -> (fh, fw, tile, d) -> (tile, fh, fw, d)
        dXb = dXt.reshape(fh, fw, *dZt.shape[:3], d).transpose(2, 3, 4, 0, 1, 5)
        add_blocks(dX[n, i.start * sh :, j.start * sw :], dXb, (sh, sw))
    return np.ascontiguousarray(dX[:, ph : ph + h, pw : pw + w])


def _check_dZ(dZ: Array, shape: tuple[int, ...]) -> None:
    """Raise unless dZ has the shape of the output of the convolution."""
    check_axes(dZ, 'dZ', 'm, oh, ow, u', 'Give the gradient of the output of the convolution.')
    if dZ.shape != shape:
        raise ValueError(
            f'dZ: expected (m, oh, ow, u) = {shape}, got {dZ.shape}. '
            'Use the shapes, strides and padding of the forward pass.'
        )
