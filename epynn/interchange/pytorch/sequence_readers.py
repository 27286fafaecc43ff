"""Layers of sequences, and layers made of layers, from modules of PyTorch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch import nn
from torch.nn import functional as F

from epynn.commons.maths import gelu, gelu_tanh, identity, relu, tanh
from epynn.commons.models import Layer
from epynn.interchange.layouts import LSTM_GATES, Layout, gates_below, gates_of_torch, layouts_of
from epynn.interchange.pytorch import sequence_modules as modules
from epynn.interchange.pytorch.parts import Part
from epynn.interchange.pytorch.read_activations import activation_from, function_of
from epynn.interchange.pytorch.reading import Walk
from epynn.layers import (
    GRU,
    LSTM,
    RNN,
    Activation,
    Attention,
    Bidirectional,
    Dense,
    Dropout,
    LayerNorm,
    Parallel,
    PositionalEncoding,
    Residual,
    TimeDistributed,
    Tokens,
)

# LAYERS MADE OF LAYERS


def read_residual(walk: Walk, part: Part) -> list[Layer]:
    """Return both ways, which are added."""
    chain, shortcut = walk.inside(part, 'chain'), walk.inside(part, 'shortcut')
    return [Residual(chain.whole(), shortcut.layers or None)]


def read_parallel(walk: Walk, part: Part) -> list[Layer]:
    """Return the branches, which are joined."""
    walk.lie(part, False)
    *places, d = walk.shape
    branches, inputs = [], []
    for k, channels in enumerate(part.module.inputs):
        whole = channels == slice(None)
        inputs.append(None if whole else (channels.start, channels.stop))
        seen = *places, len(range(*channels.indices(d)))
        inner = walk.inside(part, f'branches.{k}', None if whole else seen)
        branches.append(inner.layers)
    if not any(branches):
        branches[0] = [Activation(identity)]
    return [Parallel(branches, part.module.join, inputs)]


def read_time_distributed(walk: Walk, part: Part) -> list[Layer]:
    """Return the layers inside, to which each step is a sample."""
    walk.lie(part, False)
    return [TimeDistributed(walk.inside(part, 'module', walk.shape[1:]).whole())]


def read_bidirectional(walk: Walk, part: Part) -> list[Layer]:
    """Return both readers."""
    walk.lie(part, False)
    onward: Any = walk.inside(part, 'onward').whole()[0]
    back: Any = walk.inside(part, 'back').whole()[0]
    return [Bidirectional(onward, part.module.merge, back)]


# RECURRENT LAYERS


def read_recurrent(walk: Walk, part: Part) -> Iterator[Layer]:
    """Yield the layers of RNN, LSTM or GRU of PyTorch, one above the other."""
    walk.lie(part, False)
    module, ours = part.module, isinstance(part.module, modules.States)
    part.require('Set module.batch_first = True, and give it samples first.', batch_first=True)
    part.require(proj_size=0)
    last = module.sequences if ours else True
    if not ours and walk.parts:
        raise part.refuse(
            'one that gives an array', 'one that gives a tuple, and modules behind it',
            'Put StatesOfLSTM of epynn.interchange.pytorch.sequence_modules, or its like, in its '
            'place: it takes the same arguments, and sequences=False for the last state.',
        )  # fmt: skip
    if module.bidirectional and not last:
        raise part.refuse(
            'the states of all steps, where there are two directions', 'sequences=False',
            'At the last step, the one that reads backwards has read one step alone: take '
            'Bidirectional of epynn.interchange.pytorch.sequence_modules.',
        )  # fmt: skip
    for k in range(module.num_layers):
        sequences = last or k < module.num_layers - 1
        layers = [
            one_of_torch(walk, part, sequences, f'_l{k}{end}')
            for end in ('', '_reverse')[: 1 + module.bidirectional]
        ]
        yield Bidirectional(layers[0], 'concatenate', layers[1]) if layers[1:] else layers[0]
        if module.dropout and k < module.num_layers - 1:
            yield Dropout(module.dropout)


def one_of_torch(walk: Walk, part: Part, sequences: bool, l0: str) -> Any:
    """Return one layer of a recurrent module, with the sum of its two biases."""
    module, u = part.module, part.module.hidden_size
    layer: Any
    if isinstance(module, nn.LSTM):
        layer = LSTM(u, sequences=sequences)
    elif isinstance(module, nn.GRU):
        layer = GRU(u, sequences=sequences, reset_after=True)
    else:
        activate = {'tanh': tanh, 'relu': relu}[module.nonlinearity]
        layer = RNN(u, activate, clip_gradients=False, sequences=sequences)
    gates = len(layouts_of(layer)) // 3
    layouts = gates_of_torch(layer) if isinstance(layer, GRU) else layouts_of(layer)
    return walk.fill(layer, part, gates * u, [*layouts], l0)


def read_written_out(walk: Walk, part: Part) -> list[Layer]:
    """Return the layer of a recurrent module of ours, with its activations."""
    walk.lie(part, False)
    module = part.module
    functions: list[Any] = []
    settings: dict[str, float] = {}
    for i, _ in enumerate(module.activations):
        inner = part.inner(f'activations.{i}')
        known = isinstance(inner.module, nn.Identity) or function_of(inner) is not None
        if not known:
            raise inner.refuse('an activation function', inner.kind)
        function, hyper = (
            (identity, {}) if function_of(inner) is None else activation_from(walk, inner)
        )
        clash = [key for key in hyper if settings.get(key, hyper[key]) != hyper[key]]
        if clash:
            raise inner.refuse(f'{settings}, as in the gate before', f'{hyper}')
        functions.append(function)
        settings.update(hyper)
    how: dict[str, Any] = {'sequences': module.sequences, 'se_hPars': settings or None}
    if isinstance(module, modules.GRU):
        after = isinstance(module, modules.GRUAfter)
        return [walk.fill(make(GRU, part, functions, reset_after=after, **how), part)]
    if isinstance(module, modules.LSTM):
        activate, i, f, g, o = functions
        lstm = make(LSTM, part, [activate, o, g, i, f], **how)
        return [walk.fill(lstm, part, 0, [*gates_below('gates', lstm, LSTM_GATES)])]
    rnn = make(RNN, part, functions, clip_gradients=False, **how)
    return [walk.fill(rnn, part, 0, [*gates_below('gates', rnn, ('',))])]


def make(kind: Any, part: Part, functions: list[Any], **settings: Any) -> Any:
    """Return a recurrent layer with the units of a module."""
    return kind(part.module.u, *functions, **settings)


# TOKENS AND ATTENTION


def read_tokens(walk: Walk, part: Part) -> list[Layer]:
    """Return Tokens."""
    part.require('Set it to None: here each row learns.', padding_idx=None)
    part.require(max_norm=None, scale_grad_by_freq=False)
    module = part.module
    walk.add(walk.fill(Tokens(module.num_embeddings, module.embedding_dim), part), part)
    walk.first = False
    return []


def read_positional_encoding(walk: Walk, part: Part) -> list[Layer]:
    """Return a PositionalEncoding, if rows that do not learn are sines and cosines."""
    walk.lie(part, False)
    rows = part.module.weight
    if part.module.learned:
        return [walk.fill(PositionalEncoding('learned', len(rows)), part)]
    layer = PositionalEncoding()
    there = rows.detach().cpu().numpy()
    here = layer.forward(np.zeros((1, *there.shape)))[0]
    if not np.allclose(here, there, atol=1e-6):
        raise part.refuse('rows of sines and cosines', 'others', 'Pass learned=True.')
    return [layer]


def read_attention(walk: Walk, part: Part) -> list[Layer]:
    """Return an Attention, from one of ours."""
    walk.lie(part, False)
    module = part.module
    units = module.query.out_features
    layer = Attention(
        module.heads, None if units == walk.shape[-1] else units, module.causal, module.drop,
        module.kv_heads, module.rotary, module.query.bias is not None,
    )  # fmt: skip
    return [walk.fill(layer, part)]


def read_multihead_attention(walk: Walk, part: Part) -> list[Layer]:
    """Return an Attention of queries, keys and values of one sequence."""
    walk.lie(part, False)
    part.require('Set module.batch_first = True, and give it samples first.', batch_first=True)
    part.require(bias_k=None, bias_v=None, add_zero_attn=False, _qkv_same_embed_dim=True)
    module, biased = part.module, part.module.in_proj_bias is not None
    layer = Attention(module.num_heads, dropout=module.dropout, use_bias=biased)
    e, layouts = module.embed_dim, []
    for k, letter in enumerate('qkv'):
        rows = slice(k * e, (k + 1) * e)
        layouts.append(Layout(f'W{letter}', 'in_proj_weight', (1, 0), 'p', rows))
        if biased:
            layouts.append(Layout(f'b{letter}', 'in_proj_bias', (0,), 'p', rows))
    layouts.append(Layout('Wo', 'out_proj.weight', (1, 0)))
    if biased:
        layouts.append(Layout('bo', 'out_proj.bias'))
    return [walk.fill(layer, part, 0, layouts)]


def read_encoder_layer(walk: Walk, part: Part) -> list[Layer]:
    """Return the layers that a Transformer is made of."""
    module = part.module
    function = activation_of_encoder(part)
    attention = [*read_multihead_attention(walk, part.inner('self_attn')), *off(module.dropout1)]
    e = module.linear2.out_features
    hidden = Dense(module.linear1.out_features, function)
    walk.fill(hidden, part.inner('linear1'), module.linear1.out_features)
    back = walk.fill(Dense(e, identity), part.inner('linear2'), e)
    forward = [TimeDistributed([hidden, *off(module.dropout), back]), *off(module.dropout2)]
    norms = [
        walk.fill(LayerNorm(getattr(module, name).eps), part.inner(name), e)
        for name in ('norm1', 'norm2')
    ]
    if module.norm_first:
        return [Residual([norms[0], *attention]), Residual([norms[1], *forward])]
    return [Residual(attention), norms[0], Residual(forward), norms[1]]


def activation_of_encoder(part: Part) -> Any:
    """Return the activation of the hidden layer: relu or gelu, as a function or a module."""
    given = part.module.activation
    if given is F.relu or isinstance(given, nn.ReLU):
        return relu
    if given is F.gelu or isinstance(given, nn.GELU):
        return gelu if getattr(given, 'approximate', 'none') == 'none' else gelu_tanh
    raise part.refuse('relu or gelu', f'activation={given}')


def off(dropout: Any) -> list[Layer]:
    """Return a Dropout, if it switches anything off."""
    return [Dropout(dropout.p)] if dropout.p else []


def read_encoder(walk: Walk, part: Part) -> Iterator[Layer]:
    """Yield the layers of a stack, and the normalization behind it."""
    for k, _ in enumerate(part.module.layers):
        yield from read_encoder_layer(walk, part.inner(f'layers.{k}'))
    if part.module.norm is not None:
        inner = part.inner('norm')
        yield walk.fill(LayerNorm(inner.module.eps), inner, inner.module.normalized_shape[0])
