"""Layers that make no network, or not in this order, and inputs that a layer cannot take."""

import numpy as np

from epynn.batchnorm.models import BatchNorm
from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    LayerError,
    ShapeError,
    StateError,
)
from epynn.commons.maths import relu, softmax
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
from epynn.network.models import EpyNN
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN
from epynn.tokens.models import Tokens
from epynn.transposedconvolution.models import TransposedConvolution
from wrong_uses.shared import IMAGES, Wrong, X, Y, images, run, sequences


def other_features():
    forward_then(Dense(3), X).forward(X[:, :2])


def forward_then(layer, A):
    layer.forward(A)
    return layer


def run_without_data():
    EpyNN([Embedding(), Dense()]).initialize(verbose=False)


def batches_of_one():
    model = EpyNN([Embedding(X, Y, batch_size=1, Y_encode=True), BatchNorm(), Dense(3, softmax)])
    model.initialize(loss='CCE', verbose=False)
    model.train(1, verbose=0)


ROWS = [
    Wrong('no Embedding', lambda: EpyNN([Dense(3), Dense(1)]), LayerError, 'EpyNN.layers',
          'an Embedding as the first layer and nowhere', 'Dense as layer 0',
          'Start the list by Embedding(X_data'),
    Wrong('two Embeddings', lambda: EpyNN([Embedding(X, Y), Embedding(X, Y), Dense()]), LayerError,
          'EpyNN.layers', 'an Embedding as the first layer and nowhere', 'Embedding as layer 1',
          'Start the list by Embedding(X_data'),
    Wrong('an Embedding last', lambda: EpyNN([Dense(), Embedding(X, Y)]), LayerError,
          'EpyNN.layers', 'an Embedding as the first layer and nowhere', 'Dense as layer 0',
          'Start the list by Embedding(X_data'),
    Wrong('no parentheses', lambda: EpyNN([Embedding(X, Y), Dense]), LayerError, 'EpyNN.layers[1]',
          'a layer', 'Dense (class)', 'Add parentheses'),
    Wrong('no parentheses first', lambda: EpyNN([Embedding, Dense()]), LayerError,
          'EpyNN.layers[0]', 'a layer', 'Embedding (class)', 'Add parentheses'),
    Wrong('a number among the layers', lambda: EpyNN([Embedding(X, Y), 3]), LayerError,
          'EpyNN.layers[1]', 'a layer', '3 (int)', 'Pass Layer objects'),
    Wrong('None among the layers', lambda: EpyNN([Embedding(X, Y), None, Dense()]), LayerError,
          'EpyNN.layers[1]', 'a layer', 'None (NoneType)', 'Pass Layer objects'),
    Wrong('an activation among the layers', lambda: EpyNN([Embedding(X, Y), Dense(3), relu]),
          LayerError, 'EpyNN.layers[2]', 'a layer', 'relu (function)', 'Pass Layer objects'),
    Wrong('a list among the layers', lambda: EpyNN([Embedding(X, Y), [Dense(3), Dense(1)]]),
          LayerError, 'EpyNN.layers[1]', 'a layer', 'an object of the class list',
          'Pass Layer objects'),
    Wrong('the same layer twice', lambda: (lambda d: EpyNN([Embedding(X, Y), d, d]))(Dense(4)),
          LayerError, 'EpyNN.layers', 'each layer once', 'the same object twice',
          'Make a second layer'),
    Wrong('the same layer in a branch and beside',
          lambda: (lambda d: run(Residual([d]), d, Dense(3, softmax)))(Dense(4)), LayerError,
          'EpyNN.layers', 'each layer once', 'the same object twice', 'Make a second layer'),
    Wrong('no layers', lambda: EpyNN([]), LayerError, 'EpyNN.layers',
          'an Embedding and a layer after it', 'only 0', 'For example'),
    Wrong('an Embedding alone', lambda: EpyNN([Embedding(X, Y)]), LayerError, 'EpyNN.layers',
          'an Embedding and a layer after it', 'only 1', 'For example'),
    Wrong('a layer in place of a list', lambda: EpyNN(Dense()), ArgumentTypeError, 'EpyNN.layers',
          'a list of layers', 'an object of the class Dense', 'Write layers=[Embedding(...), ...]'),
    Wrong('None in place of a list', lambda: EpyNN(None), ArgumentTypeError, 'EpyNN.layers',
          'a list of layers', 'None (NoneType)', 'Write layers=[Embedding(...), ...]'),
    Wrong('a dict in place of a list', lambda: EpyNN({'first': Embedding(X, Y)}), ArgumentTypeError,
          'EpyNN.layers', 'a list of layers', 'an object of the class dict',
          'Write layers=[Embedding(...), ...]'),
    Wrong('layers one by one', lambda: EpyNN(Embedding(X, Y), Dense(3)), ArgumentTypeError,
          'EpyNN.layers', 'a list of layers', 'an object of the class Embedding',
          'Write layers=[Embedding(...), ...]'),
    Wrong('a name that is a number', lambda: EpyNN([Embedding(X, Y), Dense()], name=3),
          ArgumentTypeError, 'EpyNN.name', 'a string', '3 (int)', "Write name='...'"),
    Wrong('no data', lambda: run_without_data(), DataError, 'Embedding.X_data', 'training samples',
          'none', 'Pass X_data and Y_data to it'),
    Wrong('no Flatten', lambda: images(Convolution(2)), ShapeError, 'Dense, layer 2',
          'an input of 2 axes (m, n: samples, features)', '4 axes (16, 2, 2, 2)',
          'Add a Flatten layer before it'),
    Wrong('no Flatten before a second Dense', lambda: images(Dense(5)), ShapeError,
          'Dense, layer 1', 'an input of 2 axes (m, n: samples, features)', '4 axes (16, 8, 8, 1)',
          'Add a Flatten layer before it'),
    Wrong('images without depth', lambda: images(Convolution(2), Flatten(), data=IMAGES[..., 0]),
          ShapeError, 'Convolution, layer 1', 'an input of 4 axes (m, h, w, d: samples',
          '3 axes (16, 8, 8)', 'Reshape images without depth to (m'),
    Wrong('images without depth to a pooling', lambda: images(Pooling(), data=IMAGES[..., 0]),
          ShapeError, 'Pooling, layer 1', 'an input of 4 axes (m, h, w, d: samples',
          '3 axes (16, 8, 8)', 'Reshape images without depth to (m'),
    Wrong('rows to a Convolution', lambda: run(Convolution(2), Flatten(), Dense(3, softmax)),
          ShapeError, 'Convolution, layer 1', 'an input of 4 axes (m, h, w, d: samples',
          '2 axes (16, 4)', 'Reshape images without depth to (m'),
    Wrong('flattened too early', lambda: images(Flatten(), Convolution(2)), ShapeError,
          'Convolution, layer 2', 'an input of 4 axes (m, h, w, d: samples', '2 axes (16, 64)',
          'Reshape images without depth to (m'),
    Wrong('a filter too large', lambda: images(Convolution(2, 9), Flatten()), ShapeError,
          'Convolution.filter_size, layer 1', 'a window no larger than the padded images', '(9, 9)',
          'Choose a smaller window, or'),
    Wrong('a filter too wide', lambda: images(Convolution(2, (3, 12), padding=1)), ShapeError,
          'Convolution.filter_size, layer 1', 'a window no larger than the padded images',
          '(3, 12)', 'Choose a smaller window, or'),
    Wrong('a filter too dilated', lambda: images(Convolution(2, 3, dilation=4), Flatten()),
          ShapeError, 'Convolution.filter_size, layer 1',
          'a window no larger than the padded images', '(9, 9) (a window (3, 3) dilated by (4',
          'Choose a smaller window, or'),
    Wrong('images used up by strides', lambda: images(Convolution(2), Convolution(2), Flatten()),
          ShapeError, 'Convolution.filter_size, layer 2',
          'a window no larger than the padded images', '(3, 3)', 'Choose a smaller window, or'),
    Wrong('a window too large', lambda: images(Pooling(2), Pooling(5)), ShapeError,
          'Pooling.pool_size, layer 2', 'a window no larger than the padded images', '(5, 5)',
          'Choose a smaller window, or'),
    Wrong('groups that do not divide', lambda: images(Convolution(4, 3, groups=2), Flatten()),
          ShapeError, 'Convolution, layer 1', 'an input that fits its W of shape (',
          'an input of shape (16, 8, 8, 1), whose', 'Pass as many channels as 2 groups'),
    Wrong('signals to images', lambda: sequences(Convolution(2)), ShapeError,
          'Convolution, layer 1', 'an input of 4 axes (m, h, w, d: samples', '3 axes (16, 6, 3)',
          'Reshape images without depth to (m'),
    Wrong('images to signals', lambda: images(Convolution1D(2)), ShapeError,
          'Convolution1D, layer 1', 'an input of 3 axes (m, s, e: samples', '4 axes (16, 8, 8, 1)',
          'Reshape signals without elements to'),
    Wrong('a window longer than the signal', lambda: sequences(Pooling1D(9), Flatten()), ShapeError,
          'Pooling1D.pool_size, layer 1', 'a window no longer than the padded signals', '9',
          'Choose a smaller window, or'),
    Wrong('transposed to nothing',
          lambda: images(TransposedConvolution(1, 1, 1, padding=9), Flatten()), ShapeError,
          'TransposedConvolution.padding, layer 1', 'padding that leaves some output of images',
          '(9, 9), an output of (-10, -10)', 'Choose less padding'),
    Wrong('rows to a global pooling', lambda: run(GlobalPooling(), Dense(3, softmax)), ShapeError,
          'GlobalPooling, layer 1', 'an input of places, such as (m, h, w, d) or', '(16, 4)',
          'Leave the layer out, or Reshape the'),
    Wrong('rows to an RNN', lambda: run(RNN(3), Dense(3, softmax)), ShapeError, 'RNN, layer 1',
          'an input of 3 axes (m, s, e: samples', '2 axes (16, 4)',
          'Reshape signals without elements to'),
    Wrong('images to an LSTM', lambda: images(LSTM(3)), ShapeError, 'LSTM, layer 1',
          'an input of 3 axes (m, s, e: samples', '4 axes (16, 8, 8, 1)',
          'Reshape signals without elements to'),
    Wrong('rows to both ways', lambda: run(Bidirectional(GRU(3)), Dense(3, softmax)), ShapeError,
          'Bidirectional, layer 1', 'an input of 3 axes (m, s, e: samples', '2 axes (16, 4)',
          'Reshape signals without elements to'),
    Wrong('an RNN after an RNN', lambda: sequences(RNN(4), RNN(4)), ShapeError, 'RNN, layer 2',
          'an input of 3 axes (m, s, e: samples', '2 axes (16, 4)',
          'Reshape signals without elements to'),
    Wrong('a Dense after all states', lambda: sequences(RNN(4, sequences=True)), ShapeError,
          'Dense, layer 2', 'an input of 2 axes (m, n: samples, features)', '3 axes (16, 6, 4)',
          'Add a Flatten layer before it'),
    Wrong('tokens that are numbers of data',
          lambda: run(Tokens(9, 3), Flatten(), Dense(3, softmax)), DataError, 'Tokens, layer 1',
          'tokens, whole numbers from 0 to 8', '-0.2590655321041202 (float) in sample',
          'Number the tokens from 0, or choose'),
    Wrong('tokens beyond the vocabulary',
          lambda: run(Tokens(3, 2), Flatten(), Dense(3, softmax), data=np.full((24, 5), 3)),
          DataError, 'Tokens, layer 1', 'tokens, whole numbers from 0 to 2',
          '3.0 (float) in sample 0, step 0', 'Number the tokens from 0, or choose'),
    Wrong('tokens below 0',
          lambda: run(Tokens(3, 2), Flatten(), Dense(3, softmax), data=np.full((24, 5), -1)),
          DataError, 'Tokens, layer 1', 'tokens, whole numbers from 0 to 2',
          '-1.0 (float) in sample 0, step 0', 'Number the tokens from 0, or choose'),
    Wrong('tokens that are one-hot', lambda: sequences(Tokens(3, 2)), ShapeError, 'Tokens, layer 1',
          'an input of 2 axes (m, s: samples, steps)', '3 axes (16, 6, 3)',
          'Pass one whole number for each'),
    Wrong('one-dimensional samples', lambda: run(Dense(3, softmax), data=X[:, 0]), ShapeError,
          'Dense, layer 1', 'an input of 2 axes (m, n: samples, features)', '1 axis (16,)',
          'Samples lie along the first axis'),
    Wrong('a LayerNorm of one feature', lambda: run(LayerNorm(), Dense(3, softmax), data=X[:, :1]),
          ShapeError, 'LayerNorm, layer 1', 'at least 2 numbers along the last axis', '1',
          'Leave the layer out, or take'),
    Wrong('a BatchNorm of one sample', lambda: BatchNorm().forward(X[:1]), ShapeError, 'BatchNorm',
          'at least 2 numbers a channel in a training', '1', 'Choose another batch_size, or'),
    Wrong('a BatchNorm of batches of one', lambda: batches_of_one(), ShapeError,
          'BatchNorm, layer 1', 'at least 2 numbers a channel in a training', '1',
          'Choose another batch_size, or'),
    Wrong('groups of channels that do not divide',
          lambda: images(Convolution(4, 3), GroupNorm(3), Flatten()), ShapeError,
          'GroupNorm.groups, layer 2', 'a divisor of the 4 channels of the input', '3',
          'Each group needs the same number of'),
    Wrong('a drop axis that is not there', lambda: images(Flatten(), Dropout(0.5, axis=2)),
          ArgumentError, 'Dropout.axis, layer 2', 'axes from 0 to 1, as the input has 2', '(2,)',
          'Leave out the axes that the input'),
    Wrong('reshape to another size', lambda: run(Reshape((3, 3)), Flatten(), Dense(3, softmax)),
          ShapeError, 'Reshape.shape, layer 1', 'a shape of 4 numbers, as a sample (4,) has',
          '(3, 3)', 'Let one number be -1 to fill what'),
    Wrong('reshape that leaves a rest', lambda: run(Reshape((3, -1)), Flatten(), Dense(3, softmax)),
          ShapeError, 'Reshape.shape, layer 1', 'a shape of 4 numbers, as a sample (4,) has',
          '(3, -1)', 'Let one number be -1 to fill what'),
    Wrong('a branch that changes the shape', lambda: run(Residual([Dense(7)]), Dense(3, softmax)),
          ShapeError, 'Residual, layer 1', 'a chain whose output has the shape of the', '(m, 7)',
          'Choose units, strides and padding'),
    Wrong('a branch of images that shrinks them',
          lambda: images(Residual([Convolution(1, 3, 1)]), Flatten()), ShapeError,
          'Residual, layer 1', 'a chain whose output has the shape of the', '(m, 6, 6, 1)',
          'Choose units, strides and padding'),
    Wrong('a shortcut of another shape',
          lambda: run(Residual([Dense(7)], [Dense(5)]), Dense(3, softmax)), ShapeError,
          'Residual, layer 1', 'a chain whose output has the shape of the', '(m, 7)',
          'Choose units, strides and padding'),
    Wrong('a branch that does not take the input',
          lambda: run(Residual([Convolution(2)]), Dense(3, softmax)), ShapeError,
          'Convolution, layer 1', 'an input of 4 axes (m, h, w, d: samples', '2 axes (1, 4)',
          'Reshape images without depth to (m'),
    Wrong('a Dense given a list', lambda: Dense(3).forward([[1.0, 2.0]]), ShapeError, 'Dense',
          'an array as input', 'a list', 'Convert it by np.array'),
    Wrong('a Dense given words', lambda: Dense(3).forward(np.array([['a', 'b']])), DataError,
          'Dense', 'an array of numbers as input', 'one of type <U1', 'Convert it by np.array(A'),
    Wrong('a Dense given objects', lambda: Dense(3).forward(np.array([[1, None]])), DataError,
          'Dense', 'an array of numbers as input', 'one of type object',
          'Convert it by np.array(A'),
    Wrong('a Dense given other features', lambda: other_features(), ShapeError, 'Dense',
          'an input that fits its W of shape (4, 3)', 'an input of shape (24, 2), which needs',
          'Pass as many features as the layer'),
    Wrong('an RNN given no steps', lambda: RNN(3).forward(np.empty((2, 0, 3))), ShapeError, 'RNN',
          'sequences of at least one step', 'an array of shape (2, 0, 3)',
          'Leave out sequences that are empty'),
    Wrong('a Flatten given one sample', lambda: Flatten().forward(np.float64(3)), ShapeError,
          'Flatten', 'an input of samples along the first axis', 'a single number',
          'Samples lie along the first axis'),
    Wrong('backward first', lambda: Dense(3).backward(np.ones((24, 3))), StateError, 'Dense',
          'a forward pass before the backward pass', 'none', 'Call forward first'),
    Wrong('a gradient of another shape',
          lambda: forward_then(Dense(3), X).backward(np.ones((24, 4))), ShapeError,
          'Dense.backward', 'a gradient of the shape of its output (24', '(24, 4)',
          'Pass the gradient of the loss with'),
    Wrong('a gradient that is a number', lambda: forward_then(Flatten(), X).backward(1.0),
          ShapeError, 'Flatten.backward', 'a gradient of the shape of its output (24', '()',
          'Pass the gradient of the loss with'),
    Wrong('a gradient of fewer samples',
          lambda: forward_then(Pooling(2), IMAGES).backward(np.ones((2, 4, 4, 1))), ShapeError,
          'Pooling.backward', 'a gradient of the shape of its output (24', '(2, 4, 4, 1)',
          'Pass the gradient of the loss with'),
    Wrong('gradients before backward', lambda: forward_then(Dense(3), X).compute_gradients(),
          StateError, "Dense.bc['dZ']", 'an array that the pass before computed', 'none',
          'Call forward first, then backward'),
    Wrong('update before gradients', lambda: forward_then(Dense(3), X).update_parameters(),
          ShapeError, "Dense.g['dW']", 'a gradient of shape (4, 3), as W has', 'none',
          'It is for compute_gradients to put'),
]  # fmt: skip
