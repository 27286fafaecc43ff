"""What a network asks of the layer that holds its data."""

import numpy as np
import pytest
from networks import quiet

from epynn.commons.data_source import DataSource
from epynn.commons.errors import LayerError
from epynn.commons.maths import softmax
from epynn.commons.models import Layer
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN
from epynn.template.models import Template

X, Y = np.random.default_rng(0).normal(size=(12, 3)), np.arange(12) % 3


def test_an_embedding_is_a_source_of_data_and_other_layers_are_none():
    assert isinstance(Embedding(X, Y), DataSource)
    assert not isinstance(Dense(), DataSource)
    assert {cls.holds_data for cls in (Layer, Dense, Template)} == {False}


def test_a_layer_that_says_it_holds_data_and_lacks_some_is_refused():
    class Half(Template):
        holds_data = True
        dtrain = dval = dtest = None

    message = r'^Half: expected all that .*, got a layer without dsets, order, .*, encode\. Derive'
    with pytest.raises(LayerError, match=message):
        EpyNN([Half(), Dense(3, softmax)])


def test_a_source_of_data_need_not_be_an_embedding():
    """One of the user's own, which holds an Embedding and hands everything on."""

    class Own(Template):
        holds_data = True

        def __init__(self, inner):
            super().__init__()
            self.inner = inner
            for name in (*DataSource.__annotations__, 'encode'):
                setattr(self, name, getattr(inner, name))

        def training_batches(self, init=False):
            self.inner.np_rng = self.np_rng
            self.inner.training_batches(init)
            self.order, self.batch_dtrain = self.inner.order, self.inner.batch_dtrain

    networks = []
    for make in (lambda it: it, Own):
        embedding = make(Embedding(X, Y, batch_size=4, Y_encode=True))
        model = quiet(EpyNN([embedding, Dense(3, softmax)]))
        model.train(3, verbose=0)
        networks.append(model)
    ours, theirs = networks
    np.testing.assert_array_equal(ours.layers[1].p['W'], theirs.layers[1].p['W'])
    np.testing.assert_array_equal(ours.predict(X).A, theirs.predict(X).A)
