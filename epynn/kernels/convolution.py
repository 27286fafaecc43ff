"""Convolution of images with filters, and its two gradients, as matrix products over blocks.

Cross-correlation, as deep learning says convolution: filters are not mirrored. Where blocks are
windows on images, as nearly always, whole images are convolved without a copy of any block:
:mod:`epynn.kernels.sliding`. Where that is not the better way - groups, dilation, blocks that are
no view, integers - each function works through *tiles*: as many blocks as fit in a scratch memory
that the processor's cache holds. They are copied side by side into a matrix, one block a row, and
multiplied at once.

With ``groups`` ``g``, depth and units fall into ``g`` groups of neighbours, and each unit sees the
depth of its own group only: filters are ``W (fh, fw, d/g, u)``, and there is one matrix product a
group. With ``g = d`` the convolution is called depthwise.
"""

import math
from collections.abc import Iterator

import numpy as np

from epynn.kernels.arrays import Array
from epynn.kernels.blocks import add_blocks, cut_blocks, unpad
from epynn.kernels.geometry import Padding, Pair, check_axes, find_pads, output_size, pair
from epynn.kernels.normalization import sum_points
from epynn.kernels.sliding import (
    convolve_images,
    convolve_images_input_gradient,
    convolve_images_weight_gradient,
    plan_blocks,
    plan_input_gradient,
    see_images,
)
from epynn.kernels.taps import (
    multiply_taps,
    multiply_taps_input_gradient,
    multiply_taps_weight_gradient,
    suits_taps,
    suits_taps_gradient,
)

_SCRATCH_BYTES = 1 << 20
"""Block copies that may exist at a time: more than the cache holds is slower, not faster."""

_Tile = tuple[slice, slice, slice]
"""Some samples, rows and columns of the output."""


