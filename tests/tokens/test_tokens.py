"""Tokens: against one-hot products, what it refuses, and in a network."""

import numpy as np
import pytest
from gradients import check_network, require
from networks import quiet

from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import DataError
from epynn.commons.maths import softmax
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.kernels.lookup import add_rows
from epynn.network.models import EpyNN
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.tokens.models import Tokens


def test_the_same_as_one_hot_products(rng):
    layer = Tokens(6, 3)
    X, dA = rng.integers(0, 6, (4, 8)), rng.standard_normal((4, 8, 3))
    D = np.eye(6)[X]
    np.testing.assert_allclose(layer.forward(X), D @ layer.p['W'], rtol=1e-14)
    layer.backward(dA)
    layer.compute_gradients()
    np.testing.assert_allclose(layer.g['dW'], np.einsum('msv,msu->vu', D, dA), atol=1e-14)


def test_tokens_that_did_not_occur_have_no_gradient(rng):
    layer = Tokens(9, 2)
    layer.forward(np.array([[1, 1, 4]]))
    layer.backward(rng.standard_normal((1, 3, 2)))
    layer.compute_gradients()
    assert set(np.flatnonzero(np.abs(layer.g['dW']).sum(axis=1))) == {1, 4}


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_rows_are_added_up_in_their_data_type(dtype, rng):
    T, dA = rng.integers(0, 5, (50, 40)), rng.standard_normal((50, 40, 3)).astype(dtype)
    expected = np.zeros((5, 3))
    np.add.at(expected, T, dA)
    dW = add_rows(T, dA, 5)
    assert dW.dtype == dtype
    np.testing.assert_array_equal(dW, expected.astype(dtype))


@pytest.mark.parametrize('dtype', [np.uint8, np.int32, np.int64, np.float32, np.float64])
def test_whole_numbers_of_any_type_are_tokens(dtype):
    layer = Tokens(4, 2)
    layer.dtype = np.dtype(np.float64)
    X = np.array([[0, 3], [2, 2]])
    np.testing.assert_array_equal(layer.forward(X.astype(dtype)), layer.p['W'][X])


def test_the_gradient_of_the_input_is_zero(rng):
    layer = Tokens(4, 2)
    layer.forward(np.array([[0.0, 3.0]]))
    np.testing.assert_array_equal(layer.backward(rng.standard_normal((1, 2, 2))), np.zeros((1, 2)))


@pytest.mark.parametrize(
    ('token', 'words'),
    [(4, '4'), (-1, '-1'), (1.5, '1.5'), (np.nan, 'nan'), (np.inf, 'inf'), (1e300, r'1e\+300')],
)
def test_what_is_no_token_is_refused_and_named(token, words):
    X = np.array([[0, 1, 2], [3, token, 9]])
    with pytest.raises(
        DataError,
        match=rf'^Tokens: expected tokens, whole numbers from 0 to 3, got {words} \(\w+\) '
        r'in sample 1, step 1\. \w',
    ):
        Tokens(4, 2).forward(X)


@pytest.mark.parametrize('X', [np.array([[True, False]]), np.array([['a']]), np.array([[1j]])])
def test_what_is_no_number_is_refused(X):
    with pytest.raises(DataError, match=r'^Tokens: expected tokens, .* in sample 0, step 0'):
        Tokens(4, 2).forward(X)


# IN A NETWORK


def make_network(**options):
    """Return a network that tells which of two tokens is more frequent."""
    X = np.random.default_rng(0).integers(0, 5, (40, 6))
    y = ((X == 1).sum(axis=1) > (X == 2).sum(axis=1)).astype(int)
    embedding = Embedding(X, y, (1, 0, 0), Y_encode=True)
    return EpyNN([embedding, Tokens(5, 3, **options), Flatten(), Dense(2, softmax)])


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_it_learns(dtype):
    model = quiet(make_network(), dtype=dtype, optimizer='Adam', reduction='mean')
    model.train(150, verbose=0)
    assert model.layers[1].p['W'].dtype == dtype
    assert model.metrics['accuracy'][0][-1] == 1


def test_gradients_of_a_network():
    model = quiet(make_network())
    batch = model.embedding.batch_dtrain[0]
    require(check_network(model, batch.X, batch.Y))


def test_predicting_an_unknown_token_names_it():
    model = quiet(make_network())
    with pytest.raises(DataError, match=r'got 5\.0 \(float\) in sample 0, step 2'):
        model.predict(np.array([[0, 1, 5, 0, 0, 0]]))


@pytest.mark.parametrize('of', [np.int64, np.uint32, np.float64])
@pytest.mark.parametrize(
    'before', [[], [Reshape((3, 1)), Reshape(3)], [Flatten()]], ids=['first', 'reshaped', 'flat']
)
def test_large_tokens_reach_a_float32_network_as_they_are(of, before):
    """Above 2^24 float32 counts by twos, so that a token was another one."""
    X = np.array([[1, 2, 3], [5, 6, 7]]) + 2**24
    tokens = Tokens(2**24 + 8, 1, initialization=lambda shape, rng: np.zeros(shape))
    model = EpyNN([Embedding(X.astype(of), [0, 1], (1, 0, 0)), *before, tokens, Flatten(), Dense()])
    model.initialize(loss='BCE', dtype='float32', verbose=False)
    A = model.forward(X.astype(of))
    np.testing.assert_array_equal(tokens.fc['T'], X)
    assert A.dtype == np.float32


def test_large_whole_numbers_are_floats_to_layers_that_take_no_tokens():
    X = np.array([[1, 2, 3], [5, 6, 7]]) + 2**40
    for layer in (Dense(2), Residual([Dense(3)]), BatchNorm()):
        model = EpyNN([Embedding(X, [0, 1], (1, 0, 0)), layer, Dense()])
        model.initialize(loss='BCE', dtype='float32', verbose=False)
        model.forward(X)
        assert layer.fc['A'].dtype == np.float32
