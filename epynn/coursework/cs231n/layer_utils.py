"""Layers in a row, called as one."""

from collections.abc import Mapping
from typing import Any

from epynn.commons.errors import ArgumentError
from epynn.coursework.cs231n.convolution import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
)
from epynn.coursework.cs231n.layers import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
)
from epynn.coursework.cs231n.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from epynn.coursework.cs231n.params import Cache
from epynn.kernels.arrays import ndarray

__all__ = [
    'affine_relu_backward', 'affine_relu_forward', 'conv_relu_backward', 'conv_relu_forward',
    'conv_relu_pool_backward', 'conv_relu_pool_forward', 'generic_backward', 'generic_forward',
]  # fmt: skip


def affine_relu_forward(x: ndarray, w: ndarray, b: ndarray) -> tuple[ndarray, Cache]:
    """Affine, then ReLU: shapes as in :func:`~epynn.coursework.cs231n.layers.affine_forward`."""
    out, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(out)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`affine_relu_forward`: return ``dx, dw, db``."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def generic_forward(
    x: ndarray,
    w: ndarray,
    b: ndarray,
    gamma: ndarray | None = None,
    beta: ndarray | None = None,
    bn_param: dict[str, Any] | None = None,
    dropout_param: Mapping[str, Any] | None = None,
    last: bool = False,
) -> tuple[ndarray, Cache]:
    """Compute a block ``affine - [batch or layer norm] - relu - [dropout]``, ``-> (N, M)``.

    Parameters
    ----------
    x, w, b : array
        As for :func:`~epynn.coursework.cs231n.layers.affine_forward`.
    gamma, beta : arrays of shape (M,), optional
        Scale and shift of the normalization.
    bn_param : dict, optional
        Settings of the normalization: batch norm where they have a ``'mode'``, else layer norm;
        None for neither.
    dropout_param : dict, optional
        Settings of the dropout; None for none.
    last : bool, optional
        Whether this is the last layer of a network: affine alone, whatever else is given.

    Raises
    ------
    ArgumentError
        If there are settings of a normalization without `gamma` or `beta`.
    """
    norm_cache = relu_cache = dropout_cache = None
    out, affine_cache = affine_forward(x, w, b)
    if not last:
        if bn_param is not None:
            if gamma is None or beta is None:
                raise ArgumentError(
                    'gamma, beta', 'arrays, for the normalization that bn_param asks for', 'None',
                    'Give both, or bn_param=None.',
                )  # fmt: skip
            forward = batchnorm_forward if 'mode' in bn_param else layernorm_forward
            backward = batchnorm_backward if 'mode' in bn_param else layernorm_backward
            out, cache = forward(out, gamma, beta, bn_param)
            norm_cache = backward, cache
        out, relu_cache = relu_forward(out)
        if dropout_param is not None:
            out, dropout_cache = dropout_forward(out, dropout_param)
    return out, (affine_cache, norm_cache, relu_cache, dropout_cache)


def generic_backward(
    dout: ndarray, cache: Cache
) -> tuple[ndarray, ndarray, ndarray, ndarray | None, ndarray | None]:
    """Reverse :func:`generic_forward`: return ``dx, dw, db, dgamma, dbeta``.

    The last two are None where nothing was normalized.
    """
    affine_cache, norm_cache, relu_cache, dropout_cache = cache
    dgamma = dbeta = None
    if dropout_cache is not None:
        dout = dropout_backward(dout, dropout_cache)
    if relu_cache is not None:
        dout = relu_backward(dout, relu_cache)
    if norm_cache is not None:
        backward, norm_cache = norm_cache
        dout, dgamma, dbeta = backward(dout, norm_cache)
    return *affine_backward(dout, affine_cache), dgamma, dbeta


def conv_relu_forward(
    x: ndarray, w: ndarray, b: ndarray, conv_param: Mapping[str, int]
) -> tuple[ndarray, Cache]:
    """Convolution, then ReLU: as :func:`~epynn.coursework.cs231n.convolution.conv_forward`."""
    out, conv_cache = conv_forward(x, w, b, conv_param)
    out, relu_cache = relu_forward(out)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`conv_relu_forward`: return ``dx, dw, db``."""
    conv_cache, relu_cache = cache
    return conv_backward(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(
    x: ndarray, w: ndarray, b: ndarray, conv_param: Mapping[str, int], pool_param: Mapping[str, int]
) -> tuple[ndarray, Cache]:
    """Convolution, ReLU, then max pooling: the arguments are those of the three."""
    out, conv_relu_cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward(out, pool_param)
    return out, (conv_relu_cache, pool_cache)


def conv_relu_pool_backward(dout: ndarray, cache: Cache) -> tuple[ndarray, ndarray, ndarray]:
    """Reverse :func:`conv_relu_pool_forward`: return ``dx, dw, db``."""
    conv_relu_cache, pool_cache = cache
    return conv_relu_backward(max_pool_backward(dout, pool_cache), conv_relu_cache)
