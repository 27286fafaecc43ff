"""Which module of PyTorch stands for which class of layers."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from torch import nn

from epynn import layers as known
from epynn.commons.models import Layer
from epynn.interchange.pytorch import modules, sequences
from epynn.interchange.pytorch.layers import (
    Links,
    activation_of,
    chain_of,
    make_batchnorm,
    make_convolution,
    make_dense,
    make_groupnorm,
    make_layernorm,
    make_pooling,
    make_prelu,
    make_rmsnorm,
    make_transposed,
)
from epynn.interchange.pytorch.sequence_modules import Bidirectional


def make_activation(layer: Any, links: Links, place: str) -> nn.Module:
    """Return the activation."""
    return activation_of(layer.activate, place)


def make_nothing(layer: Any, links: Links, place: str) -> nn.Module:
    """Pass on what comes in."""
    return nn.Identity()


def make_dropout(layer: Any, links: Links, place: str) -> nn.Module:
    """Return ``Dropout``, with one draw for all points along the axes of the layer."""
    if layer.axis:
        return modules.Dropout(layer.drop_prob, layer.axis)
    return nn.Dropout(layer.drop_prob)


def make_reshape(layer: Any, links: Links, place: str) -> nn.Module:
    """Give each sample the other shape."""
    return modules.Reshape(*layer.fs['A'][1:])


def make_global_pooling(layer: Any, links: Links, place: str) -> nn.Module:
    """Pool over all places."""
    return modules.GlobalPooling(layer.how)


def make_residual(layer: Any, links: Links, place: str) -> nn.Module:
    """Return both ways, which are added."""
    chain, shortcut = layer.chain, layer.shortcut
    return modules.Residual(
        chain_of(chain, links, f'{place}.'), chain_of(shortcut, links, f'{place}.', len(chain))
    )


def make_parallel(layer: Any, links: Links, place: str) -> nn.Module:
    """Return the branches, which are joined."""
    branches = [
        chain_of(branch, links, f'{place}.', start)
        for branch, start in zip(layer.branches, layer.ends, strict=False)
    ]
    return modules.Parallel(branches, layer.join, layer.inputs)


def make_chain(layer: Any, links: Links, place: str) -> nn.Module:
    """Return the layers inside, in turn."""
    return chain_of(layer.layers, links, f'{place}.')


def make_time_distributed(layer: Any, links: Links, place: str) -> nn.Module:
    """Return the layers inside, to which each step is a sample."""
    return modules.TimeDistributed(make_chain(layer, links, place))


def make_bidirectional(layer: Any, links: Links, place: str) -> nn.Module:
    """Return both readers."""
    onward, back = chain_of(layer.layers, links, f'{place}.')
    return Bidirectional(onward, back, layer.merge, layer.sequences)


MAKERS: Mapping[type[Layer], Callable[[Any, Links, str], nn.Module]] = MappingProxyType(
    {
        known.Activation: make_activation,
        known.Attention: sequences.make_attention,
        known.BatchNorm: make_batchnorm,
        known.Bidirectional: make_bidirectional,
        known.Convolution: make_convolution,
        known.Convolution1D: make_convolution,
        known.Dense: make_dense,
        known.Dropout: make_dropout,
        known.Embedding: make_nothing,
        known.Flatten: make_reshape,
        known.GRU: sequences.make_gru,
        known.GlobalPooling: make_global_pooling,
        known.GroupNorm: make_groupnorm,
        known.LSTM: sequences.make_lstm,
        known.LayerNorm: make_layernorm,
        known.Parallel: make_parallel,
        known.Pooling: make_pooling,
        known.Pooling1D: make_pooling,
        known.PReLU: make_prelu,
        known.PositionalEncoding: sequences.make_positional_encoding,
        known.RMSNorm: make_rmsnorm,
        known.RNN: sequences.make_rnn,
        known.Reshape: make_reshape,
        known.Residual: make_residual,
        known.Template: make_nothing,
        known.TimeDistributed: make_time_distributed,
        known.Tokens: sequences.make_tokens,
        known.Transformer: make_chain,
        known.TransposedConvolution: make_transposed,
    }
)
"""Each class of layers of the library."""
