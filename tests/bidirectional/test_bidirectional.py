"""Bidirectional: against PyTorch and its own layers, wrong arguments, and what is saved."""

import copy

import numpy as np
import pytest
from gradients import check_network, require
from networks import assert_same_parameters, make_classifier, quiet
from recurrent import draw_parameters, run

from epynn.bidirectional.models import Bidirectional
from epynn.commons.errors import ArgumentError, ArgumentTypeError, LayerError, ModelFileError
from epynn.commons.library import read_model
from epynn.commons.maths import relu, softmax, tanh
from epynn.commons.penalties import L1, L2
from epynn.commons.recurrence import Recurrent
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.gru.models import GRU
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN

SIZES = [(3, 4, 5, 2), (1, 1, 1, 1), (4, 1, 3, 2), (16, 12, 6, 5)]
both = pytest.mark.parametrize('sequences', [False, True], ids=['last', 'all'])
merges = pytest.mark.parametrize('merge', ['concatenate', 'sum'])


# AGAINST PYTORCH


def compare_with_torch(layer, X, rng, outputs, record_property):
    """Compare output and all gradients with those of a function of torch tensors.

    ``outputs(X, p)`` gives the states of all steps ``(m, s, u)`` of the layer that reads forwards,
    and those of the other one, each at the step after which it is in that state.
    """
    import torch

    draw_parameters(layer, X, rng)
    tX = torch.tensor(X, requires_grad=True)
    tp = {name: torch.tensor(p, requires_grad=True) for name, p in layer.p.items()}
    onward, back = outputs(tX, tp)
    if not layer.sequences:
        onward, back = onward[:, -1], back[:, 0]  # where either has read everything
    tA = torch.cat([onward, back], dim=-1) if layer.merge == 'concatenate' else onward + back
    dA = rng.standard_normal(tuple(tA.shape))
    tA.backward(torch.tensor(dA))

    A, dX = run(layer, X, dA)
    pairs = {'A': (A, tA.detach()), 'dX': (dX, tX.grad)}
    pairs |= {f'd{name}': (layer.g[f'd{name}'], tp[name].grad) for name in layer.p}
    errors = {name: float(np.abs(a - t.numpy()).max()) for name, (a, t) in pairs.items()}
    record_property('worst', max(errors.values()))
    assert max(errors.values()) <= 1e-10, errors


def run_torch(make, X, u, weights):
    """Return the states of both directions of one of torch's own bidirectional layers."""
    import torch

    net = make(X.shape[2], u, batch_first=True, bidirectional=True).double()
    A, _ = torch.func.functional_call(net, weights, (X,))
    return A[..., :u], A[..., u:]


@pytest.mark.parametrize('size', SIZES)
@both
@merges
def test_lstm_against_torch(size, sequences, merge, rng, record_property):
    torch = pytest.importorskip('torch')
    m, s, e, u = size

    def outputs(X, p):
        weights = {}
        for i, end in enumerate(('', '_reverse')):
            for ours, theirs in (('U', 'weight_ih'), ('V', 'weight_hh'), ('b', 'bias_ih')):
                gates = [p[f'{i}.{ours}{gate}'].T for gate in 'ifgo']  # as torch stacks them
                stacked = torch.cat(gates)
                weights[f'{theirs}_l0{end}'] = stacked[:, 0] if ours == 'b' else stacked
            weights[f'bias_hh_l0{end}'] = torch.zeros(4 * u, dtype=torch.float64)
        return run_torch(torch.nn.LSTM, X, u, weights)

    layer = Bidirectional(LSTM(u, sequences=sequences), merge)
    compare_with_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


@pytest.mark.parametrize('size', SIZES)
@both
def test_rnn_against_torch(size, sequences, rng, record_property):
    torch = pytest.importorskip('torch')
    m, s, e, u = size

    def outputs(X, p):
        weights = {}
        for i, end in enumerate(('', '_reverse')):
            weights[f'weight_ih_l0{end}'] = p[f'{i}.U'].T
            weights[f'weight_hh_l0{end}'] = p[f'{i}.V'].T
            weights[f'bias_ih_l0{end}'] = p[f'{i}.b'][0]
            weights[f'bias_hh_l0{end}'] = torch.zeros(u, dtype=torch.float64)
        return run_torch(torch.nn.RNN, X, u, weights)

    layer = Bidirectional(RNN(u, clip_gradients=False, sequences=sequences))
    compare_with_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


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


@pytest.mark.parametrize('size', SIZES)
@both
def test_gru_against_the_same_cell_in_torch(size, sequences, rng, record_property):
    """Its reset gate acts before the product, in torch's own after it: the cell, by hand."""
    torch = pytest.importorskip('torch')
    m, s, e, u = size

    def read(X, p, i, steps):
        h, H = torch.zeros(m, u, dtype=torch.float64), {}
        for t in steps:
            x = X[:, t]
            z = torch.sigmoid(x @ p[f'{i}.Uz'] + h @ p[f'{i}.Vz'] + p[f'{i}.bz'])
            r = torch.sigmoid(x @ p[f'{i}.Ur'] + h @ p[f'{i}.Vr'] + p[f'{i}.br'])
            hh = torch.tanh(x @ p[f'{i}.Uhh'] + (r * h) @ p[f'{i}.Vhh'] + p[f'{i}.bhh'])
            h = H[t] = z * h + (1 - z) * hh
        return torch.stack([H[t] for t in range(s)], dim=1)

    def outputs(X, p):
        return read(X, p, 0, range(s)), read(X, p, 1, reversed(range(s)))

    layer = Bidirectional(GRU(u, sequences=sequences))
    compare_with_torch(layer, rng.standard_normal((m, s, e)), rng, outputs, record_property)


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


