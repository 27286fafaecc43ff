"""Batch, layer and group normalization: one pair of equations, over different means.

``xh = (x - mean) / sqrt(var + eps)``, ``out = gamma xh + beta``. With ``dxh = gamma dout``, the
gradient is ``dx = (dxh - mean(dxh) - xh mean(dxh xh)) / sqrt(var + eps)``: mean and variance are
taken away from it as they are from ``x``. :class:`epynn.batchnorm.models.BatchNorm` derives it.
Forward functions return ``out``, of the shape of ``x``, and the cache; backward functions
``dx, dgamma, dbeta``.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.arguments import as_choice, as_float, as_int
from epynn.commons.errors import ShapeError
from epynn.coursework.cs231n.params import Cache, read_settings
from epynn.coursework.layouts import channels_first, channels_last, check_shape
from epynn.kernels.arrays import ndarray
from epynn.kernels.normalization import (
    center,
    mean_channels,
    mean_groups,
    mean_points,
    sum_points,
)


def batchnorm_forward(
    x: ndarray, gamma: ndarray, beta: ndarray, bn_param: dict[str, Any]
) -> tuple[ndarray, Cache]:
    """Normalize each feature of ``x (N, D)`` over the samples.

    Parameters
    ----------
    x, gamma, beta : arrays of shapes (N, D), (D,), (D,)
        Samples; scale and shift.
    bn_param : dict
        ``'mode'``, ``'train'`` or ``'test'``; ``'eps'`` (1e-5); ``'momentum'`` (0.9), the share of
        the running statistics that is kept; ``'running_mean'``, ``'running_var'`` (zeros), arrays
        of shape (D,) that training updates in this dictionary and ``'test'`` normalizes by. The
        running variance is that of the samples, divided by N (the BatchNorm layer of epynn keeps
        the estimate for all data, divided by N - 1).
    """
    check_shape(x, 'x', 'N, D')
    return _batchnorm_forward(x, gamma, beta, bn_param)


def batchnorm_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`batchnorm_forward`, in either mode."""
    check_shape(dout, 'dout', 'N, D', *cache[0].shape)
    return _gradients(dout, cache)


batchnorm_backward_alt = batchnorm_backward


def layernorm_forward(
    x: ndarray, gamma: ndarray, beta: ndarray, ln_param: Mapping[str, Any]
) -> tuple[ndarray, Cache]:
    """Normalize each sample of ``x (N, D)`` over its features; `ln_param` has ``'eps'`` (1e-5)."""
    check_shape(x, 'x', 'N, D')
    _, xc, var = center(x, mean_channels)
    return _scale_and_shift(xc, var, gamma, beta, ln_param, mean_channels)


def layernorm_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`layernorm_forward`."""
    check_shape(dout, 'dout', 'N, D', *cache[0].shape)
    return _gradients(dout, cache)


def spatial_batchnorm_forward(
    x: ndarray, gamma: ndarray, beta: ndarray, bn_param: dict[str, Any]
) -> tuple[ndarray, Cache]:
    """Normalize each channel of ``x (N, C, H, W)`` over samples and places.

    ``gamma``, ``beta`` and the running statistics are ``(C,)``; `bn_param` is as for
    :func:`batchnorm_forward`.
    """
    check_shape(x, 'x', 'N, C, H, W')
    out, cache = _batchnorm_forward(channels_last(x), gamma, beta, bn_param)
    return channels_first(out), cache


def spatial_batchnorm_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`spatial_batchnorm_forward`."""
    check_shape(dout, 'dout', 'N, C, H, W', *channels_first(cache[0]).shape)
    dX, dgamma, dbeta = _gradients(channels_last(dout), cache)
    return channels_first(dX), dgamma, dbeta


