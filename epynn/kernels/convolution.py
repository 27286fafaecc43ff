"""Convolution of images with filters, and its gradients: what is computed, checked, and by whom.

Cross-correlation, as deep learning says convolution: filters are not mirrored. With ``groups``
``g``, depth and units fall into ``g`` groups of neighbours, and each unit sees the depth of its own
group only: filters are ``W (fh, fw, d/g, u)``. With ``g = d`` the convolution is called depthwise.

:func:`convolve` and its gradients take images and options, and check both. What layers call takes
images in their frame and a :class:`~epynn.kernels.window.Window`, which was checked when it was
made. ``plain.convolution`` is the shortest way to the same numbers, ``fast.convolution`` the
quickest.
"""

import numpy as np

from epynn.kernels.arrays import fast_type, ndarray
from epynn.kernels.blocks import check_images, pad
from epynn.kernels.fast import convolution as fast
from epynn.kernels.normalization import sum_points
from epynn.kernels.plain import convolution as plain
from epynn.kernels.window import Padding, Pair, Window, check_axes


def multiply_windows(Xp: ndarray, W: ndarray, window: Window, b: ndarray | None = None) -> ndarray:
    """Multiply what windows see with filters, sum over each window, and add a bias.

    ``Z[m,i,j,u] = sum_{a,c,d} Xp[m, i*sh + a*rh, j*sw + c*rw, d] W[a,c,d,u] + b[u]``

    ``Xp (m, h + 2ph, w + 2pw, d)`` are images in their frame, ``W (fh, fw, d/g, u)`` filters,
    ``b (u,)`` is the bias of each unit, if any; ``Z (m, oh, ow, u)`` is of the common dtype of
    ``Xp`` and ``W``.
    """
    dtype = fast_type(Xp, W)
    if dtype is None:
        return plain.multiply_windows(Xp, W, window, b)
    Xp, W = Xp.astype(dtype, copy=False), W.astype(dtype, copy=False)
    return fast.multiply_windows(Xp, W, window, b)


def multiply_windows_weight_gradient(Xp: ndarray, dZ: ndarray, window: Window) -> ndarray:
    """Gradient of ``W`` in :func:`multiply_windows`, of shape (fh, fw, d/g, u).

    ``dW[a,c,d,u] = sum_{m,i,j} Xp[m, i*sh + a*rh, j*sw + c*rw, d] dZ[m,i,j,u]``
    """
    dtype = fast_type(Xp, dZ)
    if dtype is None:
        return plain.multiply_windows_weight_gradient(Xp, dZ, window)
    Xp, dZ = Xp.astype(dtype, copy=False), dZ.astype(dtype, copy=False)
    return fast.multiply_windows_weight_gradient(Xp, dZ, window)


def multiply_windows_input_gradient(dZ: ndarray, W: ndarray, window: Window) -> ndarray:
    """Gradient of the images in :func:`multiply_windows`, without their frame: (m, h, w, d).

    ``dXb[m,i,j,a,c,d] = sum_u dZ[m,i,j,u] W[a,c,d,u]``, each block added where it was cut.
    """
    dtype = fast_type(dZ, W)
    if dtype is None:
        return plain.multiply_windows_input_gradient(dZ, W, window)
    dZ, W = dZ.astype(dtype, copy=False), W.astype(dtype, copy=False)
    return fast.multiply_windows_input_gradient(dZ, W, window)


def bias_gradient(dZ: ndarray) -> ndarray:
    """Gradient of ``b`` in :func:`multiply_windows`: ``db[u] = sum_{m,i,j} dZ[m,i,j,u]``."""
    m, oh, ow, u = dZ.shape
    # (1, oh * ow) @ (m, oh * ow, u) -> (m, 1, u): a product with ones adds up faster than a sum
    ones = np.ones_like(dZ, shape=(1, oh * ow))
    sums = np.matmul(ones, dZ.reshape(m, oh * ow, u))
    return sum_points(sums).astype(dZ.dtype, copy=False)


