"""Penalties: part of the loss that is reported and of the gradients; those of torch."""

import numpy as np
import pytest
from gradients import compare, numeric_gradient, require
from networks import make_classifier, quiet

from epynn.commons.errors import LayerError
from epynn.commons.maths import tanh
from epynn.commons.models import Layer
from epynn.commons.penalties import L1, L2, check_penalty
from epynn.dense.models import Dense
from epynn.network.backward import loss_gradient
from epynn.rnn.models import RNN

PENALTIES = [L1(0.03), L2(0.2)]


def penalized(penalty, layer):
    layer.penalty = penalty
    return layer


def make(penalty, **settings):
    hidden = penalized(penalty, Dense(5, tanh))
    return quiet(make_classifier(hidden, relative_size=(1, 0, 0)), **settings)


@pytest.mark.parametrize('penalty', PENALTIES)
def test_values_and_gradients_are_those_of_torch(penalty, rng):
    torch = pytest.importorskip('torch')
    W = rng.normal(size=(4, 3))
    W[0, 0] = 0
    w = torch.from_numpy(W).requires_grad_()
    sums = {L1: lambda: w.abs().sum(), L2: lambda: w.square().sum() / 2}
    value = penalty.coefficient * sums[type(penalty)]()
    value.backward()
    assert penalty(W) == pytest.approx(value.item(), rel=1e-14)
    np.testing.assert_allclose(penalty.gradient(W), w.grad, rtol=1e-15)


@pytest.mark.parametrize('penalty', PENALTIES)
@pytest.mark.parametrize('reduction', ['mean', 'sum'])
def test_gradients_are_those_of_the_reported_loss(penalty, reduction):
    """With 'mean' the gradients are those of the loss in the tables, with 'sum' m times that."""
    model = make(penalty, reduction=reduction)
    dtrain = model.embedding.dtrain

    def reported():
        return model.evaluate()['CCE']['dtrain']

    A = model.forward(dtrain.X, training=True)
    model.backward(*loss_gradient(model, dtrain.Y, A))
    m = len(dtrain.X) if reduction == 'sum' else 1
    checks = []
    for number, layer in enumerate(model.layers):
        gradients = {name: np.array(layer.g[f'd{name}']) for name in layer.p}
        for name, gradient in gradients.items():
            numeric = m * numeric_gradient(reported, layer.p[name])
            checks.append(compare(f'layer {number}', name, gradient, numeric))
    assert len(checks) == 4
    require(checks)


def test_the_reported_loss_is_the_loss_and_the_penalty():
    plain, with_penalty = make(None), make(L2(0.2))
    W = with_penalty.layers[1].p['W']
    difference = with_penalty.evaluate()['CCE']['dtrain'] - plain.evaluate()['CCE']['dtrain']
    assert difference == pytest.approx(0.1 * np.sum(W**2), rel=1e-12)


def test_a_penalty_of_L2_is_weight_decay_of_the_weights(rng):
    """SGD with 'mean': W <- W - lr (dW + c W), and b as without."""
    penalty, without = make(L2(0.2), reduction='mean'), make(None, reduction='mean')
    W = without.layers[1].p['W'].copy()
    for model in (penalty, without):
        model.train(1, verbose=0)
    ours, theirs = penalty.layers[1].p, without.layers[1].p
    np.testing.assert_allclose(ours['W'], theirs['W'] - 0.1 * 0.2 * W, rtol=1e-12)
    np.testing.assert_array_equal(ours['b'], theirs['b'])


def test_a_strong_L1_leaves_few_weights():
    model = make(L1(1), reduction='mean', se_hPars={'learning_rate': 0.01})
    model.train(200, verbose=0)
    assert (abs(model.layers[1].p['W']) < 0.02).all()