def spatial_groupnorm_forward(
    x: ndarray, gamma: ndarray, beta: ndarray, G: int, gn_param: Mapping[str, Any]
) -> tuple[ndarray, Cache]:
    """Normalize each sample of ``x (N, C, H, W)`` over the places and channels of each group.

    There are `G` groups of ``C / G`` neighbouring channels; ``gamma`` and ``beta`` are
    ``(1, C, 1, 1)`` or ``(C,)``; `gn_param` has ``'eps'`` (1e-5).

    Raises
    ------
    ShapeError
        If the channels do not divide into G groups, or ``gamma`` or ``beta`` is not one a channel.
    """
    check_shape(x, 'x', 'N, C, H, W')
    if x.shape[1] % as_int(G, 'G'):
        raise ShapeError(
            'x', f'channels in {G} groups of equal size', f'{x.shape[1]} channels',
            'Choose a G that divides the channels.',
        )  # fmt: skip
    means = partial(mean_groups, groups=G)
    _, Xc, var = center(channels_last(x), means)
    scale, shift = gamma.reshape(-1), beta.reshape(-1)  # (1, C, 1, 1) -> (d,)
    out, cache = _scale_and_shift(Xc, var, scale, shift, gn_param, means)
    return channels_first(out), (cache, gamma.shape, beta.shape)


def spatial_groupnorm_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`spatial_groupnorm_forward`."""
    cache, gamma_shape, beta_shape = cache
    check_shape(dout, 'dout', 'N, C, H, W', *channels_first(cache[0]).shape)
    dX, dgamma, dbeta = _gradients(channels_last(dout), cache)
    return channels_first(dX), dgamma.reshape(gamma_shape), dbeta.reshape(beta_shape)


def _batchnorm_forward(
    X: ndarray, gamma: ndarray, beta: ndarray, bn_param: dict[str, Any]
) -> tuple[ndarray, Cache]:
    """Normalize ``X (m, ..., d)`` over all axes but the last, and keep the running statistics."""
    (mode,) = read_settings(bn_param, 'bn_param', 'mode')
    training = as_choice(mode, "bn_param['mode']", ('train', 'test')) == 'train'
    kept = as_float(bn_param.get('momentum', 0.9), "bn_param['momentum']", low=0, high=1)
    for name in ('running_mean', 'running_var'):
        bn_param.setdefault(name, np.zeros(X.shape[-1], dtype=X.dtype))
    if not training:
        Xc = X - bn_param['running_mean']
        return _scale_and_shift(Xc, bn_param['running_var'], gamma, beta, bn_param, None)
    mean, Xc, var = center(X, mean_points)
    bn_param['running_mean'] = kept * bn_param['running_mean'] + (1 - kept) * mean
    bn_param['running_var'] = kept * bn_param['running_var'] + (1 - kept) * var
    return _scale_and_shift(Xc, var, gamma, beta, bn_param, mean_points)


def _scale_and_shift(
    Xc: ndarray,
    var: ndarray,
    gamma: ndarray,
    beta: ndarray,
    param: Mapping[str, Any],
    means: Callable[..., ndarray] | None,
) -> tuple[ndarray, Cache]:
    """Compute ``gamma xh + beta`` from ``X - mean`` and the variance, channels last.

    The function that takes the means goes into the cache, for the gradient; None where they are
    constants.
    """
    check_shape(gamma, 'gamma', 'channels', Xc.shape[-1])
    check_shape(beta, 'beta', 'channels', Xc.shape[-1])
    sd = np.sqrt(var + as_float(param.get('eps', 1e-5), 'eps', low=0))
    Xh = Xc / sd
    return gamma * Xh + beta, (Xh, sd, gamma, means)


def _gradients(dA: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Return the gradients of ``X (m, ..., d)``, gamma and beta, channels last."""
    Xh, sd, gamma, means = cache
    dXh = dA * gamma
    if means is None:
        dX = dXh / sd
    else:
        dX = (dXh - means(dXh) - Xh * means(dXh, Y=Xh)) / sd
    return dX, sum_points(dA, Xh), sum_points(dA)
