"""Parallel: by hand, what may be joined, parts of the input, masks, and twins."""

import math

import numpy as np
import pytest

from epynn.activation.models import Activation
from epynn.branches.models import Parallel
from epynn.commons.composite import Composite
from epynn.commons.errors import LayerError, ShapeError
from epynn.commons.maths import identity, tanh
from epynn.commons.models import run_layer
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.globalpooling.models import GlobalPooling
from epynn.residual.models import Residual
from epynn.template.models import Template
from epynn.tokens.models import Tokens

JOINS = {
    'concatenate': lambda arrays: np.concatenate(arrays, axis=-1),
    'add': sum,
    'multiply': math.prod,
    'mean': lambda arrays: sum(arrays) / len(arrays),
}


@pytest.mark.parametrize('join', JOINS)
def test_by_hand(rng, join):
    layer = Parallel([[Dense(3, identity)], [Dense(3, tanh)], [Dense(3, identity)]], join)
    X = rng.standard_normal((4, 5))
    A = layer.forward(X)
    W, b = ([layer.p[f'{k}.{name}'] for k in range(3)] for name in 'Wb')
    A0, A1, A2 = X @ W[0] + b[0], np.tanh(X @ W[1] + b[1]), X @ W[2] + b[2]
    np.testing.assert_allclose(A, JOINS[join]([A0, A1, A2]), rtol=1e-13)
    dA = rng.standard_normal(A.shape)
    dA0, dA1, dA2 = np.split(dA, 3, axis=1) if join == 'concatenate' else [dA] * 3
    if join == 'multiply':
        dA0, dA1, dA2 = dA * A1 * A2, dA * A0 * A2, dA * A0 * A1
    elif join == 'mean':
        dA0, dA1, dA2 = dA / 3, dA / 3, dA / 3
    dX = dA0 @ W[0].T + (dA1 * (1 - A1**2)) @ W[1].T + dA2 @ W[2].T
    np.testing.assert_allclose(layer.backward(dA), dX, rtol=1e-12)


