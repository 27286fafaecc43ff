"""Layers made of layers: what is set on one is set on those inside, by one route."""

import copy
from collections import deque
from functools import partial

import numpy as np
import pytest
from layer_table import ROWS
from networks import make_classifier, quiet

from epynn.commons.composite import Composite
from epynn.commons.errors import LayerError
from epynn.commons.maths import tanh
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import Adam
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.template.models import Template


class Chain(Composite):
    """Layers in turn, by a user who wrote nothing but the mathematics."""

    def compute_shapes(self, A):
        self.d['m'] = len(A)

    def initialize_parameters(self):
        for layer in self.layers:
            layer.initialize_parameters()

    def forward(self, A):
        A = self.receive_input(A)
        for layer in self.layers:
            A = layer.forward(A)
        self.fc['A'] = A
        return A

    def backward(self, dX):
        dX = self.receive_gradient(dX)
        for layer in reversed(self.layers):
            dX = layer.backward(dX)
        self.bc['dX'] = dX
        return dX

    def compute_gradients(self):
        for layer in self.layers:
            layer.compute_gradients()


class LateChain(Chain):
    """Parameters are drawn by the layers inside, when they see their input."""

    def initialize_parameters(self):
        pass


def own():
    return LateChain([Dense(4, tanh), Dropout(0.5), LateChain([Dropout(0.5), Dense(3, tanh)])])


COMPOSITES = {row.name: row.make for row in ROWS if isinstance(row.make(), Composite)}
each_composite = pytest.mark.parametrize(
    'make', [*COMPOSITES.values(), own], ids=[*COMPOSITES, 'own']
)


@each_composite
@pytest.mark.parametrize(
    ('name', 'values'),
    [('training', [False, True]), ('dtype', [np.dtype('f4'), np.dtype('f8')]),
     ('optimizer', [Adam()]), ('e', [3])],
)  # fmt: skip
def test_what_is_set_is_set_on_all_layers_inside(make, name, values):
    layer = make()
    assert len(list(walk_layers([layer]))) > 1
    for duplicate in (layer, copy.deepcopy(layer)):
        for value in values:
            setattr(duplicate, name, value)
            assert all(getattr(inner, name) is value for inner in walk_layers([duplicate]))


@each_composite
def test_each_layer_inside_has_a_stream_of_its_own_from_the_one_seed(make):
    streams = []
    for seed in (7, 7, 8):
        layer = make()
        layer.np_rng = np.random.default_rng(seed)
        inside = list(walk_layers([layer]))[1:]
        streams.append([inner.np_rng.bit_generator.state['state']['state'] for inner in inside])
    assert streams[0] == streams[1]
    assert len({*streams[0], *streams[2]}) == 2 * len(streams[0])


def test_dropout_is_off_in_prediction_also_in_a_composite_that_knows_nothing_of_it():
    model = quiet(make_classifier(own()))
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
    class Twice(LateChain):
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


def test_a_layer_may_hold_another_network():
    """It passes through layers of its own, and sees to what they need."""
    teacher = quiet(make_classifier(Dropout(0.5)))
    quiet(make_classifier(Hidden(Box(teacher)), Hidden(teacher.predict)))
