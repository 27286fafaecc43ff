"""The closed form of loss and activation is taken where the layer ends with its activation."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import make_data, quiet

from epynn.activation.models import Activation
from epynn.commons.maths import sigmoid, softmax
from epynn.commons.models import Layer
from epynn.convolution1d.models import Convolution1D
from epynn.dense.models import Dense
from epynn.dense.parameters import dense_compute_shapes, dense_initialize_parameters
from epynn.embedding.models import Embedding
from epynn.network.backward import loss_gradient
from epynn.network.models import EpyNN
from epynn.template.models import Template


class Halved(Layer):
    """``A = activate(X W + b) / 2``: a layer of the user's, with the names of the house."""

    compute_shapes = dense_compute_shapes
    initialize_parameters = dense_initialize_parameters

    def __init__(self, units=1, activate=sigmoid):
        super().__init__()
        self.d['u'] = units
        self.initialization = Dense().initialization
        self.set_activations(activate=activate)

    def forward(self, A):
        X = self.receive_input(A)
        self.fc['Z'] = X @ self.p['W'] + self.p['b']
        self.fc['H'] = self.activate(self.fc['Z'])
        self.fc['A'] = self.fc['H'] / 2
        return self.fc['A']

    def backward(self, dX):
        dA = self.receive_gradient(dX)
        self.bc['dZ'] = self.activate.gradient(dA / 2, self.fc['Z'], self.fc['H'])
        return self.bc['dZ'] @ self.p['W'].T

    def compute_gradients(self):
        self.g['dW'] = self.fc['X'].T @ self.bc['dZ']
        self.g['db'] = self.bc['dZ'].sum(axis=0, keepdims=True)


class HalvedByGradient(Halved):
    """The same by the method of the base class, which would hand out the closed form."""

    def forward(self, A):
        super().forward(A)
        self.fc['A'] = self.fc['H'] / 2
        return self.fc['A']

    def backward(self, dX):
        A, self.fc['A'] = self.fc['A'], self.fc['H']
        self.bc['dZ'] = self.activation_gradient(self.receive_gradient(dX) / 2)
        self.fc['A'] = A
        return self.bc['dZ'] @ self.p['W'].T


class HalvedDense(Dense):
    """Derived from a layer that does end with its activation."""

    def forward(self, A):
        self.fc['A'] = super().forward(A) / 2
        return self.fc['A']

    def backward(self, dX):
        self.fc['A'] = 2 * self.fc['A']
        dX = super().backward(dX / 2)
        self.fc['A'] = self.fc['A'] / 2
        return dX


class Same(Dense):
    """Derived, and nothing is different."""


class SaysSo(HalvedDense):
    """Derived, with a way forward and back that it vouches for."""

    activation_is_last = True
    forward = Dense.forward
    backward = Dense.backward


def make(*layers, loss='BCE'):
    X, y = make_data()
    Y = (y > 0).astype(float)[:, np.newaxis]
    return quiet(EpyNN([Embedding(X, np.hstack([Y, 1 - Y])), *layers]), loss=loss)


@pytest.mark.parametrize('loss', ['BCE', 'MSE'])
@pytest.mark.parametrize('cls', [Halved, HalvedByGradient, HalvedDense, Dense, Same, SaysSo])
def test_gradients_are_right_whatever_comes_after_the_activation(cls, loss):
    model = make(cls(2), loss=loss)
    dtrain = model.embedding.dtrain
    require(check_network(model, dtrain.X, dtrain.Y))


@pytest.mark.parametrize(
    ('layer', 'joint'),
    [(Dense(2), True), (Same(2), True), (SaysSo(2), True), (Activation(softmax), True),
     (Convolution1D(2), True), (Halved(2), False), (HalvedByGradient(2), False),
     (HalvedDense(2), False), (Template(), False)],
    ids=lambda value: getattr(value, 'name', value),
)  # fmt: skip
def test_who_has_a_joint_gradient(layer, joint):
    assert (layer.last_activation() is not None) is joint


def test_it_is_exact_where_it_is_taken():
    model = make(Dense(2))
    model.layers[1].p['b'] = np.full((1, 2), 900.0)
    dtrain = model.embedding.dtrain
    _, dZ = loss_gradient(model, dtrain.Y, model.forward(dtrain.X))
    np.testing.assert_array_equal(dZ, (1 - dtrain.Y) / 2)


def test_a_layer_whose_object_was_given_another_pass_has_none():
    for name in ('forward', 'backward'):
        layer = Dense(2)
        setattr(layer, name, getattr(layer, name))
        assert layer.last_activation() is None


def test_a_class_without_passes_says_nothing_about_those_to_come():
    class Ends(Layer):
        activation_is_last = True

    class Given(Ends):
        compute_shapes, forward, backward = (
            Activation.compute_shapes,
            Halved.forward,
            Halved.backward,
        )

    assert Given().last_activation() is None


def test_half_the_output_by_a_function_put_on_the_object():
    layer, calls = Dense(2), []
    forward, backward = layer.forward, layer.backward

    def halved(A):
        layer.fc['whole'] = forward(A)
        layer.fc['A'] = layer.fc['whole'] / 2
        return layer.fc['A']

    def back(dX):
        layer.fc['A'] = layer.fc['whole']
        calls.append(layer.output_dZ)
        return backward(dX / 2)

    layer.forward, layer.backward = halved, back
    make(layer).train(1, verbose=0)
    assert calls == [None, None]  # of initialization, too
