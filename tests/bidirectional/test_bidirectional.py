"""Bidirectional: against its own layers, wrong arguments, and what is saved."""

import copy

import numpy as np
import pytest
from gradients import check_network, require
from networks import assert_same_parameters, make_classifier, quiet
from recurrent import draw_parameters

from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import ModelFileError
from epynn.commons.library import read_model
from epynn.commons.maths import relu, softmax, tanh
from epynn.commons.penalties import L2
from epynn.commons.recurrence import Recurrent
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN

both = pytest.mark.parametrize('sequences', [False, True], ids=['last', 'all'])
merges = pytest.mark.parametrize('merge', ['concatenate', 'sum'])


def test_the_last_states_are_those_in_h_n_of_torch(rng):
    torch = pytest.importorskip('torch')
    net = torch.nn.RNN(4, 3, batch_first=True, bidirectional=True).double()
    layer = Bidirectional(RNN(3))
    X = rng.standard_normal((2, 5, 4))
    layer.forward(X)
    for i, end in enumerate(('', '_reverse')):
        weights = {name: getattr(net, f'{name}_l0{end}').detach().numpy()
                   for name in ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')}  # fmt: skip
        layer.p[f'{i}.U'] = weights['weight_ih'].T
        layer.p[f'{i}.V'] = weights['weight_hh'].T
        layer.p[f'{i}.b'] = (weights['bias_ih'] + weights['bias_hh'])[np.newaxis]
    _, h_n = net(torch.tensor(X))
    expected = np.concatenate(list(h_n.detach().numpy()), axis=-1)
    np.testing.assert_allclose(layer.forward(X), expected, rtol=0, atol=1e-14)


# AGAINST ITS OWN LAYERS


@both
@merges
def test_the_same_as_two_layers(sequences, merge, rng):
    X = rng.standard_normal((3, 6, 4))
    layer = draw_parameters(Bidirectional(GRU(2, sequences=sequences), merge), X, rng)
    onward, back = copy.deepcopy(layer.layers)
    A = layer.forward(X)
    A0, A1 = onward.forward(X), back.forward(X[:, ::-1])
    A1 = A1[:, ::-1] if sequences else A1
    np.testing.assert_array_equal(A, A0 + A1 if merge == 'sum' else np.concatenate([A0, A1], -1))
    np.testing.assert_array_equal(layer.fc['A0'], A0)
    np.testing.assert_array_equal(layer.fc['A1'], A1)


def test_each_state_knows_only_what_its_layer_has_read(rng):
    layer = Bidirectional(LSTM(2, sequences=True))
    X = rng.standard_normal((1, 6, 3))
    before = layer.forward(X).copy()
    X[:, 3] += 1
    changed = (layer.forward(X) != before)[0]
    assert changed[:, :2].all(axis=1).tolist() == [False, False, False, True, True, True]
    assert changed[:, 2:].all(axis=1).tolist() == [True, True, True, True, False, False]


def test_steps_and_layers_in_the_opposite_order(rng):
    """The reversed sequences, with the layers swapped: the same states, in the opposite order."""
    X = rng.standard_normal((2, 5, 3))
    layer = draw_parameters(Bidirectional(LSTM(2, sequences=True)), X, rng)
    onward, back = copy.deepcopy(layer.layers)
    swapped = Bidirectional(back, backward_layer=onward)
    A, B = layer.forward(X), swapped.forward(X[:, ::-1])
    np.testing.assert_array_equal(B[:, ::-1], np.roll(A, 2, axis=-1))


# THE LAYERS INSIDE


def test_the_second_layer_is_made_by_the_same_arguments(rng):
    first = LSTM(3, relu, softmax, clip_gradients=True, sequences=True,
                 se_hPars={'softmax_temperature': 2.0}, penalty=L2(0.1))  # fmt: skip
    layer = Bidirectional(first)
    assert layer.layers[0] is first
    second = layer.layers[1]
    assert type(second) is LSTM
    assert second.d['u'] == 3
    assert second.activation == first.activation
    assert (second.sequences, second.clip_gradients) == (True, True)
    assert second.se_hPars == first.se_hPars
    assert second.penalty is first.penalty
    layer.forward(rng.standard_normal((2, 4, 5)))
    assert not np.array_equal(first.p['Uf'], second.p['Uf'])


def test_a_layer_that_knows_something_keeps_it(rng):
    X = rng.standard_normal((2, 4, 5))
    first = GRU(3)
    first.forward(X)
    known = {name: p.copy() for name, p in first.p.items()}
    layer = Bidirectional(first)
    layer.forward(X)
    for name, p in known.items():
        np.testing.assert_array_equal(layer.p[f'0.{name}'], p)
        assert name[0] == 'b' or not np.array_equal(layer.p[f'1.{name}'], p)


def test_a_frozen_layer_gets_a_frozen_second_one():
    first = RNN(2)
    first.trainable = False
    assert not Bidirectional(first).trainable
    assert Bidirectional(first, backward_layer=RNN(2)).trainable


class Fading(Recurrent):
    """A sum of the steps in which early ones fade, times weights: a layer of one's own."""

    def __init__(self, units, *, share=0.5, **options):
        super().__init__(units, np.ones, False, False, None)
        self.share, self.options = share, options

    def compute_shapes(self, A):
        self.d['m'], self.d['s'], self.d['e'] = A.shape
        self.fs['W'] = (self.d['e'], self.d['u'])

    def initialize_parameters(self):
        self.p['W'] = self.np_rng.standard_normal(self.fs['W'])

    def forward(self, A):
        X = self.receive_steps(A)
        decay = self.share ** np.arange(len(X), 0, -1)[:, np.newaxis, np.newaxis]
        self.fc['sum'] = (decay * X).sum(axis=0)
        A = self.fc['A'] = self.fc['sum'] @ self.p['W']
        return A

    def backward(self, dX):
        dA = self.receive_gradient(dX)
        decay = self.share ** np.arange(self.d['s'], 0, -1)[:, np.newaxis]
        dX = self.bc['dX'] = (dA @ self.p['W'].T)[:, np.newaxis] * decay
        return dX

    def compute_gradients(self):
        self.g['dW'] = self.fc['sum'].T @ self.bc['dA']


def test_a_recurrent_layer_of_ones_own():
    layer = Bidirectional(Fading(2, share=0.8, colour='red'))
    assert layer.layers[1].share == 0.8
    assert layer.layers[1].options == {'colour': 'red'}
    model = sequence_classifier(layer)
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))


