"""The course's module of layers: ``from epynn.coursework.cs231n.layers import *`` in a notebook."""

from epynn.coursework.cs231n.affine import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from epynn.coursework.cs231n.fast_layers import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)
from epynn.coursework.cs231n.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)

__all__ = [
    'affine_backward', 'affine_forward', 'batchnorm_backward', 'batchnorm_backward_alt',
    'batchnorm_forward', 'conv_backward_naive', 'conv_forward_naive', 'dropout_backward',
    'dropout_forward', 'layernorm_backward', 'layernorm_forward', 'max_pool_backward_naive',
    'max_pool_forward_naive', 'relu_backward', 'relu_forward', 'softmax_loss',
    'spatial_batchnorm_backward', 'spatial_batchnorm_forward', 'spatial_groupnorm_backward',
    'spatial_groupnorm_forward',
]  # fmt: skip
