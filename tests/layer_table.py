"""One row a layer. Add a row, and the layer gets every check of `test_layer_table*.py`."""

import numpy as np
from layer_row import (
    IMAGES,
    OTHER_SEQUENCES,
    SEQUENCES,
    SIGNALS,
    Row,
    channels,
    gates,
    heads,
    inside,
)
from layer_table_branches import BRANCHES

from epynn.activation.models import Activation
from epynn.attention.models import Attention
from epynn.batchnorm.models import BatchNorm
from epynn.bidirectional.models import Bidirectional
from epynn.commons.composite import Composite
from epynn.commons.maths import elu, identity, lrelu, orthogonal, relu, sigmoid, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.globalpooling.models import GlobalPooling
from epynn.groupnorm.models import GroupNorm
from epynn.gru.models import GRU
from epynn.layernorm.models import LayerNorm
from epynn.lstm.models import LSTM
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.positionalencoding.models import PositionalEncoding
from epynn.prelu.models import PReLU
from epynn.reshape.models import Reshape
from epynn.rmsnorm.models import RMSNorm
from epynn.rnn.models import RNN
from epynn.template.models import Template
from epynn.timedistributed.models import TimeDistributed
from epynn.tokens.models import Tokens
from epynn.transformer.models import Transformer
from epynn.transposedconvolution.models import TransposedConvolution


class Chain(Composite):
    """Layers in turn, by a user who wrote nothing but the mathematics."""

    def forward(self, A):
        A = self.receive_input(A)
        for layer in self.layers:
            A = layer.forward(A)
        self.fc['A'] = A
        return A

    def backward(self, dX):
        dX = self.receive_gradient(dX)
        for layer in reversed(self.layers):
            dX = layer.backward(dX)
        self.bc['dX'] = dX
        return dX


def own_composite():
    return Chain([Dense(4, tanh), Dropout(0.5), Chain([Dropout(0.5), Dense(3, tanh)])])


def softmax_and_temperature():
    return Dense(4, softmax, se_hPars={'softmax_temperature': 2.5})


def leaky():
    return Dense(4, lrelu, se_hPars={'LRELU_alpha': 0.1})


def step_by_step():
    """Return layers for a film: an answer for each of its images."""
    return TimeDistributed(
        [Convolution(3, 2, activate=tanh), BatchNorm(), Flatten(), Dense(2, tanh)]
    )


TWO_WAYS = inside(gates('figo', 5, 2), gates('figo', 5, 2))
PRE = inside(
    inside(channels(5), heads(5, 5, 5)),
    inside(channels(5), inside({'W': (5, 6), 'b': (1, 6)}, {'W': (6, 5), 'b': (1, 5)})),
)
POST = inside(
    inside(heads(5, 5, 5)), channels(5),
    inside(inside({'W': (5, 6), 'b': (1, 6)}, {}, {'W': (6, 5), 'b': (1, 5)})), channels(5),
)  # fmt: skip