# THROUGH A NETWORK


def sequence_classifier(*layers, **settings):
    """Return an initialized network that reads the 4 features of each sample as 4 steps."""
    return quiet(make_classifier(Reshape((4, 1)), *layers), **settings)


def stack(penalty=None):
    return (
        Bidirectional(LSTM(3, sequences=True, penalty=penalty)),
        Residual([Bidirectional(GRU(6, sequences=True), 'sum')]),
        Bidirectional(RNN(2, clip_gradients=False)),
    )


def test_gradients_of_a_network():
    model = sequence_classifier(*stack())
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))


def make_calls(m=120, s=9, seed=0):
    """Return sequences with a mark on one step; the label is the number that stands after it."""
    rng = np.random.default_rng(seed)
    X = np.zeros((m, s, 2))
    X[..., 0] = rng.integers(0, 2, (m, s))
    marked = rng.integers(0, s - 1, m)
    X[np.arange(m), marked, 1] = 1
    return X, X[np.arange(m), marked + 1, 0].astype(int)


def test_it_learns_the_same_each_time():
    histories = []
    for _ in range(2):
        X, Y = make_calls()
        model = EpyNN([Embedding(X, Y, (1, 0, 0), 20, Y_encode=True), Bidirectional(GRU(6)),
                       Dense(2, softmax)])  # fmt: skip
        model.initialize('CCE', seed=2, optimizer='Adam', reduction='mean',
                         se_hPars={'learning_rate': 0.03}, verbose=False)  # fmt: skip
        model.train(40, verbose=0)
        histories.append(model.metrics)
    assert histories[0] == histories[1]
    assert histories[0]['accuracy'][0][-1] == 1


# SAVING


def test_it_is_saved_and_read(tmp_path):
    model = sequence_classifier(*stack(L2(1e-3)), Dense(4, tanh), optimizer='Adam')
    model.train(2, verbose=0)
    model.layers[2].layers[1].trainable = False  # one direction alone
    again = read_model(model.write(tmp_path / 'model.safetensors'))
    X = model.embedding.dval.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
    assert_same_parameters(again, model)
    assert [inner.trainable for inner in again.layers[2].layers] == [True, False]
    assert again.layers[2].layers[1].penalty.coefficient == 1e-3
    assert again.layers[3].layers[0].merge == 'sum'
    assert len(again.layers[2].layers) == 2


def test_a_layer_of_ones_own_is_read_where_it_is_handed_in(tmp_path):
    model = sequence_classifier(Bidirectional(Fading(2, share=0.8)))
    path = model.write(tmp_path / 'model.safetensors')
    with pytest.raises(ModelFileError, match='Fading'):
        read_model(path)
    again = read_model(path, custom=[Fading])
    X = model.embedding.dval.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)


def test_a_copy_shares_nothing():
    model = sequence_classifier(*stack())
    twin = copy.deepcopy(model)
    twin.train(2, verbose=0)
    assert not np.array_equal(twin.layers[2].p['1.Uf'], model.layers[2].p['1.Uf'])
    assert twin.layers[2].arguments['backward_layer'] is twin.layers[2].layers[1]
