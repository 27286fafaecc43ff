"""Layers in a row, called as one."""

from collections.abc import Mapping

from epynn.coursework.cs231n.affine import (
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
)
from epynn.coursework.cs231n.convolution import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
)
from epynn.coursework.cs231n.params import Cache
from epynn.kernels.arrays import Array


def affine_relu_forward(x: Array, w: Array, b: Array) -> tuple[Array, Cache]:
    """Affine, then ReLU: shapes as in :func:`~epynn.coursework.cs231n.affine.affine_forward`."""
    out, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(out)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Reverse :func:`affine_relu_forward`: return ``dx, dw, db``."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def conv_relu_forward(
    x: Array, w: Array, b: Array, conv_param: Mapping[str, int]
) -> tuple[Array, Cache]:
    """Convolution, then ReLU: as :func:`~epynn.coursework.cs231n.convolution.conv_forward`."""
    out, conv_cache = conv_forward(x, w, b, conv_param)
    out, relu_cache = relu_forward(out)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Reverse :func:`conv_relu_forward`: return ``dx, dw, db``."""
    conv_cache, relu_cache = cache
    return conv_backward(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(
    x: Array, w: Array, b: Array, conv_param: Mapping[str, int], pool_param: Mapping[str, int]
) -> tuple[Array, Cache]:
    """Convolution, ReLU, then max pooling: the arguments are those of the three."""
    out, conv_relu_cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward(out, pool_param)
    return out, (conv_relu_cache, pool_cache)


def conv_relu_pool_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Reverse :func:`conv_relu_pool_forward`: return ``dx, dw, db``."""
    conv_relu_cache, pool_cache = cache
    return conv_relu_backward(max_pool_backward(dout, pool_cache), conv_relu_cache)
