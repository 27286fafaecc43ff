"""Each layer of a network in Keras."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from keras import layers, ops

from epynn import layers as known
from epynn.commons.models import Layer
from epynn.interchange.keras.building import Builder, Make, function_of, lacks


def padded(X: Any, pads: Any, value: float = 0.0) -> Any:
    """Return images or signals in a frame."""
    if not any(map(any, pads)):
        return X
    return ops.pad(X, [(0, 0), *pads, (0, 0)], constant_values=value)


def make_nothing(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return what came."""
    return X


def make_activation(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the activation."""
    return build.activated(X, layer.activate, place)


def make_dense(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``Dense``, and the activation."""
    A = build.made(layer, layers.Dense(layer.d['u']), X)
    return build.activated(A, layer.activate, place)


def make_convolution(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``Conv1D`` or ``Conv2D`` of images in their frame, and the activation."""
    window, axes = layer.window, len(layer.fs['X']) - 2
    if max(window.strides) > 1 < max(window.dilation):
        raise lacks(layer, place, 'strides or dilation alone, as Keras has not both at once')
    make = (layers.Conv1D, layers.Conv2D)[axes - 1](
        layer.d['u'], window.size[-axes:], window.strides[-axes:], 'valid', None,
        window.dilation[-axes:], window.groups, use_bias=layer.use_bias,
    )  # fmt: skip
    A = build.made(layer, make, padded(X, window.pads[-axes:]))
    # Keras turns the axes of the filters; PyTorch wants those of one unit in its own order
    W = make.kernel.value
    turned = W.data.movedim((-1, -2), (0, 1)).contiguous()
    W.data = turned.movedim((0, 1), (-1, -2))
    return build.activated(A, layer.activate, place)


def make_transposed(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``Conv2DTranspose``, cut to size, and the activation."""
    window, d = layer.window, layer.d
    if window.groups > 1 or max(window.strides) > 1 < max(window.dilation):
        raise lacks(layer, place, 'one group, and strides or dilation alone, as in Keras')
    make = layers.Conv2DTranspose(
        d['u'], window.size, window.strides, 'valid', dilation_rate=window.dilation,
        use_bias=layer.use_bias,
    )  # fmt: skip
    A = build.made(layer, make, X)
    (top, _), (left, _) = window.pads
    if A.shape[1] < top + d['oh'] or A.shape[2] < left + d['ow']:
        raise lacks(layer, place, 'no more output_padding than padding, as in Keras')
    A = A[:, top : top + d['oh'], left : left + d['ow']]
    return build.activated(A, layer.activate, place)


def make_pooling(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``MaxPooling`` or ``AveragePooling``; a minimum by opposite numbers."""
    window, axes = layer.window, len(layer.fs['X']) - 2
    size, strides, pads = window.size[-axes:], window.strides[-axes:], window.pads[-axes:]
    uncounted = any(window.hang) or not window.count_padding
    if max(window.dilation) > 1 or (layer.how == 'mean' and uncounted and any(map(any, pads))):
        # Keras on PyTorch repeats the last points for a mean
        raise lacks(layer, place, 'no dilation, and padding that counts in a mean')
    if layer.how == 'mean':
        mean = (layers.AveragePooling1D, layers.AveragePooling2D)[axes - 1]
        return mean(size, strides)(padded(X, pads))
    make = (layers.MaxPooling1D, layers.MaxPooling2D)[axes - 1](size, strides)
    if layer.how == 'min':
        return -make(padded(-X, pads, -np.inf))
    return make(padded(X, pads, -np.inf))


def make_global_pooling(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the pooling over all places."""
    return {'mean': ops.mean, 'max': ops.max, 'min': ops.min}[layer.how](
        ops.reshape(X, (-1, layer.d['n'], layer.d['d'])), axis=1
    )


def make_reshape(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``Reshape``."""
    return layers.Reshape(layer.fs['A'][1:])(X)


def make_batchnorm(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``BatchNormalization``."""
    make = layers.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon)
    return build.made(layer, make, X)


def make_norm(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the normalization of channels, or of groups of them."""
    if type(layer) is known.GroupNorm:
        return build.made(layer, layers.GroupNormalization(layer.d['g'], epsilon=layer.epsilon), X)
    rms = type(layer) is known.RMSNorm
    make = layers.RMSNormalization if rms else layers.LayerNormalization
    return build.made(layer, make(epsilon=layer.epsilon), X)


def make_prelu(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``PReLU``, whose slopes all places share."""
    axes = len(layer.fs['X']) - (1 if layer.shared else 2)
    return build.made(layer, layers.PReLU(shared_axes=list(range(1, axes + 1)) or None), X)


def make_tokens(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``Embedding``, which looks tokens up."""
    return build.made(layer, layers.Embedding(*layer.p['W'].shape), X)


def recurrent(layer: Any, place: str, **settings: Any) -> Any:
    """Return a recurrent layer of Keras, whose gates have one activation."""
    activate, *gates = {
        known.RNN: lambda: [layer.activate],
        known.LSTM: lambda: [
            layer.activate_candidate, layer.activate_input, layer.activate_forget,
            layer.activate_output,
        ],
        known.GRU: lambda: [layer.activate, layer.activate_update, layer.activate_reset],
    }[type(layer)]()  # fmt: skip
    alike = {(gate.__name__, *gate.hyperparameters.values()) for gate in gates}
    if len(alike) > 1 or activate.__name__ != layer.activate.__name__:
        raise lacks(layer, place, 'one activation for the gates and one for the states')
    settings |= {'return_sequences': layer.sequences, 'activation': function_of(activate, place)}
    if gates:
        settings['recurrent_activation'] = function_of(gates[0], place)
    if type(layer) is known.GRU:
        settings['reset_after'] = layer.reset_after
    make = {known.RNN: layers.SimpleRNN, known.LSTM: layers.LSTM, known.GRU: layers.GRU}
    return make[type(layer)](layer.d['u'], **settings)


def make_recurrent(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``SimpleRNN``, ``LSTM`` or ``GRU``."""
    return build.made(layer, recurrent(layer, place), X)


def make_bidirectional(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``Bidirectional``."""
    onward, back = layer.layers
    pair = recurrent(onward, place), recurrent(back, place, go_backwards=True)
    named = all(
        'lambda' not in each.activation.__name__ for each in pair
    )  # it is made anew by name
    if onward.trainable != back.trainable or not named:
        raise lacks(layer, place, 'two readers of plain activations, both frozen or neither')
    merge = 'concat' if layer.merge == 'concatenate' else 'sum'
    make = layers.Bidirectional(pair[0], merge, backward_layer=pair[1])
    make.trainable = onward.trainable
    A = make(X)
    build.join(onward, make.forward_layer)
    build.join(back, make.backward_layer)
    return A


def make_attention(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return ``MultiHeadAttention`` or ``GroupQueryAttention`` of a sequence to itself."""
    d = layer.d
    if layer.rotary:
        raise lacks(layer, place, 'no rotary=True, as Keras has none')
    if d['heads'] == d['kv_heads']:
        make = layers.MultiHeadAttention(d['heads'], d['k'], use_bias=layer.use_bias)
    else:
        sizes = d['k'], d['heads'], d['kv_heads']
        make = layers.GroupQueryAttention(*sizes, use_bias=layer.use_bias)
    return build.made(layer, make, X, X, use_causal_mask=layer.causal)


def make_residual(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the sum of both ways."""
    A = build.chain(layer.chain, X, f'{place}.')
    return layers.Add()([A, build.chain(layer.shortcut, X, f'{place}.', len(layer.chain))])


def make_parallel(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the outputs of all branches, joined."""
    outputs = [
        build.chain(branch, X[..., part], f'{place}.', start)
        for branch, part, start in zip(layer.branches, layer.inputs, layer.ends, strict=False)
    ]
    join = {
        'concatenate': layers.Concatenate, 'add': layers.Add, 'multiply': layers.Multiply,
        'mean': layers.Average,
    }  # fmt: skip
    return join[layer.join]()(outputs)


def make_chain(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the layers inside, in turn."""
    return build.chain(layer.layers, X, f'{place}.')


def make_time_distributed(build: Builder, layer: Any, X: Any, place: str) -> Any:
    """Return the layers inside, to which each step is a sample.

    ``TimeDistributed`` of Keras takes the steps one after the other: BatchNormalization would see
    those of one step.
    """
    A = make_chain(build, layer, ops.reshape(X, (-1, *X.shape[2:])), place)
    return ops.reshape(A, (-1, X.shape[1], *A.shape[1:]))


MAKERS: Mapping[type[Layer], Make] = MappingProxyType({
    known.Activation: make_activation, known.Attention: make_attention,
    known.BatchNorm: make_batchnorm, known.Bidirectional: make_bidirectional,
    known.Convolution: make_convolution, known.Convolution1D: make_convolution,
    known.Dense: make_dense, known.Dropout: make_nothing, known.Embedding: make_nothing,
    known.Flatten: make_reshape, known.GRU: make_recurrent,
    known.GlobalPooling: make_global_pooling, known.GroupNorm: make_norm,
    known.LSTM: make_recurrent, known.LayerNorm: make_norm, known.Parallel: make_parallel,
    known.Pooling: make_pooling, known.Pooling1D: make_pooling, known.PReLU: make_prelu,
    known.RMSNorm: make_norm,
    known.RNN: make_recurrent, known.Reshape: make_reshape, known.Residual: make_residual,
    known.Template: make_nothing, known.TimeDistributed: make_time_distributed,
    known.Tokens: make_tokens, known.Transformer: make_chain,
    known.TransposedConvolution: make_transposed,
})  # fmt: skip
"""Each class of layers that Keras has, or that is made of what it has."""
