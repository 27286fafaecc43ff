"""Layers and functions of your own that do not keep to the rules."""

import numpy as np

from epynn.commons.errors import (
    ArgumentTypeError,
    DataError,
    LayerError,
    ShapeError,
    StateError,
)
from epynn.commons.maths import relu
from epynn.commons.models import Layer
from epynn.commons.optimize import Optimizer
from epynn.commons.penalties import Penalty
from epynn.dense.models import Dense
from epynn.template.models import Template
from wrong_uses.shared import Wrong, run_and_train


class NoBackward(Layer):
    compute_shapes = Template.compute_shapes
    forward = Template.forward


class NoPieces(Layer):
    pass


class HalfAPair(Template):
    def initialize_parameters(self):
        self.p['W'] = np.ones(3)


class NoInit(Template):
    def __init__(self):
        self.size = 3


class ForwardNone(Template):
    def forward(self, A):
        self.fc['A'] = self.receive_input(A)


class ForwardList(Template):
    def forward(self, A):
        self.fc['A'] = A = self.receive_input(A)
        return A.tolist()


class ForwardSamples(Template):
    def forward(self, A):
        self.fc['A'] = A = self.receive_input(A)[:-1]
        return A


class BackwardNone(Template):
    def backward(self, dX):
        self.receive_gradient(dX)


class BackwardShape(Template):
    def backward(self, dX):
        return dX[:, :2]


class NoGradient(Dense):
    def compute_gradients(self):
        pass


class GradientShape(Dense):
    def compute_gradients(self):
        self.g = {'dW': np.ones((2, 2)), 'db': np.ones((1, 3))}


class GradientBroadcast(Dense):
    def compute_gradients(self):
        self.g = {'dW': np.ones((1, 5)), 'db': np.ones((1, 5))}


class OwnAxes(Template):
    input_axes = ('m', 'rows', 'columns')


class NoCacheA(Template):
    def forward(self, A):
        return A


class PlainOptimizer(Optimizer):
    pass


class NoneOptimizer(Optimizer):
    def step(self, p, g, lr, moments):
        p -= lr * g


class PlainPenalty(Penalty):
    pass


def half(x, deriv=False):
    return x[:, :2]


def silent(x, deriv=False):
    pass


def one_argument(x):
    return x


def scalar_slope(x, deriv=False):
    return 1.0 if deriv else x


def narrow_slope(x, deriv=False):
    return np.ones((len(x), 2)) if deriv else x


def flat(shape, rng):
    return np.ones(7)


def nothing(shape, rng):
    return None


def nan(shape, rng):
    return np.full(shape, np.nan)


def no_rng(shape):
    return np.ones(shape)


def loss_number(Y, A, deriv=False):
    return A - Y if deriv else float(np.mean(A - Y))


def loss_none(Y, A, deriv=False):
    return None


def loss_shape(Y, A, deriv=False):
    return A[:, :1] if deriv else np.zeros(len(A))


def loss_no_deriv(Y, A):
    return np.zeros(len(A))


def metric_array(Y, A):
    return A


def metric_none(Y, A):
    return None


def metric_text(Y, A):
    return 'good'


def metric_one(A):
    return 1.0


