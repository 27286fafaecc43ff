"""Pictures: a scale that tells its numbers, 0 in its middle, and a curve of one epoch."""

import numpy as np
import pytest
from networks import make_classifier, make_data, quiet

from epynn.attention.models import Attention
from epynn.branches.models import Parallel
from epynn.commons.errors import ArgumentError
from epynn.commons.maths import softmax
from epynn.convolution.models import Convolution
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.globalpooling.models import GlobalPooling
from epynn.network.models import EpyNN
from epynn.residual.models import Residual
from epynn.transformer.models import Transformer
from epynn.transposedconvolution.models import TransposedConvolution

pytest.importorskip('matplotlib')


@pytest.mark.parametrize('sign', [1, -1, 0])
def test_filters_have_a_bar_of_colours_with_zero_in_its_middle(sign):
    X = np.random.default_rng(0).random((12, 6, 6, 1))
    layers = [Embedding(X, np.arange(12) % 3, Y_encode=True), Convolution(2), Flatten()]
    model = quiet(EpyNN([*layers, Dense(3, softmax)]))
    if sign:
        model.layers[1].p['W'] = sign * np.abs(model.layers[1].p['W'])
    figure = model.plot_filters(1, pyplot=False, path=False)
    *tiles, bar = figure.axes
    low, high = tiles[0].images[0].get_clim()
    assert low == -high < 0
    assert all(tile.images[0].get_clim() == (low, high) for tile in tiles)
    assert bar.get_ylim() == (low, high)


def test_filters_of_a_transposed_convolution_are_along_its_own_axes():
    X = np.random.default_rng(0).random((12, 3, 3, 4))
    layers = [Embedding(X, np.arange(12) % 3, Y_encode=True), TransposedConvolution(2), Flatten()]
    model = quiet(EpyNN([*layers, Dense(3, softmax)]))
    *tiles, _ = model.plot_filters(1, pyplot=False, path=False).axes
    assert len(tiles) == 2 * 4  # (fh, fw, u, d)
    W = model.layers[1].p['W']
    np.testing.assert_array_equal(tiles[1].images[0].get_array(), W[:, :, 1, 0])


def test_filters_of_a_layer_inside_another_one():
    X = np.random.default_rng(0).random((12, 4, 4, 2))
    inner = Convolution(3, 3, 1, 'same')
    block = Parallel([[Residual([Convolution(2, 1)])], [inner]])
    layers = [Embedding(X, np.arange(12) % 3, Y_encode=True), block, Flatten()]
    model = quiet(EpyNN([*layers, Dense(3, softmax)]))
    *tiles, _ = model.plot_filters(inner, pyplot=False, path=False).axes
    np.testing.assert_array_equal(tiles[1].images[0].get_array(), inner.p['W'][:, :, 0, 1])
    with pytest.raises(ArgumentError, match='layer 1, Residual'):
        model.plot_filters(block.layers[0], pyplot=False, path=False)


def test_a_curve_of_one_epoch_shows_its_point():
    model = quiet(make_classifier())
    model.train(1, verbose=0)
    figure = model.plot(pyplot=False, path=False)
    assert {line.get_marker() for axis in figure.axes for line in axis.lines} == {'o'}
    assert list(figure.axes[-1].get_xticks()) == [0]
    model.train(3, verbose=0)
    assert len(model.plot(pyplot=False, path=False).axes[-1].get_xticks()) > 1


def test_the_loss_of_the_batches_of_a_stream_stands_beside_that_of_the_sets():
    X, y = make_data()
    data = Embedding.from_batches(lambda: [(X, y)] * 3, classes=[0, 1, 2], validation=(X, y))
    model = quiet(EpyNN([data, Dense(3, softmax)]), metrics=['accuracy'], learning_rate=0.001)
    model.train(3, verbose=0)
    axes = model.plot(pyplot=False, path=False).axes
    lines = [[line.get_label() for line in axis.lines] for axis in axes]
    assert [names[: names.index('best: 2')] for names in lines] == [['dval'], ['dval', 'batches']]
    assert [axis.get_legend() is not None for axis in axes] == [False, True]  # it names both


def test_attention_of_layers_and_of_layers_inside_others():
    X = np.random.default_rng(0).standard_normal((9, 5, 4))
    data = Embedding(X, np.arange(9) % 3, Y_encode=True)
    layers = [Attention(2, causal=True), Transformer(4, 8), GlobalPooling(), Dense(3, softmax)]
    model = quiet(EpyNN([data, *layers]))
    inner = model.layers[2].layers[0].layers[1]
    mask = np.array([[True, True, True, False, False], [True] * 5])
    for layer, attention, heads in ((1, layers[0], 2), (2, inner, 4), (inner, inner, 4)):
        figure = model.plot_attention(X[:2], layer, pyplot=False, path=False)
        *tiles, _ = figure.axes
        assert len(tiles) == 2 * heads
        P = attention.fc['P'][1, heads - 1]
        np.testing.assert_array_equal(tiles[-1].images[0].get_array(), P)
    figure = model.plot_attention(X[:2], 2, pyplot=False, path=False, mask=mask)
    shapes = [axis.images[0].get_array().shape for axis in figure.axes[:-1]]
    assert shapes == [(3, 3)] * 4 + [(5, 5)] * 4
