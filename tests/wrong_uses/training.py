"""Wrong uses of train, evaluate and the network in between."""

import numpy as np
from networks import make_classifier, make_regression, quiet

from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    LayerError,
    ShapeError,
    StateError,
    TrainingError,
)
from epynn.commons.maths import clip_gradient, identity
from epynn.commons.optimize import (
    SGD,
    Adam,
    Momentum,
    Nesterov,
    RMSprop,
)
from epynn.commons.penalties import L2
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN
from epynn.residual.models import Residual
from wrong_uses.shared import Wrong, X, Y, train


def backward(dA):
    model = quiet(make_classifier())
    model.forward(X)
    model.backward(dA)


def overflow(rate=1e308, **options):
    model = make_regression(Dense(5, identity))
    quiet(model, loss='MSE', se_hPars={'learning_rate': rate}, **options).train(9, 0)


def changed(change):
    model = quiet(make_classifier())
    change(model)
    model.train(2, 0)


def evaluate(change):
    model = quiet(make_classifier())
    change(model)
    model.evaluate()


def inner_layer():
    model = quiet(make_classifier(Residual([Dense(4)])))
    model.layers[1].layers[0] = Dense(4)
    model.evaluate()


def other_data(model):
    model.embedding.dtrain.X = X[:5]


def other_embedding(model):
    model.layers[0] = model.embedding = Embedding(X[:, :2], Y, Y_encode=True)


def other_parameters(model):
    model.layers[1].p['W'] = np.ones((2, 2))


def nan_parameters(model):
    model.layers[1].p['W'] = np.full((4, 5), np.nan)


def old_parameters():
    model = quiet(make_classifier())
    new = EpyNN([Embedding(X[:, :2], Y, Y_encode=True), *model.layers[1:]])
    quiet(new, params=False)