def _cut_tiles(positions: tuple[int, ...], blocks: int) -> Iterator[_Tile]:
    """Cut positions (m, oh, ow) into runs of consecutive ones, of so many blocks at most.

    Whole samples if one fits, otherwise whole rows of one sample, otherwise parts of one row: a
    tile of a C-ordered array is always one contiguous piece of it.
    """
    m, oh, ow = positions
    blocks = max(1, blocks)
    columns = min(ow, blocks)
    rows = min(oh, max(1, blocks // max(1, ow)))
    samples = max(1, blocks // max(1, ow * oh))
    for n in range(0, m, samples):
        for i in range(0, oh, rows):
            for j in range(0, ow, columns):
                yield slice(n, n + samples), slice(i, i + rows), slice(j, j + columns)


def _group_blocks(Xb: Array, groups: int) -> Array:
    """Copy blocks into matrices: ``(m, oh, ow, fh, fw, d) -> (g, m * oh * ow, fh * fw * d/g)``."""
    *positions, fh, fw, d = Xb.shape
    shape = groups, math.prod(positions), fh * fw * d // groups
    Xg = Xb.reshape(*positions, fh, fw, groups, d // groups)
    return Xg.transpose(5, 0, 1, 2, 3, 4, 6).reshape(shape)


def _group_units(Z: Array, groups: int) -> Array:
    """View the units of each group apart: ``(m, oh, ow, u) -> (g, m * oh * ow, u/g)``."""
    u = Z.shape[3]
    return Z.reshape(math.prod(Z.shape[:3]), groups, u // groups).swapaxes(0, 1)


def multiply_blocks(Xb: Array, W: Array, groups: int = 1, b: Array | None = None) -> Array:
    """Multiply blocks with filters, sum over each block, and add a bias.

    ``Z[m,i,j,u] = sum_{a,c,d} Xb[m,i,j,a,c,d] W[a,c,d,u] + b[u]``

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, d)
        Blocks, as :func:`epynn.kernels.blocks.cut_blocks` views them.
    W : array of shape (fh, fw, d/g, u)
        Filters.
    groups : int
        ``g``.
    b : array of shape (u,), optional
        Bias of each unit.

    Returns
    -------
    array of shape (m, oh, ow, u)
        ``Z``, of the common dtype of ``Xb`` and ``W``.

    Raises
    ------
    ValueError
        If the axes of ``Xb``, ``W`` and ``b`` do not match, or the groups do not divide them.
    """
    check_axes(Xb, 'Xb', 'm, oh, ow, fh, fw, d', 'Cut images into blocks with cut_blocks.')
    fh, fw, d = Xb.shape[3:]
    u = _check_W(W, d, groups)
    if W.shape[:2] != (fh, fw):
        raise ValueError(
            f'W: expected (fh, fw) = {(fh, fw)} as in the blocks, got {W.shape[:2]}. '
            'Give filters of the size of the window.'
        )
    if b is not None and b.shape != (u,):
        raise ValueError(
            f'b: expected shape (u,) = {(u,)}, got {b.shape}. Give one number a filter.'
        )
    Z = np.empty((*Xb.shape[:3], u), dtype=np.result_type(Xb, W), like=Xb)
    if Xb.dtype == W.dtype and suits_taps(Xb, u):
        multiply_taps(Xb, W, Z, b)
        return Z
    plan = plan_blocks(Xb, W, groups, u)
    if plan:
        convolve_images(see_images(Xb), W, plan, Z, b)
        return Z
    # (fh, fw, d/g, u) -> (g, fh * fw * d/g, u/g)
    Wg = W.reshape(fh * fw * d // groups, groups, u // groups).swapaxes(0, 1)
    for tile in _cut_tiles(Xb.shape[:3], _SCRATCH_BYTES // (fh * fw * d * Z.itemsize)):
        np.matmul(_group_blocks(Xb[tile], groups), Wg, out=_group_units(Z[tile], groups))
        if b is not None:
            Z[tile] += b
    return Z


def multiply_blocks_weight_gradient(Xb: Array, dZ: Array, groups: int = 1) -> Array:
    """Gradient of ``W`` in :func:`multiply_blocks`.

    ``dW[a,c,d,u] = sum_{m,i,j} Xb[m,i,j,a,c,d] dZ[m,i,j,u]``

    Parameters
    ----------
    Xb : array of shape (m, oh, ow, fh, fw, d)
        The blocks of the forward pass.
    dZ : array of shape (m, oh, ow, u)
        Gradient of the loss with respect to ``Z``.
    groups : int
        ``g``.

    Returns
    -------
    array of shape (fh, fw, d/g, u)
        ``dW``, of the common dtype of ``Xb`` and ``dZ``.

    Raises
    ------
    ValueError
        If the axes of ``Xb`` and ``dZ`` do not match, or the groups do not divide them.
    """
    check_axes(Xb, 'Xb', 'm, oh, ow, fh, fw, d', 'Cut images into blocks with cut_blocks.')
    _check_dZ(dZ, (*Xb.shape[:3], *dZ.shape[3:]))
    fh, fw, d = Xb.shape[3:]
    u = dZ.shape[3]
    _check_groups(groups, d, u)
    if Xb.dtype == dZ.dtype and suits_taps(Xb, u, weight_gradient=True):
        return multiply_taps_weight_gradient(Xb, dZ)
    plan = plan_blocks(Xb, dZ, groups, u, weight_gradient=True)
    if plan:
        return convolve_images_weight_gradient(see_images(Xb), dZ, plan)
    shape = (groups, fh * fw * d // groups, u // groups)
    dW = np.zeros(shape, dtype=np.result_type(Xb, dZ), like=Xb)
    for tile in _cut_tiles(Xb.shape[:3], _SCRATCH_BYTES // (max(fh * fw * d, u) * dW.itemsize)):
        dW += _group_blocks(Xb[tile], groups).swapaxes(1, 2) @ _group_units(dZ[tile], groups)
    # (g, fh * fw * d/g, u/g) -> (fh, fw, d/g, u)
    return np.ascontiguousarray(dW.swapaxes(0, 1)).reshape(fh, fw, d // groups, u)


def multiply_blocks_bias_gradient(dZ: Array) -> Array:
    """Gradient of ``b`` in :func:`multiply_blocks`: ``db[u] = sum_{m,i,j} dZ[m,i,j,u]``."""
    m, oh, ow, u = dZ.shape
    # (1, oh * ow) @ (m, oh * ow, u) -> (m, 1, u): a product with ones adds up faster than a sum
    ones = np.ones((1, oh * ow), dtype=dZ.dtype, like=dZ)
    sums = np.matmul(ones, dZ.reshape(m, oh * ow, u))
    return sum_points(sums).astype(dZ.dtype, copy=False)


def convolve(
    X: Array, W: Array, strides: Pair = 1, padding: Padding = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Convolve: ``Z[m,i,j,u] = sum_{a,c,d} X[m, i*sh + a*rh, j*sw + c*rw, d] W[a,c,d,u]``.

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        Images.
    W : array of shape (fh, fw, d/g, u)
        Filters.
    strides, dilation : int or pair of int
        ``(sh, sw)``, and the distances ``(rh, rw)`` of neighbouring points of a filter.
    padding : 'same', 'valid', int, pair of int, or pair of pairs
        Zeros added around each image beforehand, as :data:`epynn.kernels.geometry.Padding` tells.
    groups : int
        ``g``.

    Returns
    -------
    array of shape (m, oh, ow, u)
        ``Z``, of the common dtype of ``X`` and ``W``;
        ``oh = floor((h + 2ph - (fh - 1)*rh - 1) / sh) + 1``.

    Raises
    ------
    TypeError, ValueError
        If the axes of ``X`` and ``W`` do not match, the filter is larger than the padded image, or
        the groups do not divide depth and units.
    """
    check_axes(W, 'W', *_W)
    return multiply_blocks(cut_blocks(X, W.shape[:2], strides, padding, dilation), W, groups)


def convolve_weight_gradient(
    X: Array,
    dZ: Array,
    window: Pair,
    strides: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Gradient of ``W`` in :func:`convolve`.

    ``dW[a,c,d,u] = sum_{m,i,j} X[m, i*sh + a*rh, j*sw + c*rw, d] dZ[m,i,j,u]``

    Parameters
    ----------
    X : array of shape (m, h, w, d)
        The images of the forward pass.
    dZ : array of shape (m, oh, ow, u)
        Gradient of the loss with respect to ``Z``.
    window : int or pair of int
        ``(fh, fw)``.
    strides, padding, dilation, groups
        Of the forward pass.

    Returns
    -------
    array of shape (fh, fw, d/g, u)
        ``dW``, of the common dtype of ``X`` and ``dZ``.

    Raises
    ------
    TypeError, ValueError
        If ``dZ`` is not the gradient of such a convolution.
    """
    Xb = cut_blocks(X, window, strides, padding, dilation)
    return multiply_blocks_weight_gradient(Xb, dZ, groups)


def convolve_input_gradient(
    dZ: Array,
    W: Array,
    shape: tuple[int, ...],
    strides: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Gradient of ``X`` in :func:`convolve`.

    ``dXb[m,i,j,a,c,d] = sum_u dZ[m,i,j,u] W[a,c,d,u]``, each block added where it was cut.

    Parameters
    ----------
    dZ : array of shape (m, oh, ow, u)
        Gradient of the loss with respect to ``Z``.
    W : array of shape (fh, fw, d/g, u)
        The filters of the forward pass.
    shape : tuple of int
        ``(m, h, w, d)`` of ``X``.
    strides, padding, dilation, groups
        Of the forward pass.

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
    rh, rw = pair(dilation, 'dilation', least=1)
    m, h, w, d = shape
    u = _check_W(W, d, groups)
    fh, fw, depth, _ = W.shape
    pads = find_pads(padding, (h, w), (fh, fw), (sh, sw), (rh, rw))
    oh, ow = output_size(h, fh, sh, pads[0], rh), output_size(w, fw, sw, pads[1], rw)
    _check_dZ(dZ, (m, oh, ow, u))

    padded = (m, h + sum(pads[0]), w + sum(pads[1]), d)
    plan = None
    if groups == rh == rw == 1 and dZ.dtype == W.dtype:
        if suits_taps_gradient(W, (sh, sw), padded):
            return unpad(multiply_taps_input_gradient(dZ, W, padded), shape, pads)
        plan = plan_input_gradient((m, oh, ow), shape, (fh, fw), (sh, sw), u, W.dtype)
    if plan:
        return convolve_images_input_gradient(dZ, W, plan, pads, shape)
    dX = np.zeros(padded, dtype=np.result_type(dZ, W), like=dZ)
    # (fh, fw, d/g, u) -> (g, fh * fw, u/g, d/g): one product a point of the window and group
    WT = np.ascontiguousarray(W.reshape(fh * fw, depth, groups, u // groups).transpose(2, 0, 3, 1))
    for tile in _cut_tiles(dZ.shape[:3], _SCRATCH_BYTES // (max(fh * fw * d, u) * dX.itemsize)):
        n, i, j = tile
        dZg = _group_units(dZ[tile], groups)
        # (g, 1, blocks, u/g) @ (g, fh * fw, u/g, d/g), laid out as (fh * fw, blocks, g, d/g)
        dXg = np.empty((fh * fw, dZg.shape[1], groups, depth), dtype=dX.dtype, like=dX)
        np.matmul(dZg[:, np.newaxis], WT, out=dXg.transpose(2, 0, 1, 3))
        # -> (fh, fw, tile, d) -> (tile, fh, fw, d)
        dXb = dXg.reshape(fh, fw, *dZ[tile].shape[:3], d).transpose(2, 3, 4, 0, 1, 5)
        add_blocks(dX[n, i.start * sh :, j.start * sw :], dXb, (sh, sw), (rh, rw))
    return unpad(dX, shape, pads)


_W = ('fh, fw, d, u', 'Give one filter of fh * fw * d weights a unit.')
"""Axes of filters, and what to do about others."""


def _check_W(W: Array, d: int, groups: int) -> int:
    """Raise unless filters W fit images of depth d in that many groups; return the units u."""
    check_axes(W, 'W', *_W)
    depth, u = int(W.shape[2]), int(W.shape[3])
    _check_groups(groups, d, u)
    if depth * groups != d:
        raise ValueError(
            f'W: expected a depth of d / groups = {d} / {groups}, got {depth}. '
            'Give filters of the depth that they see.'
        )
    return u


def _check_groups(groups: int, d: int, u: int) -> None:
    """Raise unless the groups share out depth and units evenly."""
    if isinstance(groups, bool) or not hasattr(groups, '__index__'):
        raise TypeError(f'groups: expected an int, got {groups!r}. Write 1 for no groups.')
    if groups < 1 or d % groups or u % groups:
        raise ValueError(
            f'groups: expected a divisor of the depth {d} and the units {u}, got {groups}. '
            'Each group needs as many of both.'
        )


def _check_dZ(dZ: Array, shape: tuple[int, ...]) -> None:
    """Raise unless dZ has the shape of the output of the convolution."""
    check_axes(dZ, 'dZ', 'm, oh, ow, u', 'Give the gradient of the output of the convolution.')
    if dZ.shape != shape:
        raise ValueError(
            f'dZ: expected (m, oh, ow, u) = {shape}, got {dZ.shape}. '
            'Use the shapes, strides and padding of the forward pass.'
        )