@both
def test_float32_is_kept(sequences, rng):
    layer = Bidirectional(GRU(2, sequences=sequences), 'sum')
    A, dX = run(layer, rng.standard_normal((3, 4, 5)).astype(np.float32))
    assert {A.dtype, dX.dtype, *(g.dtype for g in layer.g.values())} == {np.dtype(np.float32)}


# WRONG ARGUMENTS


@pytest.mark.parametrize('value', [LSTM, 'LSTM', Dense(3), [LSTM(3)], None, Embedding()], ids=str)
def test_what_is_no_recurrent_layer_is_refused(value):
    with pytest.raises(
        ArgumentTypeError,
        match=r'^Bidirectional\.layer: expected a recurrent layer such as LSTM\(8\), got .*'
        r'Pass an RNN, LSTM or GRU object',
    ):
        Bidirectional(value)
    if value is not None:
        with pytest.raises(ArgumentTypeError, match=r'^Bidirectional\.backward_layer: expected'):
            Bidirectional(LSTM(3), backward_layer=value)


def test_the_same_layer_twice_is_refused():
    layer = LSTM(3)
    with pytest.raises(LayerError, match='each layer once'):
        Bidirectional(layer, backward_layer=layer)


@pytest.mark.parametrize('merge', ['concat', 'Sum', None, 2])
def test_another_merge_is_refused(merge):
    with pytest.raises(
        ArgumentError, match=r'^Bidirectional\.merge: expected one of concatenate, sum, got'
    ):
        Bidirectional(LSTM(3), merge)


def test_sequences_of_one_alone_are_refused():
    with pytest.raises(
        ArgumentError,
        match=r'^Bidirectional\.backward_layer: expected sequences=False as in the other layer, '
        r'got sequences=True\.',
    ):
        Bidirectional(LSTM(3), backward_layer=LSTM(3, sequences=True))


def test_a_sum_of_different_units_is_refused():
    with pytest.raises(
        ArgumentError,
        match=r"^Bidirectional\.merge: expected layers of as many units .*got \[3, 2\]\. .*'conc",
    ):
        Bidirectional(LSTM(3), 'sum', LSTM(2))


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


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
def test_gradients_of_a_network(reduction):
    model = sequence_classifier(*stack(), reduction=reduction)
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


def test_the_streams_of_both_layers_differ_and_follow_from_the_seed():
    first, second = (sequence_classifier(*stack(), seed=4) for _ in range(2))
    assert_same_parameters(first, second)
    p = first.layers[2].p
    assert not np.array_equal(p['0.Uf'], p['1.Uf'])


def test_a_penalty_counts_in_both_directions():
    plain, model = (sequence_classifier(*stack(penalty)) for penalty in (None, L1(0.5)))
    inside = model.layers[2].layers
    total = sum(0.5 * np.abs(inner.p[name]).sum() for inner in inside for name in inner.weights())
    assert all(len(inner.weights()) == 8 for inner in inside)
    losses = [network.evaluate()['CCE']['dtrain'] for network in (plain, model)]
    np.testing.assert_allclose(losses[1] - losses[0], total, rtol=1e-12)


@pytest.mark.parametrize('cls', [RNN, LSTM, GRU])
def test_recurrent_layers_take_penalties(cls):
    plain, model = (
        sequence_classifier(cls(3, clip_gradients=False, penalty=penalty))
        for penalty in (None, L2(0.5))
    )
    batch = model.embedding.batch_dtrain[0]
    for network in (plain, model):
        dA = network.forward(batch.X, training=True) - batch.Y
        network.backward(dA)
    layer = model.layers[2]
    scale = 0.5 * len(batch.X)  # gradients are summed over the samples
    for name, p in layer.p.items():
        expected = plain.layers[2].g[f'd{name}'] + (0 if name[0] == 'b' else scale * p)
        np.testing.assert_allclose(layer.g[f'd{name}'], expected, rtol=1e-12, atol=1e-14)
    with pytest.raises(ArgumentTypeError, match=rf'^{cls.__name__}\.penalty: expected a penalty'):
        cls(3, penalty=0.5)


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


def test_two_kinds_of_layers_are_saved_and_read(tmp_path):
    model = sequence_classifier(
        Bidirectional(LSTM(3, sequences=True), backward_layer=GRU(2, sequences=True)), Flatten()
    )
    again = read_model(model.write(tmp_path / 'model.safetensors'))
    assert [type(inner) for inner in again.layers[2].layers] == [LSTM, GRU]
    X = model.embedding.dval.X
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)


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
