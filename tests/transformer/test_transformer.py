"""A Transformer is the layers it is made of: in pieces, in files, and before it sees anything."""

import numpy as np
import pytest
from networks import quiet

from epynn import (
    Dense,
    Embedding,
    EpyNN,
    GlobalPooling,
    Transformer,
    gelu,
    read_model,
    softmax,
    tanh,
)  # fmt: skip
from epynn.commons.errors import LayerError, ShapeError


@pytest.mark.parametrize('norm', ['pre', 'post'])
@pytest.mark.parametrize('masked', [False, True])
def test_in_pieces_as_in_one(rng, norm, masked):
    layer = Transformer(2, 6, gelu, norm, causal=True, kv_heads=1, rotary=True)
    X = rng.standard_normal((3, 9, 4))
    mask = rng.random((3, 9)) < 0.7 if masked else np.ones((3, 9), dtype=bool)
    layer.mask = mask if masked else None
    whole = np.array(layer.forward(X))
    layer.carries, pieces = True, []
    for start, end in ((0, 4), (4, 5), (5, 9)):
        layer.mask = mask[:, start:end] if masked else None
        pieces.append(layer.forward(X[:, start:end]))
    joined = np.concatenate(pieces, axis=1)
    np.testing.assert_allclose(joined[mask], whole[mask], rtol=0, atol=1e-12)


def test_a_block_that_is_not_causal_carries_nothing(rng):
    layer = Transformer(2, 6)
    layer.carries = True
    with pytest.raises(LayerError, match=r'^Attention, layer 1 inside Residual, .*causal=True'):
        layer.forward(rng.standard_normal((3, 9, 4)))


@pytest.mark.parametrize('norm', ['pre', 'post'])
def test_the_layers_inside_one_by_one_compute_the_same(rng, norm):
    layer = Transformer(2, 6, tanh, norm)
    X = rng.standard_normal((3, 5, 4))
    A = layer.forward(X)
    for inner in layer.layers:
        X = inner.forward(X)
    np.testing.assert_array_equal(X, A)
    dA = dX = rng.standard_normal(A.shape)
    for inner in reversed(layer.layers):
        dX = inner.backward(dX)
    np.testing.assert_array_equal(layer.backward(dA), dX)


def test_a_twin_of_a_block_that_has_seen_nothing(rng):
    layer = Transformer(2, 6)
    assert layer.twin().forward(rng.standard_normal((3, 5, 4))).shape == (3, 5, 4)
    assert not layer.p


def test_dropout_is_where_that_of_pytorch_is():
    with_it, without = Transformer(2, 6, dropout=0.1), Transformer(2, 6)
    assert repr(with_it.layers[0].layers) == (
        '[LayerNorm(), Attention(2, units=None, causal=False, dropout=0.1, kv_heads=None, '
        'rotary=False, initialization=xavier), Dropout(0.1)]'
    )
    assert 'Dropout' in repr(with_it.layers[1].layers[1].layers[1])
    assert len(without.layers[1].layers[1].layers) == 2


def test_heads_that_do_not_divide_the_elements_are_named_with_their_place(rng):
    with pytest.raises(ShapeError, match=r'elements of a step.*multiple of 3 for 3 heads, got 4'):
        Transformer(3, 6).forward(rng.standard_normal((2, 5, 4)))


def test_blocks_in_a_network_learn_and_are_read_as_they_were_written(rng, tmp_path):
    X = rng.standard_normal((40, 6, 4))
    y = (X[:, 0, 0] > X[:, 5, 1]).astype(int)
    blocks = [Transformer(2, 8, gelu, rotary=True), Transformer(1, 8, norm='post', dropout=0.1)]
    data = Embedding(X, y, Y_encode=True, relative_size=(1, 0, 0), batch_size=10)
    model = EpyNN([data, *blocks, GlobalPooling(), Dense(2, softmax)])
    quiet(model, loss='CCE', optimizer='Adam', learning_rate=0.01)
    model.train(60, verbose=0)
    assert model.metrics['CCE'][0][-1] < 0.6 * model.metrics['CCE'][0][0]
    model.write(tmp_path / 'blocks.safetensors')
    again = read_model(tmp_path / 'blocks.safetensors')
    np.testing.assert_array_equal(again.predict(X).A, model.predict(X).A)
