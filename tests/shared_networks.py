"""Networks that share an Embedding or layers."""

import numpy as np
from networks import assert_same_parameters, make_data

from epynn.commons.maths import softmax, tanh
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN

X, Y = make_data()


def embed(make=Embedding):
    return make(X, Y, batch_size=5, Y_encode=True)


def build(embedding, name='test', units=5):
    return EpyNN([embedding, Dense(units, tanh), Dropout(0.2), Dense(3, softmax)], name)


def assert_same_networks(a, b):
    assert_same_parameters(a, b)
    assert a.metrics == b.metrics
    for ours, theirs in zip(a.embedding.dsets, b.embedding.dsets, strict=True):
        np.testing.assert_array_equal(ours.A, theirs.A, strict=True)
        np.testing.assert_array_equal(ours.ids, theirs.ids)