def convolve(
    X: ndarray,
    W: ndarray,
    strides: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> ndarray:
    """Convolve: ``Z[m,i,j,u] = sum_{a,c,d} X[m, i*sh + a*rh, j*sw + c*rw, d] W[a,c,d,u]``.

    Parameters
    ----------
    X, W : arrays of shape (m, h, w, d), (fh, fw, d/g, u)
        Images and filters.
    strides, dilation : int or pair of int
        ``(sh, sw)``, and the distances ``(rh, rw)`` of neighbouring points of a filter.
    padding : 'same', 'valid', int, pair of int, or pair of pairs
        Zeros added around each image beforehand, as :data:`epynn.kernels.window.Padding` tells.
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
    check_images(X)
    window = Window.on(X.shape[1:3], W.shape[:2], strides, padding, dilation, groups)
    _check_W(W, X.shape[3], groups)
    return multiply_windows(pad(X, window.pads), W, window)


def convolve_weight_gradient(
    X: ndarray,
    dZ: ndarray,
    window: Pair,
    strides: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> ndarray:
    """Gradient of ``W`` in :func:`convolve`, of shape (fh, fw, d/g, u); ``window`` is (fh, fw).

    A TypeError or ValueError tells that ``dZ (m, oh, ow, u)`` is not that of such a convolution.
    """
    check_images(X)
    lain = Window.on(X.shape[1:3], window, strides, padding, dilation, groups)
    _check_dZ(dZ, (len(X), *lain.size_out, *dZ.shape[3:]))
    _check_groups(groups, X.shape[3], dZ.shape[3])
    return multiply_windows_weight_gradient(pad(X, lain.pads), dZ, lain)


def convolve_input_gradient(
    dZ: ndarray,
    W: ndarray,
    shape: tuple[int, ...],
    strides: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> ndarray:
    """Gradient of ``X`` in :func:`convolve`, of that shape (m, h, w, d); raises as that of W."""
    m, h, w, d = shape
    _check_W(W, d, groups)
    window = Window.on((h, w), W.shape[:2], strides, padding, dilation, groups)
    _check_dZ(dZ, (m, *window.size_out, W.shape[3]))
    return multiply_windows_input_gradient(dZ, W, window)


_W = ('fh, fw, d, u', 'Give one filter of fh * fw * d weights a unit.')
"""Axes of filters, and what to do about others."""


def _check_W(W: ndarray, d: int, groups: int) -> None:
    """Raise unless filters W fit images of depth d in that many groups."""
    check_axes(W, 'W', *_W)
    depth, u = int(W.shape[2]), int(W.shape[3])
    _check_groups(groups, d, u)
    if depth * groups != d:
        raise ValueError(
            f'W: expected a depth of d / groups = {d} / {groups}, got {depth}. '
            'Give filters of the depth that they see.'
        )


def _check_groups(groups: int, d: int, u: int) -> None:
    """Raise unless the groups share out depth and units evenly."""
    if isinstance(groups, bool) or not hasattr(groups, '__index__'):
        raise TypeError(f'groups: expected an int, got {groups!r}. Write 1 for no groups.')
    if groups < 1 or d % groups or u % groups:
        raise ValueError(
            f'groups: expected a divisor of the depth {d} and the units {u}, got {groups}. '
            'Each group needs as many of both.'
        )


def _check_dZ(dZ: ndarray, shape: tuple[int, ...]) -> None:
    """Raise unless dZ has the shape of the output of the convolution."""
    check_axes(dZ, 'dZ', 'm, oh, ow, u', 'Give the gradient of the output of the convolution.')
    if dZ.shape != shape:
        raise ValueError(
            f'dZ: expected (m, oh, ow, u) = {shape}, got {dZ.shape}. '
            'Use the shapes, strides and padding of the forward pass.'
        )
