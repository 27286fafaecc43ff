"""Which layers each module of PyTorch is; see :mod:`epynn.interchange.pytorch.reading`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import nn

from epynn.commons.models import Layer
from epynn.interchange.layouts import channels_first_order
from epynn.interchange.pytorch import modules, sequence_readers
from epynn.interchange.pytorch import sequence_modules as of_sequences
from epynn.interchange.pytorch.parts import Part, spread
from epynn.interchange.pytorch.read_activations import FUNCTIONS, activation_from
from epynn.interchange.pytorch.reading import (
    Reader,
    Walk,
    reorder_output,
)
from epynn.interchange.pytorch.sliding_readers import (
    read_adaptive_pool,
    read_convolution,
    read_max_pool,
    read_mean_pool,
    read_padding,
    read_transposed,
)
from epynn.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    GroupNorm,
    LayerNorm,
    PReLU,
    Reshape,
    RMSNorm,
    TimeDistributed,
)

POOLS: Mapping[str, Any] = MappingProxyType({'mean': np.mean, 'max': np.max, 'min': np.min})


def read_activation(walk: Walk, part: Part) -> list[Layer]:
    """Return an Activation, where it stands by itself."""
    function, settings = activation_from(walk, part)
    return [Activation(function, settings or None)]


def read_nothing(walk: Walk, part: Part) -> list[Layer]:
    """Pass on what comes in."""
    return []


def read_linear(walk: Walk, part: Part) -> list[Layer]:
    """Return a Dense, with the activation behind it; for each step of a sequence by itself."""
    walk.lie(part, False)
    module, axes = part.module, len(walk.shape)
    function, settings = walk.activation()
    dense = Dense(module.out_features, function, se_hPars=settings or None)
    walk.fill(dense, part, module.out_features)
    layer: Layer = dense
    for _ in range(axes - 1):
        layer = TimeDistributed(layer)
    return [layer]


def read_batchnorm(walk: Walk, part: Part) -> list[Layer]:
    """Return a BatchNorm: what is taken there is `momentum`, what is kept here is 1 less that."""
    part.require(track_running_stats=True)
    module = part.module
    if module.momentum is None:
        raise part.refuse('a momentum', 'None, a mean of all batches', 'Set module.momentum = 0.1.')
    walk.lie(part, True)
    layer = BatchNorm(round(1 - module.momentum, 15), module.eps)
    return [walk.fill(layer, part, module.num_features)]


def read_layernorm(walk: Walk, part: Part) -> list[Layer]:
    """Return a LayerNorm over the channels; over a whole sample, one group."""
    module, shape = part.module, tuple(part.module.normalized_shape)
    if len(shape) == 1:
        walk.lie(part, False)
        return [without_scale(walk.fill(LayerNorm(module.eps), part, shape[0]), module.weight)]
    *places, d = walk.shape
    if shape not in (walk.shape, (d, *places)) or module.elementwise_affine:
        raise part.refuse(
            'the channels alone, or a whole sample with elementwise_affine=False', f'{shape}',
            'Take GroupNorm(1, channels), whose scales are those of channels.',
        )  # fmt: skip
    if walk.first is None:
        walk.lie(part, shape != walk.shape)
    return [without_scale(walk.fill(GroupNorm(1, module.eps), part, d), None)]


def read_rmsnorm(walk: Walk, part: Part) -> list[Layer]:
    """Return an RMSNorm over the channels."""
    module = part.module
    if len(module.normalized_shape) > 1 or module.eps is None:
        raise part.refuse(
            'the channels alone, and a number eps', f'{module}',
            'What eps=None stands for is torch.finfo(dtype).eps: give it as a number.',
        )  # fmt: skip
    walk.lie(part, False)
    layer = walk.fill(RMSNorm(module.eps), part, module.normalized_shape[0])
    return [without_scale(layer, module.weight)]


def read_prelu(walk: Walk, part: Part) -> list[Layer]:
    """Return a PReLU."""
    shared = part.module.num_parameters == 1
    if not shared:
        walk.lie(part, True)
    return [walk.fill(PReLU(shared), part)]


def read_groupnorm(walk: Walk, part: Part) -> list[Layer]:
    """Return a GroupNorm."""
    walk.lie(part, True)
    module = part.module
    layer = walk.fill(GroupNorm(module.num_groups, module.eps), part, module.num_channels)
    return [without_scale(layer, module.weight)]


def read_instancenorm(walk: Walk, part: Part) -> list[Layer]:
    """Return a GroupNorm in which each channel is a group."""
    part.require(track_running_stats=False)
    walk.lie(part, True)
    module = part.module
    layer = walk.fill(GroupNorm(walk.shape[-1], module.eps), part, walk.shape[-1])
    return [without_scale(layer, module.weight)]


def without_scale(layer: Layer, weight: Any) -> Layer:
    """Return a normalization, frozen where the module has nothing that learns."""
    if weight is None:
        layer.trainable = False
    return layer


def read_dropout(walk: Walk, part: Part) -> list[Layer]:
    """Return a Dropout."""
    return [Dropout(part.module.p)]


def read_dropout_of_channels(walk: Walk, part: Part) -> list[Layer]:
    """Return a Dropout that switches channels off."""
    walk.lie(part, True)
    return [Dropout(part.module.p, tuple(range(1, len(walk.shape))))]


def read_own_dropout(walk: Walk, part: Part) -> list[Layer]:
    """Return a Dropout with one draw along some axes, channels last."""
    walk.lie(part, False)
    return [Dropout(part.module.p, part.module.axes)]


def read_flatten(walk: Walk, part: Part) -> list[Layer]:
    """Return a Flatten; note the order in which PyTorch has the numbers."""
    part.require(start_dim=1)
    axes = len(walk.shape)
    if part.module.end_dim not in (-1, axes):
        raise part.refuse('end_dim=-1', f'end_dim={part.module.end_dim}')
    if axes < 2:
        return []
    if walk.first or (walk.first is None and axes == 3):
        layer, shape = Flatten(), walk.shape
        walk.add(layer, part)
        walk.order = channels_first_order(shape)
        return []
    return [Flatten()]


def read_unflatten(walk: Walk, part: Part) -> list[Layer]:
    """Return a Reshape; the layers before give their features in the order that it needs."""
    if part.module.dim not in (1, -1) or len(walk.shape) != 1:
        raise part.refuse('dim=1, of features', f'dim={part.module.dim}')
    sizes, left = [int(size) for size in part.module.unflattened_size], walk.shape[0]
    if -1 in sizes:
        sizes[sizes.index(-1)] = left // abs(int(np.prod(sizes)))
    if len(sizes) < 2 or not walk.channels_first_ahead(len(sizes)):
        walk.add(Reshape(sizes), part)
        walk.first = False
        return []
    shape = *sizes[1:], sizes[0]
    order = channels_first_order(shape)
    if order is not None and walk.order is not None and np.array_equal(walk.order, order):
        walk.order = None  # they were flattened like that, and are back
    elif order is not None:
        reorder_output(walk.layers, order, part)
    walk.add(Reshape(shape), part)
    walk.first = True
    return []


def read_reshape(walk: Walk, part: Part) -> list[Layer]:
    """Return a Reshape, or a Flatten, channels last."""
    walk.lie(part, False)
    shape = part.module.shape
    walk.add(Flatten() if len(shape) == 1 and len(walk.shape) > 1 else Reshape(shape), part)
    walk.first = False
    return []


def read_global_pooling(walk: Walk, part: Part) -> list[Layer]:
    """Return a GlobalPooling."""
    walk.lie(part, False)
    return [GlobalPooling(POOLS[part.module.how])]


READERS: Mapping[type, Reader] = MappingProxyType({
    **dict.fromkeys(FUNCTIONS, read_activation),
    nn.Identity: read_nothing,
    nn.Linear: read_linear,
    nn.Conv1d: read_convolution, nn.Conv2d: read_convolution,
    nn.ConvTranspose2d: read_transposed,
    nn.BatchNorm1d: read_batchnorm, nn.BatchNorm2d: read_batchnorm, nn.BatchNorm3d: read_batchnorm,
    nn.LayerNorm: read_layernorm, nn.RMSNorm: read_rmsnorm, nn.GroupNorm: read_groupnorm,
    nn.PReLU: read_prelu,
    nn.InstanceNorm1d: read_instancenorm, nn.InstanceNorm2d: read_instancenorm,
    nn.MaxPool1d: read_max_pool, nn.MaxPool2d: read_max_pool,
    nn.AvgPool1d: read_mean_pool, nn.AvgPool2d: read_mean_pool,
    modules.MeanPool: read_mean_pool,
    nn.AdaptiveAvgPool1d: read_adaptive_pool, nn.AdaptiveAvgPool2d: read_adaptive_pool,
    nn.AdaptiveMaxPool1d: read_adaptive_pool, nn.AdaptiveMaxPool2d: read_adaptive_pool,
    modules.GlobalPooling: read_global_pooling,
    modules.Pad: read_padding, nn.ZeroPad1d: read_padding, nn.ZeroPad2d: read_padding,
    nn.ConstantPad1d: read_padding, nn.ConstantPad2d: read_padding,
    nn.Dropout: read_dropout, nn.Dropout1d: read_dropout_of_channels,
    nn.Dropout2d: read_dropout_of_channels, modules.Dropout: read_own_dropout,
    nn.Flatten: read_flatten, nn.Unflatten: read_unflatten, modules.Reshape: read_reshape,
    modules.Residual: sequence_readers.read_residual,
    modules.Parallel: sequence_readers.read_parallel,
    modules.TimeDistributed: sequence_readers.read_time_distributed,
    of_sequences.Bidirectional: sequence_readers.read_bidirectional,
    of_sequences.PositionalEncoding: sequence_readers.read_positional_encoding,
    of_sequences.Attention: sequence_readers.read_attention,
    of_sequences.RNN: sequence_readers.read_written_out,
    of_sequences.LSTM: sequence_readers.read_written_out,
    of_sequences.GRU: sequence_readers.read_written_out,
    nn.Embedding: sequence_readers.read_tokens,
    nn.RNN: sequence_readers.read_recurrent, nn.LSTM: sequence_readers.read_recurrent,
    nn.GRU: sequence_readers.read_recurrent,
    nn.MultiheadAttention: sequence_readers.read_multihead_attention,
    nn.TransformerEncoderLayer: sequence_readers.read_encoder_layer,
    nn.TransformerEncoder: sequence_readers.read_encoder,
})  # fmt: skip
"""What reads the modules of each class."""


def read_module(module: Any, shape: tuple[int, ...]) -> tuple[list[Layer], Any]:
    """Return the layers of a module, which have their parameters, and their data type."""
    root = Part('', module)
    for name, tensor in module.named_parameters():
        if tensor.dtype not in (torch.float32, torch.float64):
            raise root.refuse(
                'float32 or float64', f'{name} of {tensor.dtype}', 'Call module.float() first.'
            )
    dtypes = {tensor.dtype for tensor in module.parameters()}
    if len(dtypes) > 1:
        raise root.refuse('one data type', 'float32 and float64', 'Call module.double() first.')
    read: set[int] = set()
    layers = Walk(spread(root), shape, READERS, read).go().whole()
    for name, tensor in module.named_parameters():
        if id(tensor) not in read:
            raise root.refuse('parameters that a layer here has', f'{name}, which none has')
    return layers, np.float32 if dtypes == {torch.float32} else np.float64
