"""Convolution and max pooling, channels first."""

from collections.abc import Mapping

from epynn.commons.arguments import as_int
from epynn.commons.maths.floating import floating
from epynn.coursework.cs231n.columns import convolve_columns, convolve_columns_gradients
from epynn.coursework.cs231n.params import Cache, read_settings
from epynn.coursework.layouts import channels_first, channels_last, check_shape
from epynn.kernels.arrays import ndarray
from epynn.kernels.pooling import pool, pool_gradient

__all__ = ['conv_backward', 'conv_forward', 'max_pool_backward', 'max_pool_forward']


def conv_forward(
    x: ndarray, w: ndarray, b: ndarray, conv_param: Mapping[str, int]
) -> tuple[ndarray, Cache]:
    """Convolve: ``out[n,f,i,j] = sum_{c,a,e} xp[n, c, i*s + a, j*s + e] w[f,c,a,e] + b[f]``.

    ``xp`` is ``x`` within a frame of zeros; filters are not mirrored. ``x (N, C, H, W)``,
    ``w (F, C, HH, WW)``, ``b (F,)`` -> ``out (N, F, H', W')`` and the cache, where
    ``H' = floor((H + 2 pad - HH) / s) + 1``, likewise ``W'``.

    Parameters
    ----------
    x, w, b : array
        Images, filters and biases.
    conv_param : dict
        ``'stride'`` ``s``, and ``'pad'``, the zeros on each side of an image.

    Raises
    ------
    ShapeError
        If ``x``, ``w`` and ``b`` do not fit each other.
    ArgumentError
        If ``conv_param`` lacks a key, or a value is too small.
    """
    check_shape(x, 'x', 'N, C, H, W')
    check_shape(w, 'w', 'F, C, HH, WW', None, x.shape[1])
    check_shape(b, 'b', 'F', w.shape[0])
    stride, pad = read_settings(conv_param, 'conv_param', 'stride', 'pad')
    stride, pad = as_int(stride, "conv_param['stride']"), as_int(pad, "conv_param['pad']", 0)
    x, w = floating(x), floating(w)
    out = convolve_columns(x, w, stride, pad)
    out += b[:, None, None]
    return out, (x, w, stride, pad, out.shape)


def conv_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`conv_forward`: return ``dx``, ``dw`` and ``db``."""
    x, w, stride, pad, shape = cache
    check_shape(dout, 'dout', 'N, F, H, W', *shape)
    dx, dw = convolve_columns_gradients(dout, x, w, stride, pad)
    return dx, dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward(x: ndarray, pool_param: Mapping[str, int]) -> tuple[ndarray, Cache]:
    """Keep the largest of each window: ``out[n,c,i,j] = max_{a,e} x[n, c, i*s + a, j*s + e]``.

    ``x (N, C, H, W)`` -> ``out (N, C, H', W')`` and the cache, where
    ``H' = floor((H - pool_height) / s) + 1``, likewise ``W'``.

    Parameters
    ----------
    x : array
        Images.
    pool_param : dict
        ``'pool_height'``, ``'pool_width'`` and ``'stride'`` ``s``.

    Raises
    ------
    ShapeError
        If ``x`` has not 4 axes.
    ArgumentError
        If ``pool_param`` lacks a key.
    """
    check_shape(x, 'x', 'N, C, H, W')
    keys = 'pool_height', 'pool_width', 'stride'
    height, width, stride = read_settings(pool_param, 'pool_param', *keys)
    X = channels_last(x)
    Z = pool(X, (height, width), stride)
    return channels_first(Z), (X, Z, (height, width), stride)


def max_pool_backward(dout: ndarray, cache: Cache) -> ndarray:
    """Reverse :func:`max_pool_forward`: each gradient goes to the value that won its window.

    Of equal ones, the first in row-major order gets all of it, so that the gradients of a window
    add up to the one that came in.
    """
    X, Z, window, stride = cache
    check_shape(dout, 'dout', 'N, C, H, W', *channels_first(Z).shape)
    return channels_first(pool_gradient(channels_last(dout), X, Z, window, stride))
