"""Masks that a layer cannot honour, and states that cannot go on."""

import numpy as np
from networks import quiet

from epynn.activation.models import Activation
from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError, LayerError, ShapeError
from epynn.commons.maths import identity, tanh
from epynn.commons.models import run_layer
from epynn.convolution1d.models import Convolution1D
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.globalpooling.models import GlobalPooling
from epynn.groupnorm.models import GroupNorm
from epynn.layernorm.models import LayerNorm
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.pooling1d.models import Pooling1D
from epynn.reshape.models import Reshape
from wrong_uses.shared import SEQUENCES, Wrong

MASK = np.arange(6) < np.array([6, 2, *[4] * 22])[:, np.newaxis]
GAP = MASK & (np.arange(6) != 1)
BEHIND = 'Put it behind one that reads sequences to their end: LSTM(8), GlobalPooling()'


class Own(LSTM):
    """One of a user's own, who never heard of masks."""

    def forward(self, A):
        return super().forward(A)


def masked(layer, X=SEQUENCES, mask=MASK):
    return run_layer(layer, X, mask)


def stateful(X=SEQUENCES, batch_size=8):
    y = np.zeros((len(X), 1))
    data = Embedding(X, y, (1, 0, 0), batch_size, shuffle=False)
    return quiet(EpyNN([data, LSTM(2, stateful=True), Dense(1, identity)]), loss='MSE')


def predict_others():
    model = stateful()
    model.predict(SEQUENCES)
    model.predict(SEQUENCES[:5])


def refused(layer, X=SEQUENCES):
    name = type(layer).__name__
    return Wrong(
        f'mask {name}', lambda: masked(layer, X), LayerError, name,
        'sequences of one length, as it cannot leave out steps',
        'a mask by which 48 of 144 steps here are padding', BEHIND,
    )  # fmt: skip


ROWS = [
    refused(Flatten()),
    refused(Reshape((18,))),
    refused(Pooling1D(2)),
    refused(Dense(3), SEQUENCES[..., 0]),
    refused(Own(3)),
    Wrong('mask long strides', lambda: masked(Convolution1D(2, 3, 3)), LayerError, 'Convolution1D',
          "strides=1 and padding='same' or 'causal', where there is a mask",
          'strides=3 and padding=0, by which 6 steps are 2', 'give sequences of one length'),
    Wrong('mask without padding', lambda: masked(Convolution1D(2, 3, 1)), LayerError,
          'Convolution1D', "strides=1 and padding='same' or 'causal'",
          'strides=1 and padding=0, by which 6 steps are 4', 'Choose those'),
    Wrong('mask a gap', lambda: masked(Convolution1D(2, 3, 1, 'same'), mask=GAP), LayerError,
          'Convolution1D', 'a mask that leaves out steps at the ends', 'a gap between real steps',
          'Fill the gaps, or close them up'),
    Wrong('mask all steps to pool', lambda: masked(GlobalPooling(), mask=MASK & False), ShapeError,
          'GlobalPooling', 'sequences of at least one step', 'one whose steps are all masked',
          'Leave out sequences that are empty'),
    Wrong('mask all but one number', lambda: masked(GroupNorm(3), mask=np.arange(6) < 0 * MASK + 1),
          ShapeError, 'GroupNorm', 'at least 2 numbers a group', '1', 'Choose fewer groups'),
    Wrong('mask channels', lambda: masked(LayerNorm(), SEQUENCES[..., 0]), ShapeError, 'LayerNorm',
          'sequences (m, s, d) where there is a mask', 'an array of shape (24, 6)',
          'Give each step an axis of elements'),
    Wrong('mask other steps', lambda: masked(Activation(tanh), mask=MASK[:, :5]), ShapeError,
          'Activation.mask', 'True or False for each step, an array (24, 6) of bool', '(24, 5)',
          'Pass True where a step is real'),
    Wrong('stateful in words', lambda: LSTM(3, stateful='yes'), ArgumentTypeError, 'LSTM.stateful',
          'True or False', "'yes' (str)", 'Pass'),
    Wrong('stateful both ways', lambda: Bidirectional(LSTM(3, stateful=True)), ArgumentError,
          'Bidirectional.layer', 'a layer without stateful=True', 'LSTM(3, stateful=True)',
          'take one layer, which reads forwards, or give whole sequences'),
    Wrong('stateful in odd batches', lambda: stateful(batch_size=7), DataError,
          'Embedding.batch_size', 'batches of as many samples each',
          '24 training samples in batches of 7', 'Choose a divisor, or leave out the last ones'),
    Wrong('stateful for others', predict_others, ShapeError, 'EpyNN.predict(X_data)',
          '24 samples, which go on from the call before', '5', 'call model.reset_states()'),
]  # fmt: skip