ROWS = [
    Wrong('train(0)', lambda: train(0), ArgumentError, 'EpyNN.train(epochs)',
          'a whole number of at least 1', '0 (int)', 'Pass 1 or more'),
    Wrong('train(-1)', lambda: train(-1), ArgumentError, 'EpyNN.train(epochs)',
          'a whole number of at least 1', '-1 (int)', 'Pass 1 or more'),
    Wrong('train(1.5)', lambda: train(1.5), ArgumentTypeError, 'EpyNN.train(epochs)',
          'a whole number of at least 1', '1.5 (float)', 'Pass an int'),
    Wrong('train("5")', lambda: train('5'), ArgumentTypeError, 'EpyNN.train(epochs)',
          'a whole number of at least 1', "'5' (str)", 'Pass an int'),
    Wrong('train(None)', lambda: train(None), ArgumentTypeError, 'EpyNN.train(epochs)',
          'a whole number of at least 1', 'None (NoneType)', 'Pass an int'),
    Wrong('train on data', lambda: train(X, Y), ArgumentTypeError, 'EpyNN.train(epochs)',
          'a whole number of at least 1', 'an array of shape (24, 4)', 'Pass an int'),
    Wrong('verbose -1', lambda: train(2, -1), ArgumentError, 'EpyNN.train(verbose)',
          'a whole number of at least 0', '-1 (int)', 'Pass 0 or more'),
    Wrong('verbose as a string', lambda: train(2, 'yes'), ArgumentTypeError, 'EpyNN.train(verbose)',
          'a whole number of at least 0', "'yes' (str)", 'Pass an int'),
    Wrong('verbose 0.5', lambda: train(2, 0.5), ArgumentTypeError, 'EpyNN.train(verbose)',
          'a whole number of at least 0', '0.5 (float)', 'Pass an int'),
    Wrong('evaluate at once', lambda: make_classifier().evaluate(), StateError, 'EpyNN.evaluate',
          'an initialized network', 'one that is not', 'Call initialize() or train() first'),
    Wrong('backward at once', lambda: make_classifier().backward(np.ones((3, 3))), StateError,
          'Dense, layer 2', 'a forward pass before the backward pass', 'none',
          'Call forward first'),
    Wrong('backward without forward', lambda: quiet(make_classifier()).backward(np.ones((3, 3))),
          ShapeError, 'Dense.backward, layer 2', 'a gradient of the shape of its output (16',
          '(3, 3)', 'Pass the gradient of the loss with'),
    Wrong('backward a number', lambda: backward(1.0), ArgumentTypeError, 'EpyNN.backward(dA)',
          'an array of the shape of the outputs', '1.0 (float)', 'Pass the gradient of the loss'),
    Wrong('backward None', lambda: backward(None), ArgumentTypeError, 'EpyNN.backward(dA)',
          'an array of the shape of the outputs', 'None (NoneType)',
          'Pass the gradient of the loss'),
    Wrong('backward a list', lambda: backward([[1.0], [1.0, 2.0]]), ArgumentTypeError,
          'EpyNN.backward(dA)', 'an array of the shape of the outputs', '(list)',
          'Pass the gradient of the loss'),
    Wrong('a rate so large that outputs overflow', lambda: overflow(1e200), TrainingError,
          'EpyNN.evaluate', 'finite outputs for dtrain', 'nan', 'Choose a smaller learning_rate'),
    Wrong('a rate so large that the loss overflows', lambda: overflow(1e90), TrainingError,
          'EpyNN.evaluate', 'a finite loss for dtrain', 'inf', 'Choose a smaller learning_rate'),
    Wrong('evaluate parameters of NaN', lambda: evaluate(nan_parameters), TrainingError,
          'EpyNN.evaluate', 'finite outputs for dtrain', 'nan', 'Choose a smaller learning_rate'),
    Wrong('a rate so large that n that parameters overflow', lambda: overflow(), TrainingError,
          'Dense, layer 1', 'finite parameters in epoch 0, batch 1 of 1', '-inf in W',
          'The parameters are those of the'),
    Wrong('a layer replaced after initialize',
          lambda: changed(lambda model: model.layers.__setitem__(1, Dense(9))), StateError,
          'EpyNN.train', 'the 3 layers that were initialized', '3, which differ at layer 1',
          'Call initialize() again; params=False'),
    Wrong('a layer taken away after initialize', lambda: changed(lambda model: model.layers.pop(1)),
          StateError, 'EpyNN.train', 'the 3 layers that were initialized',
          '2, which differ at layer 1', 'Call initialize() again; params=False'),
    Wrong('a layer added after initialize',
          lambda: changed(lambda model: model.layers.append(Dense(3))), StateError, 'EpyNN.train',
          'the 3 layers that were initialized', '4, which differ at layer 3',
          'Call initialize() again; params=False'),
    Wrong('a layer inside another replaced', lambda: inner_layer(), StateError, 'EpyNN.evaluate',
          'the 3 layers that were initialized', '3, which differ at layer 1',
          'Call initialize() again; params=False'),
    Wrong('a class added after initialize',
          lambda: changed(lambda model: model.layers.append(Dense)), LayerError, 'EpyNN.layers[3]',
          'a layer', 'Dense (class)', 'Add parentheses'),
    Wrong('a number added, and initialize',
          lambda: changed(lambda model: (model.layers.append(3), quiet(model))), LayerError,
          'EpyNN.layers[3]', 'a layer', '3 (int)', 'Pass Layer objects'),
    Wrong('other data among the layers alone',
          lambda: changed(lambda model: (model.layers.__setitem__(0, Embedding(X)), quiet(model))),
          LayerError, 'EpyNN.embedding', 'the first of model.layers', 'another Embedding',
          'Make a new network'),
    Wrong('data replaced by others', lambda: changed(other_data), StateError, 'Embedding.dtrain',
          'the 16 samples it had at initialize', '5', 'Call initialize(params=False) after'),
    Wrong('the Embedding alone replaced', lambda: changed(other_embedding), StateError,
          'EpyNN.train', 'the 3 layers that were initialized', '3, which differ at layer 0',
          'Call initialize() again; params=False'),
    Wrong('parameters of another shape', lambda: changed(other_parameters), ShapeError,
          'Dense, layer 1', 'an input that fits its W of shape (2, 2)',
          'an input of shape (16, 4), which needs', 'Pass as many features as the layer'),
    Wrong('parameters of NaN', lambda: changed(nan_parameters), TrainingError, 'Dense, layer 1',
          'finite outputs in epoch 0, batch 1 of 1', 'nan in A', 'The parameters are those of the'),
    Wrong('se_hPars changed to nonsense',
          lambda: changed(lambda model: model.se_hPars.update(learning_rate='x')), ArgumentError,
          'learning_rate', 'a finite number of at least 0', "'x'", 'Set it in se_hPars'),
    Wrong('old parameters of another shape', lambda: old_parameters(), ShapeError, 'Dense, layer 1',
          'an input that fits its W of shape (4, 5)', 'an input of shape (16, 2), which needs',
          'Pass as many features as the layer'),
    Wrong('a momentum above 1', lambda: Momentum(momentum=1.5), ArgumentError, 'Momentum.momentum',
          'a number from 0 to 1', '1.5 (float)', 'Choose a number of that range'),
    Wrong('a momentum as a string', lambda: Nesterov(momentum='0.9'), ArgumentTypeError,
          'Nesterov.momentum', 'a number from 0 to 1', "'0.9' (str)", 'Pass a float'),
    Wrong('a negative weight decay', lambda: SGD(weight_decay=-1), ArgumentError,
          'SGD.weight_decay', 'a number from 0', '-1 (int)',
          'Choose a number of that range'),
    Wrong('clip_norm 0', lambda: SGD(clip_norm=0), ArgumentError, 'SGD.clip_norm',
          'a number above 0, or None', '0 (int)', 'Choose a number of that range'),
    Wrong('clip_value -1', lambda: SGD(clip_value=-1), ArgumentError, 'SGD.clip_value',
          'a number above 0, or None', '-1 (int)', 'Choose a number of that range'),
    Wrong('a learning rate for the optimizer', lambda: SGD(learning_rate=0.1), ArgumentTypeError,
          'SGD', 'the arguments weight_decay, clip_norm, clip_value', 'learning_rate=0.1',
          'It belongs to initialize: model.initialize(learning_rate=0.1)'),
    Wrong('a learning rate at its first place', lambda: Adam(1.5), ArgumentTypeError, 'Adam',
          'the settings beta1, beta2, epsilon, amsgrad, weight_decay', '1.5 (float) in place 1',
          'A learning rate goes to initialize: model.initialize(learning_rate=1.5)'),
    Wrong('beta1 of 1', lambda: Adam(beta1=1), ArgumentError, 'Adam.beta1',
          'a number from 0, below 1', '1 (int)', 'Choose a number of that range'),
    Wrong('amsgrad 1', lambda: Adam(amsgrad=1), ArgumentTypeError, 'Adam.amsgrad', 'True or False',
          '1 (int)', 'Pass one of the two'),
    Wrong('a negative epsilon', lambda: Adam(epsilon=-1), ArgumentError, 'Adam.epsilon',
          'a number from 0', '-1 (int)', 'Choose a number of that range'),
    Wrong('rho above 1', lambda: RMSprop(rho=2), ArgumentError, 'RMSprop.rho',
          'a number from 0 to 1', '2 (int)', 'Choose a number of that range'),
    Wrong('a penalty below 0', lambda: L2(-1), ArgumentError, 'L2.coefficient',
          'a number from 0', '-1 (int)', 'Choose a number of that range'),
    Wrong('a penalty of NaN', lambda: L2(np.nan), ArgumentError, 'L2.coefficient',
          'a number from 0', 'nan (float)', 'Choose a number of that range'),
    Wrong('a penalty beyond floats', lambda: L2(10**400), ArgumentError, 'L2.coefficient',
          'a number from 0', '1000000000000000000000000000000000000000',
          'Choose a number of that range'),
    Wrong('clip a norm of 0', lambda: clip_gradient(Dense(3), 0), ArgumentError, 'max_norm',
          'a number above 0', '0 (int)', 'Choose a number of that range'),
    Wrong('clip a norm as a string', lambda: clip_gradient(Dense(3), '1'),
          ArgumentTypeError, 'max_norm', 'a number above 0', "'1' (str)", 'Pass a float'),
]  # fmt: skip
