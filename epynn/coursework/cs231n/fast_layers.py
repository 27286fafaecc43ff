"""The course has several implementations of each layer; here their names are all one."""

from epynn.coursework.cs231n.convolution import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
)

__all__ = [
    'conv_backward_fast', 'conv_backward_im2col', 'conv_backward_strides',
    'conv_forward_fast', 'conv_forward_im2col', 'conv_forward_strides',
    'max_pool_backward_fast', 'max_pool_backward_im2col',
    'max_pool_backward_reshape', 'max_pool_forward_fast', 'max_pool_forward_im2col',
    'max_pool_forward_reshape',
]  # fmt: skip

conv_forward_naive = conv_forward_fast = conv_forward_strides = conv_forward_im2col = conv_forward
conv_backward_naive = conv_backward_fast = conv_backward_strides = conv_backward
conv_backward_im2col = conv_backward

max_pool_forward_naive = max_pool_forward_fast = max_pool_forward
max_pool_forward_reshape = max_pool_forward_im2col = max_pool_forward
max_pool_backward_naive = max_pool_backward_fast = max_pool_backward
max_pool_backward_reshape = max_pool_backward_im2col = max_pool_backward