ROWS = [
    Row('dense', lambda: Dense(), (3, 5), (3, 1), {'W': (5, 1), 'b': (1, 1)}),
    Row('dense-tanh', lambda: Dense(4, tanh), (3, 5), (3, 4), {'W': (5, 4), 'b': (1, 4)}),
    Row('dense-softmax', softmax_and_temperature, (3, 5), (3, 4), {'W': (5, 4), 'b': (1, 4)}),
    Row('dense-relu', lambda: Dense(6, relu, orthogonal), (3, 5), (3, 6),
        {'W': (5, 6), 'b': (1, 6)}, smooth=False),
    Row('dense-lrelu', leaky, (3, 5), (3, 4), {'W': (5, 4), 'b': (1, 4)}, smooth=False),
    Row('convolution', lambda: Convolution(), IMAGES, (2, 2, 2, 1),
        {'W': (3, 3, 2, 1), 'b': (1,)}, smooth=False, also=((4, 9, 3, 2),)),
    Row('convolution-stride-1', lambda: Convolution(3, (3, 2), 1, activate=tanh), IMAGES,
        (2, 4, 6, 3), {'W': (3, 2, 2, 3), 'b': (3,)}, also=((1, 3, 2, 2),)),
    Row('convolution-strides', lambda: Convolution(2, 2, (3, 2), activate=sigmoid), IMAGES,
        (2, 2, 3, 2), {'W': (2, 2, 2, 2), 'b': (2,)}),
    Row('convolution-gaps', lambda: Convolution(2, 1, (2, 3), activate=identity), IMAGES,
        (2, 3, 3, 2), {'W': (1, 1, 2, 2), 'b': (2,)}),
    Row('convolution-padding', lambda: Convolution(2, 3, 2, padding=1, activate=tanh), IMAGES,
        (2, 3, 4, 2), {'W': (3, 3, 2, 2), 'b': (2,)}),
    Row('convolution-paddings', lambda: Convolution(2, (3, 4), (1, 2), (0, 2), activate=elu),
        IMAGES, (2, 4, 4, 2), {'W': (3, 4, 2, 2), 'b': (2,)}, smooth=False),
    Row('convolution-no-bias', lambda: Convolution(2, 4, activate=tanh, use_bias=False), IMAGES,
        (2, 1, 1, 2), {'W': (4, 4, 2, 2)}),
    Row('convolution-whole', lambda: Convolution(2, (6, 7), activate=tanh), IMAGES,
        (2, 1, 1, 2), {'W': (6, 7, 2, 2), 'b': (2,)}),
    Row('convolution-same', lambda: Convolution(2, (3, 2), 2, 'same', tanh), IMAGES, (2, 3, 4, 2),
        {'W': (3, 2, 2, 2), 'b': (2,)}, also=((1, 1, 9, 2),)),
    Row('convolution-same-lower', lambda: Convolution(2, (3, 2), 2, 'same_lower', tanh), IMAGES,
        (2, 3, 4, 2), {'W': (3, 2, 2, 2), 'b': (2,)}),
    Row('convolution-dilated', lambda: Convolution(3, (3, 2), 1, 1, tanh, dilation=(2, 4)), IMAGES,
        (2, 4, 5, 3), {'W': (3, 2, 2, 3), 'b': (3,)}),
    Row('convolution-groups', lambda: Convolution(6, 2, activate=tanh, groups=2), (2, 5, 4, 4),
        (2, 2, 2, 6), {'W': (2, 2, 2, 6), 'b': (6,)}),
    Row('convolution-depthwise', lambda: Convolution(3, 3, 1, 'same', tanh, dilation=2, groups=3),
        (2, 5, 4, 3), (2, 5, 4, 3), {'W': (3, 3, 1, 3), 'b': (3,)}),
    Row('transposed', lambda: TransposedConvolution(), (2, 2, 3, 2), (2, 6, 9, 1),
        {'W': (3, 3, 1, 2), 'b': (1,)}, smooth=False),
    Row('transposed-sizes', lambda: TransposedConvolution(3, (3, 2), 2, 1, tanh, output_padding=1),
        (2, 3, 4, 2), (2, 6, 7, 3), {'W': (3, 2, 3, 2), 'b': (3,)}, also=((1, 1, 2, 2),)),
    Row('transposed-same', lambda: TransposedConvolution(2, 4, 3, 'same', tanh, use_bias=False),
        (2, 3, 2, 3), (2, 9, 6, 2), {'W': (4, 4, 2, 3)}),
    Row('transposed-gaps', lambda: TransposedConvolution(1, 1, (2, 3), 'same', tanh),
        (2, 3, 2, 3), (2, 6, 6, 1), {'W': (1, 1, 1, 3), 'b': (1,)}),
    Row('transposed-dilated',
        lambda: TransposedConvolution(2, (3, 2), 2, (1, 2), tanh, output_padding=1,
                                      dilation=(2, 3)),
        (2, 3, 4, 2), (2, 8, 7, 2), {'W': (3, 2, 2, 2), 'b': (2,)}),
    Row('transposed-depthwise',
        lambda: TransposedConvolution(3, 3, 2, 'same', tanh, use_bias=False, groups=3),
        (2, 3, 2, 3), (2, 6, 4, 3), {'W': (3, 3, 1, 3)}),
    Row('transposed-same-lower', lambda: TransposedConvolution(2, 4, 3, 'same_lower', tanh),
        (2, 3, 2, 3), (2, 9, 6, 2), {'W': (4, 4, 2, 3), 'b': (2,)}),
    Row('convolution1d', lambda: Convolution1D(), SIGNALS, (3, 3, 1), {'W': (3, 2, 1), 'b': (1,)},
        smooth=False, also=((4, 3, 2),)),
    Row('convolution1d-dilated', lambda: Convolution1D(4, 3, 2, 2, tanh, dilation=3), SIGNALS,
        (3, 4, 4), {'W': (3, 2, 4), 'b': (4,)}),
    Row('convolution1d-same', lambda: Convolution1D(3, 4, 3, 'same', tanh, use_bias=False), SIGNALS,
        (3, 4, 3), {'W': (4, 2, 3)}),
    Row('convolution1d-same-lower', lambda: Convolution1D(3, 4, 1, 'same_lower', tanh), SIGNALS,
        (3, 10, 3), {'W': (4, 2, 3), 'b': (3,)}, masked='ends'),
    Row('convolution1d-causal', lambda: Convolution1D(2, 3, 1, 'causal', tanh, dilation=2), SIGNALS,
        (3, 10, 2), {'W': (3, 2, 2), 'b': (2,)}, also=((2, 1, 2),), masked='ends'),
    Row('convolution1d-groups', lambda: Convolution1D(4, 2, 1, activate=sigmoid, groups=2), SIGNALS,
        (3, 9, 4), {'W': (2, 1, 4), 'b': (4,)}),
    Row('convolution1d-masked', lambda: Convolution1D(4, 4, 1, 'same', tanh), SIGNALS, (3, 10, 4),
        {'W': (4, 2, 4), 'b': (4,)}, masked='ends'),
    Row('pooling', lambda: Pooling(), IMAGES, (2, 3, 3, 2), smooth=False),
    Row('pooling-max-overlap', lambda: Pooling(3, 1), IMAGES, (2, 4, 5, 2), smooth=False),
    Row('pooling-max-padding', lambda: Pooling((3, 2), (2, 1), padding=1), IMAGES, (2, 3, 8, 2),
        smooth=False),
    Row('pooling-min', lambda: Pooling((2, 3), pool=np.min), IMAGES, (2, 3, 2, 2), smooth=False),
    Row('pooling-min-overlap', lambda: Pooling(3, (1, 2), np.min), IMAGES, (2, 4, 3, 2),
        smooth=False),
    Row('pooling-mean', lambda: Pooling(pool=np.mean), IMAGES, (2, 3, 3, 2)),
    Row('pooling-mean-padding', lambda: Pooling(3, 2, np.average, 1), IMAGES, (2, 3, 4, 2)),
    Row('pooling-gaps', lambda: Pooling(1, 3), IMAGES, (2, 2, 3, 2), smooth=False),
    Row('pooling-same', lambda: Pooling(3, 2, padding='same'), IMAGES, (2, 3, 4, 2), smooth=False),
    Row('pooling-mean-same', lambda: Pooling((2, 3), 1, np.mean, 'same'), IMAGES, IMAGES),
    Row('pooling-dilated', lambda: Pooling((3, 2), (1, 2), dilation=(2, 3)), IMAGES, (2, 2, 2, 2),
        smooth=False),
    Row('pooling-ceil', lambda: Pooling(3, 2, padding=1, dilation=(1, 2), ceil_mode=True), IMAGES,
        (2, 4, 3, 2), smooth=False),
    Row('pooling-mean-ceil', lambda: Pooling(3, (2, 3), np.mean, 1, 1, True), IMAGES, (2, 4, 3, 2)),
    Row('pooling-mean-dilated', lambda: Pooling(2, 1, np.mean, 1, 3), IMAGES, (2, 5, 6, 2)),
    Row('pooling-mean-uncounted',
        lambda: Pooling((4, 3), 3, np.mean, (2, 1), ceil_mode=True, count_padding=False), IMAGES,
        (2, 3, 3, 2)),
    Row('pooling-mean-same-uncounted',
        lambda: Pooling(3, 2, np.mean, 'same', 2, count_padding=False), IMAGES, (2, 3, 4, 2)),
    Row('pooling-mean-same-lower', lambda: Pooling((2, 3), 1, np.mean, 'same_lower'), IMAGES,
        IMAGES),
    Row('pooling1d', lambda: Pooling1D(), SIGNALS, (3, 5, 2), smooth=False),
    Row('pooling1d-min-padding', lambda: Pooling1D(3, 1, np.min, 1), SIGNALS, (3, 10, 2),
        smooth=False),
    Row('pooling1d-mean-same', lambda: Pooling1D(4, 3, np.mean, 'same'), SIGNALS, (3, 4, 2)),
    Row('pooling1d-options', lambda: Pooling1D(3, 2, np.min, 1, 2, True), SIGNALS, (3, 5, 2),
        smooth=False),
    Row('pooling1d-mean-options', lambda: Pooling1D(4, 3, np.mean, 1, 1, True, False), SIGNALS,
        (3, 4, 2)),
    Row('pooling1d-same-lower', lambda: Pooling1D(4, 3, padding='same_lower'), SIGNALS, (3, 4, 2),
        smooth=False),
    Row('flatten', lambda: Flatten(), IMAGES, (2, 84)),
    Row('flatten-sequences', lambda: Flatten(), (4, 3, 2), (4, 6)),
    Row('dropout', lambda: Dropout(0.4), (6, 5), (6, 5), random=True, modes_differ=True),
    Row('dropout-channels', lambda: Dropout(0.5, axis=(1, 2)), (2, 3, 4, 5), (2, 3, 4, 5),
        random=True, modes_differ=True),
    Row('dropout-sequences', lambda: Dropout(0.4), SEQUENCES, SEQUENCES, random=True,
        modes_differ=True, masked='any'),
    # Clipping does not belong to the gradient: False for those that are compared with differences.
    Row('rnn', lambda: RNN(clip_gradients=False), SEQUENCES, (3, 1), gates([''], 5, 1),
        also=OTHER_SEQUENCES, masked='any'),
    Row('rnn-sequences', lambda: RNN(2, softmax, orthogonal, False, True), SEQUENCES, (3, 4, 2),
        gates([''], 5, 2), masked='any'),
    Row('lstm', lambda: LSTM(), SEQUENCES, (3, 1), gates('figo', 5, 1), also=OTHER_SEQUENCES,
        masked='any'),
    Row('lstm-sequences', lambda: LSTM(2, sequences=True), SEQUENCES, (3, 4, 2),
        gates('figo', 5, 2), masked='any'),
    Row('lstm-activations', lambda: LSTM(3, identity, softmax, relu, lrelu, elu), SEQUENCES, (3, 3),
        gates('figo', 5, 3), smooth=False, masked='any'),
    Row('gru', lambda: GRU(), SEQUENCES, (3, 1), gates(['z', 'r', 'hh'], 5, 1),
        also=OTHER_SEQUENCES, masked='any'),
    Row('gru-sequences', lambda: GRU(2, sequences=True), SEQUENCES, (3, 4, 2),
        gates(['z', 'r', 'hh'], 5, 2), masked='any'),
    Row('gru-activations', lambda: GRU(3, relu, softmax, elu), SEQUENCES, (3, 3),
        gates(['z', 'r', 'hh'], 5, 3), smooth=False, masked='any'),
    Row('gru-after', lambda: GRU(2, sequences=True, reset_after=True), SEQUENCES, (3, 4, 2),
        {**gates(['z', 'r', 'hh'], 5, 2), 'bV': (1, 2)}, also=OTHER_SEQUENCES, masked='any'),
    Row('bidirectional', lambda: Bidirectional(LSTM(2)), SEQUENCES, (3, 4), TWO_WAYS,
        also=OTHER_SEQUENCES, masked='any'),
    Row('bidirectional-sequences', lambda: Bidirectional(LSTM(2, sequences=True)), SEQUENCES,
        (3, 4, 4), TWO_WAYS, masked='any'),
    Row('bidirectional-sum', lambda: Bidirectional(LSTM(2, sequences=True), 'sum'), SEQUENCES,
        (3, 4, 2), TWO_WAYS, masked='any'),
    Row('bidirectional-two', lambda: Bidirectional(LSTM(1), backward_layer=GRU(2)), SEQUENCES,
        (3, 3), inside(gates('figo', 5, 1), gates(['z', 'r', 'hh'], 5, 2)), also=OTHER_SEQUENCES,
        masked='any'),
    Row('attention', lambda: Attention(), SEQUENCES, SEQUENCES, heads(5, 5, 5),
        also=OTHER_SEQUENCES, masked='any'),
    Row('attention-heads', lambda: Attention(2, 6, causal=True), SEQUENCES, SEQUENCES,
        heads(5, 6, 6), also=OTHER_SEQUENCES, masked='any'),
    Row('attention-groups', lambda: Attention(4, 8, kv_heads=2, rotary=True, use_bias=False),
        SEQUENCES, SEQUENCES, heads(5, 8, 4, bias=False), also=OTHER_SEQUENCES, masked='any'),
    Row('attention-dropout', lambda: Attention(2, 4, True, 0.4, 1, True), SEQUENCES, SEQUENCES,
        heads(5, 4, 2), random=True, modes_differ=True, masked='any'),
    Row('positions', lambda: PositionalEncoding(), SEQUENCES, SEQUENCES, also=OTHER_SEQUENCES,
        masked='any'),
    Row('positions-learned', lambda: PositionalEncoding('learned', 12), SEQUENCES, SEQUENCES,
        {'W': (12, 5)}, also=OTHER_SEQUENCES, masked='any'),
    Row('transformer', lambda: Transformer(5, 6, tanh), SEQUENCES, SEQUENCES, PRE,
        also=OTHER_SEQUENCES, masked='any'),
    Row('transformer-post', lambda: Transformer(1, 6, sigmoid, 'post', True, 0.4), SEQUENCES,
        SEQUENCES, POST, random=True, modes_differ=True, masked='any'),
    Row('batchnorm', lambda: BatchNorm(), (6, 5), (6, 5), channels(5), modes_differ=True, fewest=2),
    Row('batchnorm-sequences', lambda: BatchNorm(0.5), SEQUENCES, SEQUENCES, channels(5),
        modes_differ=True, also=((2, 7, 5),), masked='any'),
    Row('batchnorm-images', lambda: BatchNorm(0, 1e-3), IMAGES, IMAGES, channels(2),
        modes_differ=True, also=((1, 3, 4, 2),)),
    Row('layernorm', lambda: LayerNorm(), (3, 5), (3, 5), channels(5)),
    Row('layernorm-sequences', lambda: LayerNorm(1e-2), SEQUENCES, SEQUENCES, channels(5),
        also=OTHER_SEQUENCES, masked='any'),
    Row('layernorm-images', lambda: LayerNorm(), (2, 3, 4, 3), (2, 3, 4, 3), channels(3)),
    Row('rmsnorm', lambda: RMSNorm(), (3, 5), (3, 5), {'gamma': (5,)}),
    Row('rmsnorm-sequences', lambda: RMSNorm(1e-2), SEQUENCES, SEQUENCES, {'gamma': (5,)},
        also=OTHER_SEQUENCES, masked='any'),
    Row('groupnorm', lambda: GroupNorm(2), (3, 6), (3, 6), channels(6)),
    Row('groupnorm-whole', lambda: GroupNorm(1), SEQUENCES, SEQUENCES, channels(5),
        also=OTHER_SEQUENCES, masked='any'),
    Row('groupnorm-images', lambda: GroupNorm(3, 1e-3), (2, 3, 4, 6), (2, 3, 4, 6), channels(6)),
    Row('groupnorm-channels', lambda: GroupNorm(2), IMAGES, IMAGES, channels(2)),
    Row('prelu', lambda: PReLU(), (3, 5), (3, 5), {'alpha': (1,)}, smooth=False,
        any_features=True),
    Row('prelu-channels', lambda: PReLU(False, -0.5), IMAGES, IMAGES, {'alpha': (2,)},
        smooth=False, also=((1, 3, 4, 2),)),
    Row('prelu-sequences', lambda: PReLU(shared=False), SEQUENCES, SEQUENCES, {'alpha': (5,)},
        smooth=False, also=OTHER_SEQUENCES, masked='any'),
    Row('tokens', lambda: Tokens(7, 3), (4, 6), (4, 6, 3), {'W': (7, 3)}, tokens=7,
        also=((2, 9),), masked='any'),
    Row('activation', lambda: Activation(tanh), (3, 5), (3, 5)),
    Row('activation-softmax', lambda: Activation(softmax), SEQUENCES, SEQUENCES, masked='any'),
    Row('activation-identity', lambda: Activation(identity), (3, 5), (3, 5)),
    Row('activation-relu', lambda: Activation(relu), IMAGES, IMAGES, smooth=False),
    Row('reshape', lambda: Reshape((3, 7, -1)), IMAGES, (2, 3, 7, 4)),
    Row('reshape-row', lambda: Reshape(-1), SEQUENCES, (3, 20)),
    Row('reshape-column', lambda: Reshape((12, 1)), (2, 3, 4), (2, 12, 1)),
    Row('globalpooling', lambda: GlobalPooling(), IMAGES, (2, 2), also=((1, 3, 2, 2),)),
    Row('globalpooling-max', lambda: GlobalPooling(np.max), IMAGES, (2, 2), smooth=False),
    Row('globalpooling-min', lambda: GlobalPooling(np.min), SEQUENCES, (3, 5), smooth=False,
        masked='any'),
    Row('globalpooling-sequences', lambda: GlobalPooling(), SEQUENCES, (3, 5), masked='any'),
    Row('globalpooling-sequences-max', lambda: GlobalPooling(np.max), SEQUENCES, (3, 5),
        smooth=False, masked='any'),
    Row('timedistributed', lambda: TimeDistributed(Dense(2, softmax)), SEQUENCES, (3, 4, 2),
        {'0.W': (5, 2), '0.b': (1, 2)}, also=OTHER_SEQUENCES, masked='any'),
    Row('timedistributed-images', step_by_step, (2, 3, 4, 5, 2), (2, 3, 2),
        {'0.W': (2, 2, 2, 3), '0.b': (3,), '1.gamma': (3,), '1.beta': (3,), '3.W': (12, 2),
         '3.b': (1, 2)}, modes_differ=True, also=((1, 5, 4, 5, 2),)),
    *BRANCHES,
    Row('embedding', lambda: Embedding(), (4, 3), (4, 3)),
    Row('embedding-images', lambda: Embedding(), IMAGES, IMAGES),
    Row('template', lambda: Template(), (4, 3, 2), (4, 3, 2)),
]  # fmt: skip

OWN_PARAMETERS = {'0.W': (4, 4), '0.b': (1, 4), '2.1.W': (4, 3), '2.1.b': (1, 3)}
COMPOSITES = [
    *(row for row in ROWS if isinstance(row.make(), Composite)),
    Row('own', own_composite, (6, 4), (6, 3), OWN_PARAMETERS, random=True, modes_differ=True),
]
"""Layers made of layers, and one of a user."""