def test_biases_are_free_and_all_weights_of_a_recurrent_layer_are_not(rng):
    layer = penalized(L2(2.0), RNN(3))
    A = layer.forward(rng.normal(size=(2, 4, 5)))
    layer.backward(np.zeros_like(A))
    layer.compute_gradients()
    layer.add_penalty_gradient(1.5)
    assert layer.weights() == ['U', 'V']
    for name in ('U', 'V'):
        np.testing.assert_allclose(layer.g[f'd{name}'], 3 * layer.p[name])
    assert (layer.g['db'] == 0).all()
    assert layer.compute_penalty() == pytest.approx(
        sum(np.sum(layer.p[name] ** 2) for name in ('U', 'V'))
    )


class Scale(Layer):
    """A layer of a user, with parameters of any names, that says nothing about them."""

    names = ('W',)

    def compute_shapes(self, A):
        self.d['m'], self.d['n'] = A.shape

    def initialize_parameters(self):
        self.p.update({name: np.full(self.d['n'], 2.0) for name in self.names})

    def forward(self, A):
        A = self.receive_input(A)
        self.fc['A'] = A * sum(self.p.values())
        return self.fc['A']

    def backward(self, dX):
        self.bc['dX'] = self.receive_gradient(dX) * sum(self.p.values())
        return self.bc['dX']

    def compute_gradients(self):
        gradient = (self.bc['dA'] * self.fc['X']).sum(axis=0)
        self.g.update({f'd{name}': gradient for name in self.names})


@pytest.mark.parametrize(
    ('names', 'said', 'weights'),
    [(('W', 'b'), None, ['W']), (('Ux', 'Vx', 'bx', 'gamma'), None, ['Ux', 'Vx']),
     (('K', 'Q', 'b'), ('Q', 'K'), ['Q', 'K']), (('W', 'b'), ('b',), ['b'])],
)  # fmt: skip
def test_weights_are_those_that_the_class_names_or_the_table_of_symbols(names, said, weights, rng):
    layer = type('Own', (Scale,), {'names': names, 'weight_names': said})(penalty=L2(1.0))
    A = layer.forward(rng.normal(size=(2, 4)))
    layer.backward(np.zeros_like(A))
    layer.compute_gradients()
    layer.add_penalty_gradient(1)
    assert layer.weights() == weights
    assert [name for name in names if layer.g[f'd{name}'].any()] == sorted(weights, key=names.index)
    assert layer.compute_penalty() == 8 * len(weights)


@pytest.mark.parametrize(
    ('names', 'said', 'got'),
    [(('K',), None, 'K without a word'), (('W', 'K'), None, 'K without a word'),
     (('b',), None, 'b without a word'),
     (('W',), ('w',), r"weight_names = \('w',\), and parameters W")],
)  # fmt: skip
def test_a_penalty_on_weights_that_nobody_named_is_refused(names, said, got):
    """In silence it would be a penalty on nothing, or on some of them."""
    own = type('Own', (Scale,), {'names': names, 'weight_names': said})
    message = rf'^Own\.penalty, layer 1: expected a class that says .*, got {got}\. Name them in'
    with pytest.raises(LayerError, match=message):
        quiet(make_classifier(own(penalty=L2(0.1))))
    quiet(make_classifier(own()))  # without one it does not matter
    layer = own()
    layer.forward(np.ones((2, 3)))
    layer.penalty = L2(0.1)
    with pytest.raises(LayerError, match='class that says'):
        layer.compute_penalty()


@pytest.mark.parametrize('penalty', [L1(np.float64(0.1)), L2(np.float64(0.1))])
def test_float32_stays(penalty):
    model = make(penalty, dtype=np.float32)
    model.train(1, verbose=0)
    assert all(a.dtype == np.float32 for a in model.layers[1].p.values())
    assert isinstance(penalty(model.layers[1].p['W']), float)


def test_they_print_their_coefficient_and_there_may_be_none():
    assert repr(L2(1e-4)) == 'L2(0.0001)'
    assert check_penalty(None, 'Dense.penalty') is None
