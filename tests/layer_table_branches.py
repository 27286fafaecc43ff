"""Rows of the layers that have branches: Residual and Parallel."""

import numpy as np
from layer_row import IMAGES, OTHER_SEQUENCES, SEQUENCES, Row, channels, gates, inside

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.bidirectional.models import Bidirectional
from epynn.branches.models import Parallel
from epynn.commons.maths import identity, sigmoid, tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.groupnorm.models import GroupNorm
from epynn.gru.models import GRU
from epynn.layernorm.models import LayerNorm
from epynn.lstm.models import LSTM
from epynn.pooling.models import Pooling
from epynn.residual.models import Residual
from epynn.rnn.models import RNN


def block():
    """Return a small block as in residual networks."""
    return Residual([
        Convolution(3, 3, 1, 1, tanh), BatchNorm(), Activation(sigmoid),
        Convolution(2, 3, 1, 1, identity, use_bias=False), BatchNorm(0.5),
    ])  # fmt: skip


def projected():
    return Residual(
        [Convolution(3, 3, 2, 1, tanh), GroupNorm(3)], [Convolution(3, 1, 2, activate=identity)]
    )


def nested():
    return Residual([Residual([LayerNorm(), Activation(tanh)]), Dropout(0.4), Dense(5, tanh)])


BLOCK = {
    '0.W': (3, 3, 2, 3), '0.b': (3,), '1.gamma': (3,), '1.beta': (3,),
    '3.W': (3, 3, 3, 2), '4.gamma': (2,), '4.beta': (2,),
}  # fmt: skip
PROJECTED = {
    '0.W': (3, 3, 2, 3), '0.b': (3,), '1.gamma': (3,), '1.beta': (3,),
    '2.W': (1, 1, 2, 3), '2.b': (3,),
}  # fmt: skip


def reader():
    return Residual([Bidirectional(GRU(2, sequences=True)), LayerNorm(), LSTM(5, sequences=True)])


def inception():
    """Return a small block of an Inception network: windows of three sizes, and a pooling."""
    return Parallel([
        [Convolution(2, 1, activate=tanh)],
        [Convolution(1, 1, activate=tanh), Convolution(2, 3, 1, 'same', tanh)],
        [Convolution(1, 1, activate=tanh), Convolution(1, 5, 1, 'same', tanh)],
        [Pooling(3, 1, np.max, 'same'), Convolution(2, 1, activate=tanh)],
    ])  # fmt: skip


def towers():
    """Return two towers, each of a part of the features."""
    return Parallel(
        [[Dense(4, tanh), Dense(3, tanh)], [BatchNorm(), Dropout(0.4), Dense(3, sigmoid)]],
        'multiply', [(0, 2), (1, 5)],
    )  # fmt: skip


def gated_and_plain():
    gru, rnn = GRU(2, sequences=True), RNN(2, clip_gradients=False, sequences=True)
    return Parallel([[gru], [rnn]], 'mean', [(0, 3), (3, 5)])


def nested_branches():
    return Parallel([[Residual([Dense(5, tanh)])], [], [LayerNorm()]], 'add')


READER = inside(
    inside(gates(['z', 'r', 'hh'], 5, 2), gates(['z', 'r', 'hh'], 5, 2)), channels(4),
    gates('figo', 4, 5),
)  # fmt: skip
INCEPTION = {
    '0.W': (1, 1, 2, 2), '0.b': (2,), '1.W': (1, 1, 2, 1), '1.b': (1,), '2.W': (3, 3, 1, 2),
    '2.b': (2,), '3.W': (1, 1, 2, 1), '3.b': (1,), '4.W': (5, 5, 1, 1), '4.b': (1,),
    '6.W': (1, 1, 2, 2), '6.b': (2,),
}  # fmt: skip
TOWERS = {
    '0.W': (2, 4), '0.b': (1, 4), '1.W': (4, 3), '1.b': (1, 3), '2.gamma': (4,), '2.beta': (4,),
    '4.W': (4, 3), '4.b': (1, 3),
}  # fmt: skip
NESTED = {'0.0.gamma': (5,), '0.0.beta': (5,), '2.W': (5, 5), '2.b': (1, 5)}

BRANCHES = [
    Row('residual', lambda: Residual([Dense(5, tanh)]), (3, 5), (3, 5),
        {'0.W': (5, 5), '0.b': (1, 5)}),
    Row('residual-block', block, IMAGES, IMAGES, BLOCK, modes_differ=True),
    Row('residual-shortcut', projected, IMAGES, (2, 3, 4, 3), PROJECTED, also=((1, 5, 3, 2),)),
    Row('residual-nested', nested, (6, 5), (6, 5), NESTED, random=True, modes_differ=True),
    Row('residual-sequences', reader, SEQUENCES, SEQUENCES, READER, masked='any'),
    Row('parallel', lambda: Parallel([[Dense(2, tanh)], []]), (3, 5), (3, 7),
        {'0.W': (5, 2), '0.b': (1, 2)}),
    Row('parallel-inception', inception, IMAGES, (2, 6, 7, 7), INCEPTION, smooth=False,
        also=((1, 5, 3, 2),)),
    Row('parallel-towers', towers, (6, 5), (6, 3), TOWERS, random=True, modes_differ=True,
        fewest=2),
    Row('parallel-sequences', gated_and_plain, SEQUENCES, (3, 4, 2),
        inside(gates(['z', 'r', 'hh'], 3, 2), gates([''], 2, 2)), also=OTHER_SEQUENCES,
        masked='any'),
    Row('parallel-nested', nested_branches, (3, 5), (3, 5),
        {'0.0.W': (5, 5), '0.0.b': (1, 5), '1.gamma': (5,), '1.beta': (5,)}),
]  # fmt: skip
