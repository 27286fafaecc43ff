"""Layers made of layers, and stray ones. What all composites hand on is in the layer table."""

import copy
from collections import deque
from functools import partial

import numpy as np
import pytest
from layer_table import Chain, own_composite
from networks import make_classifier, quiet

from epynn.commons.errors import LayerError
from epynn.commons.maths import tanh
from epynn.commons.models import Layer
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.template.models import Template


def test_dropout_is_off_in_prediction_also_in_a_composite_that_knows_nothing_of_it():
    model = quiet(make_classifier(own_composite()))
    model.train(1, verbose=0)
    X = model.embedding.dtrain.X
    np.testing.assert_array_equal(model.predict(X).A, model.predict(X).A)
    assert not np.array_equal(model.forward(X, training=True), model.forward(X, training=True))


class Hidden(Template):
    """A layer with others in its attributes, of which nobody knows."""

    def __init__(self, held):
        super().__init__()
        self.held = held


class Told(Hidden):
    def children(self):
        return [self.held]


@pytest.mark.parametrize('wrap', [lambda it: it, lambda it: [it], lambda it: {'a': (1, [it])}])
def test_layers_that_nobody_knows_of_are_refused(wrap):
    model = make_classifier(Hidden(wrap(Dropout(0.5))))
    with pytest.raises(LayerError, match=r'^Hidden: expected layers inside .* Composite, got Drop'):
        quiet(model)


def test_a_layer_with_children_has_to_be_a_composite():
    with pytest.raises(LayerError, match=r'Derive the class from epynn\.commons\.composite\.Comp'):
        quiet(make_classifier(Told(Dense(4))))


def test_a_layer_may_know_another_one_of_the_network():
    first = Dense(4, tanh)
    quiet(make_classifier(first, Hidden(first)))


def test_a_composite_of_copies_is_no_secret():
    class Twice(Chain):
        def __init__(self, layer):
            super().__init__([layer, copy.deepcopy(layer)])

    model = quiet(make_classifier(Twice(Dense(4, tanh))))
    assert list(model.layers[1].p) == ['0.W', '0.b', '1.W', '1.b']
    assert isinstance(model.layers[1], Layer)


class Box:
    def __init__(self, held):
        self.held = held


def call(layer, A):
    return layer.forward(A)


def enclose(layer):
    return lambda A: layer.forward(A)


@pytest.mark.parametrize('wrap', [
    lambda it: {it}, lambda it: np.array([it, None]), Box, enclose, lambda it: partial(call, it),
    lambda it: it.forward, lambda it: deque([Box({'a': (it,)})]), lambda it: {it: 1},
])  # fmt: skip
def test_layers_are_found_however_deep_they_lie(wrap):
    model = make_classifier(Hidden(wrap(Dropout(0.5))))
    with pytest.raises(LayerError, match=r'^Hidden: expected layers inside .* Composite, got Drop'):
        quiet(model)


def test_layers_that_are_made_when_the_input_is_seen_are_found():
    class Late(Template):
        def forward(self, A):
            if 'held' not in vars(self):
                self.held = Dropout(0.5)
            return super().forward(A)

    model = make_classifier(Late())
    with pytest.raises(LayerError, match=r'^Late: expected layers inside .* Composite, got Drop'):
        quiet(model)
    assert not model.initialized


def test_layers_that_a_composite_adds_when_the_input_is_seen_are_refused():
    """They would learn by other settings than the network's."""

    class Growing(Chain):
        def forward(self, A):
            if len(self.layers) == 1:
                self.layers.append(Dropout(0.5))
            return super().forward(A)

    model = make_classifier(Growing([Dense(4, tanh)]))
    with pytest.raises(LayerError, match=r'^Dropout: expected layers .* before its first input'):
        quiet(model)
    assert not model.initialized


def test_a_layer_may_hold_another_network():
    """It passes through layers of its own, and sees to what they need."""
    teacher = quiet(make_classifier(Dropout(0.5)))
    quiet(make_classifier(Hidden(Box(teacher)), Hidden(teacher.predict)))
