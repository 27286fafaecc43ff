"""TimeDistributed: against its layers step by step, masks, and as the last layer of a network."""

import numpy as np

from epynn import (
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    Residual,
    TimeDistributed,
    Tokens,
    relu,
    softmax,
    tanh,
)
from epynn.commons.models import run_layer
from epynn.timedistributed.forward import timedistributed_forward

X = np.random.default_rng(0).standard_normal((4, 5, 3))
mask = np.arange(5) < np.array([[5], [2], [3], [1]])
M = np.count_nonzero(mask)


def test_each_step_is_what_the_layers_make_of_it():
    layer = TimeDistributed([Dense(4, tanh), Dense(2, softmax)])
    A = layer.forward(X)
    for t in range(5):
        alone = layer.layers[1].forward(layer.layers[0].forward(X[:, t]))
        np.testing.assert_allclose(A[:, t], alone, rtol=1e-13)


def test_steps_that_pad_do_not_reach_the_layers_inside():
    outputs, gradients = [], []
    for filling in (0, 1e6):
        layer = TimeDistributed([BatchNorm(), Dropout(0.3), Dense(2, tanh)])
        layer.np_rng = np.random.default_rng(3)
        padded = np.where(mask[..., np.newaxis], X, filling)
        A, out = run_layer(layer, padded, mask)
        assert out is mask
        assert layer.fs['Xr'] == (M, 3)
        assert layer.layers[2].mask is None
        dX = layer.backward(np.ones_like(A))
        layer.compute_gradients()
        assert not A[~mask].any()
        assert not dX[~mask].any()
        outputs.append(A)
        gradients.append([dX, *layer.g.values()])
    np.testing.assert_array_equal(*outputs)
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_array_equal(one, other)


def test_statistics_are_those_of_real_steps():
    layer = TimeDistributed(BatchNorm())
    A, _ = run_layer(layer, X, mask)
    np.testing.assert_allclose(A[mask].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(A[mask], BatchNorm().forward(X[mask]), rtol=1e-12)


def test_words_of_letters_are_read_step_by_step():
    letters = np.random.default_rng(0).integers(0, 7, (2, 4, 6))  # (m, s, letters)
    layer = TimeDistributed([Tokens(7, 3), TimeDistributed(Dense(2, relu))])
    assert layer.forward(letters).shape == (2, 4, 6, 2)
    layer.backward(np.ones((2, 4, 6, 2)))


def test_float32_stays():
    layer = TimeDistributed(Dense(2))
    for m in (None, mask):
        A, _ = run_layer(layer, X.astype(np.float32), m)
        assert A.dtype == layer.backward(np.ones_like(A)).dtype == np.float32


def test_the_output_is_that_of_the_last_layer_inside():
    last = Dense(2, softmax)
    assert TimeDistributed([Dense(3), TimeDistributed(last)]).output_layer() is last
    assert last.output_layer() is last

    class Own(TimeDistributed):
        def forward(self, A):
            return 2 * timedistributed_forward(self, A)

    layer = Own(Dense(2, softmax))
    assert layer.output_layer() is layer
    assert layer.last_activation() is None


def test_a_single_layer_needs_no_brackets():
    inner: Layer = Residual([Dense(3)])
    assert TimeDistributed(inner).layers == [inner]