ROWS = [
    Wrong('a layer without backward', lambda: NoBackward(), LayerError, 'NoBackward',
          'a layer with compute_shapes, forward and', 'a class without backward',
          'Bind each in the class body'),
    Wrong('a layer of nothing', lambda: NoPieces(), LayerError, 'NoPieces',
          'a layer with compute_shapes, forward and', 'a class without compute_shapes',
          'Bind each in the class body'),
    Wrong('parameters without gradients', lambda: HalfAPair(), LayerError, 'HalfAPair',
          'a layer with compute_shapes, forward and', 'a class without compute_gradients',
          'Bind each in the class body'),
    Wrong('a layer that forgets super().__init__', lambda: run_and_train(NoInit()), LayerError,
          'NoInit', 'a constructor that calls super().__init__()', 'one without it',
          'Call it in the first line of'),
    Wrong('a forward that returns nothing', lambda: run_and_train(ForwardNone()), LayerError,
          'ForwardNone.forward, layer 1', 'an array of shape (16, ...) to be returned',
          'None (NoneType)', 'Return A (or dX, going backward)'),
    Wrong('a forward that returns a list', lambda: run_and_train(ForwardList()), LayerError,
          'ForwardList.forward, layer 1', 'an array of shape (16, ...) to be returned',
          '(list)', 'Return A (or dX, going backward)'),
    Wrong('a forward that loses a sample', lambda: run_and_train(ForwardSamples()), LayerError,
          'ForwardSamples.forward, layer 1', 'an array of shape (16, ...) to be returned',
          'an array of shape (15, 4)', 'Return A (or dX, going backward)'),
    Wrong('a backward that returns nothing', lambda: run_and_train(Dense(4), BackwardNone()),
          LayerError, 'BackwardNone.backward, layer 2', 'an array of shape (16, 4) to be returned',
          'None (NoneType)', 'Return A (or dX, going backward)'),
    Wrong('a backward of another shape', lambda: run_and_train(Dense(4), BackwardShape()),
          LayerError, 'BackwardShape.backward, layer 2', 'an array of shape (16, 4) to be returned',
          'an array of shape (16, 2)', 'Return A (or dX, going backward)'),
    Wrong('axes of names of your own', lambda: run_and_train(OwnAxes()), ShapeError,
          'OwnAxes, layer 1', 'an input of 3 axes (m, rows, columns: samples', '2 axes (16, 4)',
          'Pass an array of these axes'),
    Wrong('a forward that keeps nothing', lambda: run_and_train(NoCacheA()), StateError,
          'NoCacheA, layer 1', 'a forward pass before the backward pass', 'none',
          'Call forward first'),
    Wrong('compute_gradients that computes none', lambda: run_and_train(NoGradient(5)), ShapeError,
          "NoGradient.g['dW']", 'a gradient of shape (4, 5), as W has', 'none',
          'It is for compute_gradients to put'),
    Wrong('a gradient of the wrong shape', lambda: run_and_train(GradientShape(5)), ShapeError,
          "GradientShape.g['dW']", 'a gradient of shape (4, 5), as W has', '(2, 2)',
          'It is for compute_gradients to put'),
    Wrong('a gradient that would be broadcast', lambda: run_and_train(GradientBroadcast(5)),
          ShapeError, "GradientBroadcast.g['dW']", 'a gradient of shape (4, 5), as W has', '(1, 5)',
          'It is for compute_gradients to put'),
    Wrong('an activation of another shape', lambda: run_and_train(Dense(5, half)), ShapeError,
          'activation half, layer 1', 'outputs of the shape of x, (16, 5)', '(16, 2)',
          'Return one number for each in x'),
    Wrong('an activation that returns nothing', lambda: run_and_train(Dense(5, silent)), ShapeError,
          'activation silent, layer 1', 'outputs of the shape of x, (16, 5)', 'nothing',
          'Return one number for each in x'),
    Wrong('an activation without deriv', lambda: run_and_train(Dense(5, one_argument)),
          ArgumentTypeError, 'Dense.activate', 'a function f(x, deriv=False), an activation',
          'one_argument (function) of another form', 'Give it these arguments, or import'),
    Wrong('an activation of NumPy', lambda: run_and_train(Dense(5, np.tanh)), ArgumentTypeError,
          'Dense.activate', 'a function f(x, deriv=False), an activation',
          'tanh (function) of another form', 'Give it these arguments, or import'),
    Wrong('an activation of len', lambda: run_and_train(Dense(5, len)), ArgumentTypeError,
          'Dense.activate', 'a function f(x, deriv=False), an activation',
          'len (function) of another form', 'Give it these arguments, or import'),
    Wrong('a slope of another shape', lambda: run_and_train(Dense(5, narrow_slope)), ShapeError,
          'activation narrow_slope, layer 1', 'slopes of the shape of x, (16, 5)', '(16, 2)',
          'Return one number for each in x'),
    Wrong('an initializer of another shape', lambda: run_and_train(Dense(5, relu, flat)),
          ShapeError, "Dense.p['W'], layer 1", 'parameters of shape (4, 5)',
          'an array of shape (7,)', 'Return an array of the shape that'),
    Wrong('an initializer that returns nothing', lambda: run_and_train(Dense(5, relu, nothing)),
          ShapeError, "Dense.p['W'], layer 1", 'parameters of shape (4, 5)', 'None (NoneType)',
          'Return an array of the shape that'),
    Wrong('an initializer of NaN', lambda: run_and_train(Dense(5, relu, nan)), DataError,
          "Dense.p['W'], layer 1", 'finite numbers', 'NaN or infinity',
          'Choose another initialization'),
    Wrong('an initializer without rng', lambda: run_and_train(Dense(5, relu, no_rng)),
          ArgumentTypeError, 'Dense.initialization', 'a function f(shape, rng), an initializer',
          'no_rng (function) of another form', 'Give it these arguments, or import'),
    Wrong('an initializer of NumPy', lambda: run_and_train(Dense(5, relu, np.eye)),
          ArgumentTypeError, 'Dense.initialization', 'a function f(shape, rng), an initializer',
          'eye (function) of another form', 'Give it these arguments, or import'),
    Wrong('a loss that is one number', lambda: run_and_train(loss=loss_number), ShapeError,
          'loss loss_number', 'an array of shape (16,) from f(Y, A): one',
          '(float)', 'Return the loss of each sample, not'),
    Wrong('a loss that returns nothing', lambda: run_and_train(loss=loss_none), ShapeError,
          'loss loss_none', 'an array of shape (16,) from f(Y, A): one', 'None (NoneType)',
          'Return the loss of each sample, not'),
    Wrong('a loss whose gradient has another shape', lambda: run_and_train(loss=loss_shape),
          ShapeError, 'loss loss_shape', 'an array of shape (16, 3) from f(Y, A',
          'an array of shape (16, 1)', 'Return the loss of each sample, not'),
    Wrong('a loss without deriv', lambda: run_and_train(loss=loss_no_deriv), ArgumentTypeError,
          'loss', 'a function f(Y, A, deriv=False), a loss',
          'loss_no_deriv (function) of another form', 'Give it these arguments, or import'),
    Wrong('an optimizer that returns nothing', lambda: run_and_train(optimizer=NoneOptimizer()),
          ShapeError, 'NoneOptimizer.step', 'W of shape (4, 3) to be returned', 'None (NoneType)',
          'Return the new value of the parameter'),
    Wrong('an optimizer without a step', PlainOptimizer, ArgumentTypeError, 'PlainOptimizer',
          'a class with step', 'one without', 'Write it in the class body: def step(self, ...)'),
    Wrong('a metric that returns nothing', lambda: run_and_train(metrics=[metric_none]),
          ArgumentTypeError, 'metrics metric_none', 'a number from f(Y, A)', 'None (NoneType)',
          'Return a float'),
    Wrong('a metric that is a text', lambda: run_and_train(metrics=[metric_text]),
          ArgumentTypeError, 'metrics metric_text', 'a number from f(Y, A)', "'good' (str)",
          'Return a float'),
    Wrong('a metric of one argument', lambda: run_and_train(metrics=[metric_one]),
          ArgumentTypeError, 'metrics', 'a function f(Y, A), a metric',
          'metric_one (function) of another form', 'Give it these arguments, or import'),
]  # fmt: skip
