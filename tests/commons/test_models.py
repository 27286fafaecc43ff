"""The base class of layers, and data sets."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentTypeError, LayerError, ShapeError
from epynn.commons.maths import relu, tanh
from epynn.commons.models import Layer, dataSet
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.network.summary import describe_layer


def nothing(layer, A=None):
    return A


# A LAYER'S PIECES


@pytest.mark.parametrize(
    ('pieces', 'missing'),
    [
        ((), 'compute_shapes, forward, backward'),
        (('forward', 'backward'), 'compute_shapes'),
        (('compute_shapes', 'backward'), 'forward'),
        (('compute_shapes', 'forward'), 'backward'),
        (('compute_shapes', 'forward', 'backward', 'initialize_parameters'), 'compute_gradients'),
    ],
)
def test_a_missing_piece_fails_when_the_layer_is_made(pieces, missing):
    Mine = type('Mine', (Layer,), dict.fromkeys(pieces, nothing))
    first = missing.split(',')[0]
    with pytest.raises(
        LayerError, match=f'^Mine: .* got a class without {missing}.*{first} = my_{first}'
    ):
        Mine()


def test_three_pieces_make_a_layer():
    Mine = type('Mine', (Layer,), dict.fromkeys(('compute_shapes', 'forward', 'backward'), nothing))
    layer = Mine()
    assert layer.name == 'Mine'
    assert not layer.trainable
    assert layer.forward(3) == 3
    layer.initialize_parameters()
    layer.compute_gradients()
    layer.update_parameters()
    assert layer.p == layer.g == {}


def test_layers_share_no_state():
    first, second = Dense(2), Dense(2)
    first.forward(np.ones((3, 4)))
    assert not second.p
    assert not second.fc
    assert not second.fs
    assert second.d == {'u': 2}
    assert first.np_rng is not second.np_rng


# CACHES


def test_caches_note_the_shapes_of_what_they_are_given():
    layer = Dropout()
    layer.fc['Q'] = np.zeros((2, 3))
    assert layer.fs['Q'] == (2, 3)
    layer.fc['Q'] = np.zeros(5)
    layer.bc['q'] = 1.5
    assert layer.fs['Q'] == (5,)
    assert layer.bs['q'] == ()


@pytest.mark.parametrize('place', ['ps', 'fs'])
def test_shapes_of_parameters_may_be_noted_in_fs_as_old_scripts_do(place):
    class Scale(Layer):
        def compute_shapes(self, A):
            getattr(self, place)['W'] = A.shape[1:]

        def initialize_parameters(self):
            self.p['W'] = np.ones(self.fs['W'])

        def forward(self, A):
            self.fc['A'] = self.receive_input(A) * self.p['W']
            return self.fc['A']

        def backward(self, dX):
            return self.receive_gradient(dX) * self.p['W']

        def compute_gradients(self):
            self.g['dW'] = (self.bc['dA'] * self.fc['X']).sum(axis=0)

    layer = Scale()
    layer.forward(np.ones((3, 4)))
    assert layer.fs['W'] == (4,)
    assert describe_layer(layer)['forward'] == {'W': (4,), 'X': (3, 4), 'A': (3, 4)}
    with pytest.raises(ShapeError, match=r'^Scale: .* its W of shape \(4,\), .* needs W of shape'):
        layer.forward(np.ones((3, 5)))


# HYPER-PARAMETERS


def test_activation_functions_are_named_for_the_tables():
    layer = Dropout()
    layer.set_activations(activate=relu, activate_gate=tanh)
    assert layer.activation == {'activate': 'relu', 'activate_gate': 'tanh'}
    assert layer.activate_gate(np.zeros(1)) == 0


def test_the_layers_own_hyperparameters_come_first():
    from epynn.commons.maths import elu

    layer = Dense(2, elu, se_hPars={'ELU_alpha': 2})
    layer.set_hyperparameters({'ELU_alpha': 5, 'learning_rate': 1})
    assert layer.activate.hyperparameters == {'alpha': 2.0}
    other = Dense(2, elu)
    other.set_hyperparameters({'ELU_alpha': 5})
    assert other.activate.hyperparameters == {'alpha': 5.0}


@pytest.mark.parametrize('se_hPars', [0.1, 'steady', [('learning_rate', 1)]])
def test_hyperparameters_are_a_dictionary(se_hPars):
    with pytest.raises(ArgumentTypeError, match=r'^Dense.se_hPars: expected a dict of hyper-param'):
        Dense(se_hPars=se_hPars)


# MESSAGES


def test_the_message_names_axes_and_remedy():
    with pytest.raises(ShapeError) as raised:
        Dense(2).forward(np.ones((32, 7, 7, 6)))
    assert str(raised.value) == (
        'Dense: expected an input of 2 axes (m, n: samples, features), got 4 axes (32, 7, 7, 6). '
        'Add a Flatten layer before it.'
    )


# DATA SETS


def test_labels_in_one_column():
    dset = dataSet(np.zeros((4, 2)), [1, 0, 1, 1], 'dtrain')
    assert dset.Y.shape == (4, 1)
    assert dset.y.tolist() == [1, 0, 1, 1]
    assert dset.b == {0: 1, 1: 3}
    assert dset.ids.tolist() == [0, 1, 2, 3]
    assert dset.name == 'dtrain'
    assert dset.active
    assert dset.A is dset.P is None
    assert repr(dset) == "dataSet('dtrain', X (4, 2), Y (4, 1))"


def test_one_hot_labels():
    dset = dataSet(np.zeros((3, 2)), np.eye(3)[[2, 0, 2]])
    assert dset.y.tolist() == [2, 0, 2]
    assert dset.b == {0: 1, 2: 2}
    assert dset.name == 'dummy'


def test_no_labels_and_no_samples():
    dset = dataSet(np.zeros((3, 2)), ids=[7, 8, 9])
    assert dset.Y is dset.y is None
    assert dset.b == {}
    assert dset.ids.tolist() == [7, 8, 9]
    assert not dataSet(np.empty((0, 2)), np.empty((0, 1))).active


def test_an_unknown_argument_of_a_layer_reads_well():
    with pytest.raises(ArgumentTypeError, match=r'penalty, got a=1\.'):
        Dense(3, a=1)
