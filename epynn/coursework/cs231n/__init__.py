"""CS231n (Stanford): layers, update rules, networks and Solver, channels first.

Modules have the course's names, ``layers``, ``layer_utils``, ``fast_layers``, ``im2col``,
``optim``, ``solver``, ``gradient_check``, ``classifiers.fc_net`` and ``classifiers.cnn``: in the
imports of a notebook, write ``epynn.coursework.cs231n`` in place of ``cs231n``. All names are here
too.
"""

from epynn.coursework.cs231n import gradient_check, optim
from epynn.coursework.cs231n.affine import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from epynn.coursework.cs231n.classifiers.cnn import (
    ThreeLayerConvNet,
)
from epynn.coursework.cs231n.classifiers.fc_net import (
    FullyConnectedNet,
)
from epynn.coursework.cs231n.convolution import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
)
from epynn.coursework.cs231n.fast_layers import (
    conv_backward_fast,
    conv_backward_im2col,
    conv_backward_naive,
    conv_backward_strides,
    conv_forward_fast,
    conv_forward_im2col,
    conv_forward_naive,
    conv_forward_strides,
    max_pool_backward_fast,
    max_pool_backward_im2col,
    max_pool_backward_naive,
    max_pool_backward_reshape,
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_naive,
    max_pool_forward_reshape,
)
from epynn.coursework.cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
)
from epynn.coursework.cs231n.im2col import (
    col2im_indices,
    im2col_indices,
)
from epynn.coursework.cs231n.layer_utils import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
    generic_backward,
    generic_forward,
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
from epynn.coursework.cs231n.optim import (
    adam,
    rmsprop,
    sgd,
    sgd_momentum,
)
from epynn.coursework.cs231n.solver import (
    Solver,
)

__all__ = [
    'FullyConnectedNet',
    'Solver',
    'ThreeLayerConvNet',
    'adam',
    'affine_backward',
    'affine_forward',
    'affine_relu_backward',
    'affine_relu_forward',
    'batchnorm_backward',
    'batchnorm_backward_alt',
    'batchnorm_forward',
    'col2im_indices',
    'conv_backward',
    'conv_backward_fast',
    'conv_backward_im2col',
    'conv_backward_naive',
    'conv_backward_strides',
    'conv_forward',
    'conv_forward_fast',
    'conv_forward_im2col',
    'conv_forward_naive',
    'conv_forward_strides',
    'conv_relu_backward',
    'conv_relu_forward',
    'conv_relu_pool_backward',
    'conv_relu_pool_forward',
    'dropout_backward',
    'dropout_forward',
    'eval_numerical_gradient',
    'eval_numerical_gradient_array',
    'generic_backward',
    'generic_forward',
    'gradient_check',
    'im2col_indices',
    'layernorm_backward',
    'layernorm_forward',
    'max_pool_backward',
    'max_pool_backward_fast',
    'max_pool_backward_im2col',
    'max_pool_backward_naive',
    'max_pool_backward_reshape',
    'max_pool_forward',
    'max_pool_forward_fast',
    'max_pool_forward_im2col',
    'max_pool_forward_naive',
    'max_pool_forward_reshape',
    'optim',
    'rel_error',
    'relu_backward',
    'relu_forward',
    'rmsprop',
    'sgd',
    'sgd_momentum',
    'softmax_loss',
    'spatial_batchnorm_backward',
    'spatial_batchnorm_forward',
    'spatial_groupnorm_backward',
    'spatial_groupnorm_forward',
]