def test_a_product_with_a_factor_of_zero_has_the_right_gradient():
    """Dividing the product by the factor would give 0 / 0."""
    parts = [(0, 1), (1, 2), (2, 3)]
    layer = Parallel([[Template()], [Template()], [Template()]], 'multiply', parts)
    layer.forward(np.array([[0.0, 2.0, 5.0], [0.0, 0.0, 3.0]]))
    dX = layer.backward(np.ones((2, 1)))
    assert dX.tolist() == [[10, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize('join', JOINS)
def test_one_branch_is_itself(rng, join):
    layer = Parallel([[Dense(3, tanh)]], join)
    X, dA = rng.standard_normal((4, 5)).astype('f4'), rng.standard_normal((4, 3)).astype('f4')
    np.testing.assert_array_equal(layer.forward(X), layer.layers[0].fc['A'])
    dX = layer.backward(dA)
    np.testing.assert_array_equal(dX, layer.layers[0].bc['dX'])
    assert dX.dtype == np.float32


@pytest.mark.parametrize('join', JOINS)
@pytest.mark.parametrize('dtype', ['u1', 'i1', '?', 'i8'])
def test_integers_do_not_wrap_around(join, dtype):
    layer = Parallel([[], [Template()]], join)
    layer.dtype = np.dtype('f4')
    X = np.full((2, 3), 100 if dtype != '?' else True, dtype)
    A = layer.forward(X)
    assert A.dtype == np.float32
    np.testing.assert_array_equal(A, JOINS[join]([X.astype('f4')] * 2))


# PARTS OF THE INPUT


def test_parts_that_overlap_get_the_sum_of_their_gradients(rng):
    layer = Parallel([[Dense(2, tanh)], [Template()], []], inputs=[(0, 3), (2, 4), None])
    X = rng.standard_normal((5, 4))
    A = layer.forward(X)
    np.testing.assert_array_equal(A[:, 2:4], X[:, 2:])
    np.testing.assert_array_equal(A[:, 4:], X)
    dA = rng.standard_normal(A.shape)
    expected = dA[:, 4:].copy()
    dX = layer.backward(dA)
    expected[:, :3] += layer.layers[0].bc['dX']
    expected[:, 2:] += dA[:, 2:4]
    np.testing.assert_allclose(dX, expected, rtol=1e-14)


def test_towers_of_tokens():
    """Of each row the first two tokens are of one vocabulary, and the third of another."""
    first = [Tokens(9, 2), Residual([Activation(tanh)]), GlobalPooling()]
    layer = Parallel([first, [Tokens(4, 2), GlobalPooling()]], 'add', [(0, 2), (2, 3)])
    T = np.array([[8, 1, 3], [0, 0, 0]])
    A = layer.forward(T)
    W0, W1 = layer.p['0.W'], layer.p['3.W']
    expected = W0[T[:, :2]] + np.tanh(W0[T[:, :2]])
    np.testing.assert_allclose(A, expected.mean(axis=1) + W1[T[:, 2]], rtol=1e-14)
    assert layer.backward(np.ones_like(A)).shape == T.shape


@pytest.mark.parametrize('X', [np.ones(4), np.ones((3, 3)), np.ones((3, 5)), np.ones((2, 4, 3))])
def test_parts_of_another_input_are_refused(X):
    layer = Parallel([[Dropout(0)], [Dense(2)]], inputs=[(0, 2), (2, 4)])
    with pytest.raises(ShapeError, match=r'Parallel: expected an input of 4 features'):
        layer.forward(X)


# SHAPES AND MASKS


@pytest.mark.parametrize('join', ['add', 'multiply', 'mean'])
def test_nothing_is_broadcast(rng, join):
    layer = Parallel([[Dense(1)], [Dense(3)]], join)
    with pytest.raises(ShapeError, match=rf"one shape.*by '{join}', got \(m, 1\) and \(m, 3\)"):
        layer.forward(rng.standard_normal((3, 4)))


def test_a_mask_goes_along_each_branch(rng):
    X, mask = rng.standard_normal((3, 4, 2)), np.arange(4) < np.array([[4], [2], [3]])
    layer = Parallel([[], [Template(), Residual([Activation(tanh)])]])
    _, out = run_layer(layer, X, mask)
    np.testing.assert_array_equal(out, mask)
    assert layer.layers[1].layers[0].mask is mask


@pytest.mark.parametrize('kind', [Parallel, Residual])
def test_branches_behind_which_other_steps_are_real_are_refused(rng, kind):
    class Forgets(Template):
        def output_mask(self):
            return None

    X, mask = rng.standard_normal((3, 4, 2)), np.arange(4) < np.array([[4], [2], [3]])
    layer = kind([[Template()], [Forgets()]]) if kind is Parallel else kind([Forgets()])
    assert run_layer(layer, X, None)[1] is None
    with pytest.raises(LayerError, match=f'{kind.__name__}: expected chains of layers behind'):
        run_layer(layer, X, mask)


# TWINS


def test_a_twin_has_twins_of_layers_however_they_are_kept(rng):
    """Layers in lists of lists, or dictionaries, were used themselves: their caches changed."""

    class Own(Composite):
        def __init__(self):
            self.by_name = {'first': Dense(3), 'rest': [(Dense(4),), Dense(2)]}
            super().__init__([self.by_name['first'], *self.rest()])

        def rest(self):
            (second,), third = self.by_name['rest']
            return second, third

        def forward(self, A):
            A = self.receive_input(A)
            for layer in (self.by_name['first'], *self.rest()):
                A = layer.forward(A)
            self.fc['A'] = A
            return A

        def backward(self, dX):
            return dX

    layer = Own()
    X, other = rng.standard_normal((2, 5, 4))
    layer.forward(X)
    kept = [inner.fc['A'] for inner in layer.layers]
    twin = layer.twin()
    assert twin.forward(other).shape == (5, 2)
    assert all(inner.fc['A'] is A for inner, A in zip(layer.layers, kept, strict=True))
    assert twin.by_name['first'] is twin.layers[0] is not layer.layers[0]
    assert twin.rest() == (twin.layers[1], twin.layers[2])
