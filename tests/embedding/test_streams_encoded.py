"""Frames, tokens, labels, scale and weights of batches that a function draws."""

import numpy as np
import pytest
from embedding.streams import CLASSES, X, Y, network
from networks import assert_same_parameters, quiet

from epynn import (
    Dense,
    Embedding,
    EpyNN,
    sigmoid,
    softmax,
)
from epynn.commons.errors import (
    ArgumentError,
)
from epynn.commons.io import feature_scale
from epynn.flatten.models import Flatten


def test_frames_and_a_column_by_its_name():
    pandas = pytest.importorskip('pandas')
    frame = pandas.DataFrame(X, columns=list('abcd')).assign(kind=Y)

    def batches():
        for start in range(0, 60, 7):
            yield frame[start : start + 7], 'kind'

    model, expected = network(batches), network()
    assert model.embedding.features == list('abcd')
    for each in (model, expected):
        each.train(1, verbose=0)
    assert_same_parameters(model, expected)


def test_tokens_labels_and_scale_are_told():
    words = np.array([list('abc'), list('bca'), list('cab'), list('aab')])
    animals = ['cat', 'dog', 'cat', 'dog']

    def batches():
        yield words[:2], animals[:2]
        yield words[2:], animals[2:]

    data = Embedding.from_batches(batches, tokens=list('abc'), classes=['dog', 'cat'])
    model = quiet(EpyNN([data, Flatten(), Dense(2, softmax)]))
    model.train(60, verbose=0)
    assert model.predict(words, X_encode=True).labels.tolist() == animals
    np.testing.assert_array_equal(data.batch_dtrain[0].Y, [[0, 1], [1, 0]])

    scale = feature_scale(X)
    model = network(scale=scale, validation=(X, Y))
    data = Embedding(X, Y, (1, 0, 0), Y_encode=True, X_scale=True)
    np.testing.assert_array_equal(model.embedding.dval.X, data.dtrain.X)
    np.testing.assert_array_equal(model.embedding.batch_dtrain[0].X, data.dtrain.X[:7])
    model.train(2, verbose=0)
    assert model.predict(X, X_scale=True).A.shape == (60, 3)


def test_weights_of_samples_and_of_classes_act_as_with_arrays():
    w = np.arange(60.0)
    data = Embedding(X, Y, (1, 0, 0), Y_encode=True, sample_weight=w)
    expected = quiet(EpyNN([data, Dense(3, softmax)]), class_weight={1: 5.0})
    stream = Embedding.from_batches(lambda: [(X, Y, w)], classes=CLASSES)
    model = quiet(EpyNN([stream, Dense(3, softmax)]), class_weight={1: 5.0})
    for each in (expected, model):
        each.train(1, verbose=0)
    np.testing.assert_allclose(model.layers[1].p['W'], expected.layers[1].p['W'], rtol=1e-12)
    yes = Embedding.from_batches(lambda: [(X, Y > 1)])
    model = quiet(EpyNN([yes, Dense(1, sigmoid)]), loss='BCE', class_weight={1: 3})
    assert model.class_weights == {1: 3}
    with pytest.raises(ArgumentError, match="nobody counted the labels of a stream, got 'balanced"):
        quiet(EpyNN([yes, Dense(1, sigmoid)]), loss='BCE', class_weight='balanced')
