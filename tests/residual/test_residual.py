"""Residual: by hand, its shapes, and the layers inside."""

import copy
import pickle

import numpy as np
import pytest

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import LayerError, ShapeError
from epynn.commons.maths import tanh
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.pooling.models import Pooling
from epynn.residual.models import Residual
from epynn.template.models import Template
from epynn.tokens.models import Tokens


def test_by_hand(rng):
    layer = Residual([Dense(4, tanh)])
    X, dA = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    A = layer.forward(X)
    F = np.tanh(X @ layer.p['0.W'] + layer.p['0.b'])
    np.testing.assert_allclose(A, X + F, rtol=1e-14)
    dZ = dA * (1 - F**2)
    np.testing.assert_allclose(layer.backward(dA), dA + dZ @ layer.p['0.W'].T, rtol=1e-13)
    layer.compute_gradients()
    np.testing.assert_allclose(layer.g['d0.W'], X.T @ dZ, rtol=1e-13)


def test_layers_without_parameters_inside(rng):
    layer = Residual([Activation(tanh)])
    X = rng.standard_normal((3, 4))
    np.testing.assert_array_equal(layer.forward(X), X + np.tanh(X))
    assert layer.p == {}
    assert not layer.trainable
    layer.update_parameters()


# SHAPES


def test_nothing_is_broadcast(rng):
    layer = Residual([Convolution(1, 3, 1, 1)])
    with pytest.raises(ShapeError, match=r'\(m, 5, 5, 2\), got \(m, 5, 5, 1\)'):
        layer.forward(rng.standard_normal((3, 5, 5, 2)))


def test_another_size_of_images_with_the_same_parameters(rng):
    layer = Residual([Convolution(2, 3, 1, 1), BatchNorm()])
    layer.forward(rng.standard_normal((3, 5, 5, 2)))
    before = layer.p
    state = layer.np_rng.bit_generator.state
    streams = [inner.np_rng.bit_generator.state for inner in layer.layers]
    assert layer.forward(rng.standard_normal((2, 8, 7, 2))).shape == (2, 8, 7, 2)
    assert all(layer.p[name] is p for name, p in before.items())
    assert layer.np_rng.bit_generator.state == state
    assert [inner.np_rng.bit_generator.state for inner in layer.layers] == streams


def test_parameters_by_hand_decide_on_the_features_again(rng):
    layer = Residual([Dense(4)])
    layer.forward(rng.standard_normal((3, 4)))
    layer.layers[0].d['u'] = 6
    layer.p = {'0.W': np.ones((6, 6)), '0.b': np.ones((1, 6))}
    assert layer.forward(rng.standard_normal((3, 6))).shape == (3, 6)
    assert layer.ps == {'0.W': (6, 6), '0.b': (1, 6)}


def test_an_error_inside_says_where(rng):
    layer = Residual([Dense(4), Residual([Activation(tanh), Convolution(2)])])
    with pytest.raises(ShapeError) as raised:
        layer.forward(rng.standard_normal((3, 4)))
    where = 'Convolution, layer 1 inside Residual, layer 1 inside Residual'
    assert str(raised.value).startswith(f'{where}: expected an input of 4 axes')


@pytest.mark.parametrize(
    ('method', 'place'),
    [
        ('forward', 'layer 1 inside Residual: .*shape .3, ...'),
        ('backward', 'layer 1 inside .*3, 4'),
    ],
)
def test_what_a_layer_inside_returns_is_looked_at_before_it_is_added(rng, method, place):
    """One sample, or one feature, would be added to all of them."""

    class Sums(Template):
        pass

    layer = Residual([Dense(4), Sums()])
    X = rng.standard_normal((3, 4))
    right = getattr(Template, method)
    setattr(Sums, method, lambda layer, A: right(layer, A).sum(axis=0, keepdims=True))
    with pytest.raises(LayerError, match=rf'Sums\.{method}, {place}'):
        layer.backward(layer.forward(X))


@pytest.mark.parametrize('dtype', ['float32', 'float64'])
def test_tokens_reach_the_chain_as_they_are(rng, dtype):
    layer = Residual([Tokens(2**25, 1)], [Tokens(2**25, 1)])
    layer.dtype = np.dtype(dtype)
    T = np.array([[2**24 + 1, 0]])
    W0 = np.zeros((2**25, 1), dtype)
    W0[2**24 + 1] = 1
    layer.p = {'0.W': W0, '1.W': W0}
    A = layer.forward(T)
    assert A.ravel().tolist() == [2, 0]
    assert A.dtype == dtype


# LAYERS INSIDE


def test_what_is_put_among_the_parameters_reaches_the_layer_inside(rng):
    layer = Residual([Dense(4), BatchNorm()])
    X = rng.standard_normal((3, 4))
    layer.forward(X)
    layer.p['0.W'] = np.zeros((4, 4))
    layer.s.update({'1.mean': np.ones(4)})
    assert layer.layers[0].p['W'] is layer.p['0.W']
    np.testing.assert_array_equal(layer.layers[0].p['W'], np.zeros((4, 4)))
    np.testing.assert_array_equal(layer.layers[1].s['mean'], np.ones(4))
    with pytest.raises(KeyError):
        layer.p['7.W'] = np.zeros(3)


def test_freezing_reaches_the_layers_inside(rng):
    layer = Residual([Dense(4), BatchNorm(), Dropout(0.0)])
    X = rng.standard_normal((6, 4))
    layer.forward(X)
    layer.trainable = False
    assert not any(inner.trainable for inner in layer.layers)
    state = {name: s.copy() for name, s in layer.s.items()}
    before = {name: p.copy() for name, p in layer.p.items()}
    layer.backward(layer.forward(X))
    layer.compute_gradients()
    layer.update_parameters()
    for name in state:
        np.testing.assert_array_equal(layer.s[name], state[name])
    for name in before:
        np.testing.assert_array_equal(layer.p[name], before[name])
    layer.trainable = True
    assert [inner.trainable for inner in layer.layers] == [True, True, False]


def test_freezing_one_layer_inside(rng):
    layer = Residual([Dense(4, tanh), Dense(4, tanh)])
    layer.layers[0].trainable = False
    assert layer.trainable
    layer.backward(layer.forward(rng.standard_normal((6, 4))))
    layer.compute_gradients()
    before = {name: p.copy() for name, p in layer.p.items()}
    layer.update_parameters()
    assert [np.array_equal(before[name], p) for name, p in layer.p.items()] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize('dtype', [np.uint8, np.int8, bool, np.int64])
def test_integers_do_not_wrap_around(dtype):
    """200 + 200 is 144 in uint8, and True + True is True."""
    layer = Residual([Pooling(1)])
    X = np.full((2, 3, 3, 1), np.iinfo(dtype).max if dtype is not bool else True, dtype=dtype)
    np.testing.assert_array_equal(layer.forward(X), 2 * X.astype(float))
    layer.dtype = np.dtype('f4')
    assert layer.forward(X).dtype == np.float32


def test_arrays_inside_can_be_sent_elsewhere(rng):
    layer = Residual([Dense(4)])
    layer.forward(rng.standard_normal((3, 4)))
    for sent in (copy.deepcopy(layer.p), pickle.loads(pickle.dumps(layer.p))):  # noqa: S301
        assert list(sent) == ['0.W', '0.b']
        sent['0.W'] = None  # and reach no layer
    assert layer.p['0.W'] is not None
