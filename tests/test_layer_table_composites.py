"""Layers made of layers: what is set on one, and what it hands on to those inside."""

import copy

import numpy as np
import pytest
from layer_checks import (
    assert_same_arrays,
    each_composite,
    through_pickle,
)

from epynn.commons.composite import HandedOn
from epynn.commons.maths import identity, lrelu
from epynn.commons.models import Layer, walk_layers
from epynn.commons.optimize import Adam
from epynn.commons.penalties import L2
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.flatten.models import Flatten
from epynn.network.models import EpyNN

HANDED_ON = {
    'training': False, 'dtype': np.dtype('f4'), 'optimizer': Adam(), 'penalty': L2(0.5),
    'owner': object(), 'e': 3, 'carries': True, 'se_hPars': {'learning_rate': 0.3},
    'ranks': object(),
}  # fmt: skip
"""What the layers inside a composite share, and values that are not those they begin with."""


def inside(layer):
    """Return the layers inside, however deep."""
    return list(walk_layers([layer]))[1:]


def leaves(layer):
    return [inner for inner in inside(layer) if not inner.children()]


@each_composite
@pytest.mark.parametrize('duplicate', [lambda it: it, copy.deepcopy, through_pickle, Layer.twin])
def test_what_is_set_on_a_composite_is_set_on_all_layers_inside(row, duplicate):
    layer = duplicate(row.make())
    marked = {
        name
        for cls in type(layer).__mro__
        for name, attribute in vars(cls).items()
        if isinstance(attribute, HandedOn)
    }
    assert marked == {*HANDED_ON, 'np_rng'}
    assert inside(layer)
    for name, value in HANDED_ON.items():
        setattr(layer, name, value)
        assert all(getattr(inner, name) is value for inner in inside(layer))


@each_composite
def test_each_layer_inside_has_a_stream_of_its_own_from_the_one_seed(row):
    streams = []
    for seed in (7, 7, 8):
        layers = inside(row.make_layer(seed=seed))
        streams.append([inner.np_rng.bit_generator.state['state']['state'] for inner in layers])
    assert streams[0] == streams[1]
    assert len({*streams[0], *streams[2]}) == 2 * len(streams[0])


@each_composite
def test_settings_reach_all_layers_inside_their_own_ones_first(row):
    layer = row.make()
    first, *others = leaves(layer)
    first.se_hPars = {'LRELU_alpha': 0.2}
    for inner in (first, *others):
        inner.set_activations(probe=lrelu)
    layer.set_hyperparameters({'LRELU_alpha': 0.7})
    assert first.probe.hyperparameters == {'alpha': 0.2}
    assert all(inner.probe.hyperparameters == {'alpha': 0.7} for inner in others)


@each_composite
def test_parameters_of_a_composite_are_those_of_the_layers_inside(row):
    layer, _, _ = row.run()
    for kind, prefix in (('p', ''), ('g', 'd'), ('s', '')):
        expected = {
            f'{prefix}{i}.{name.removeprefix(prefix)}': array
            for i, inner in enumerate(layer.children())
            for name, array in getattr(inner, kind).items()
        }
        gathered = getattr(layer, kind)
        assert list(gathered) == list(expected)
        assert all(gathered[name] is expected[name] for name in expected)
        setattr(layer, kind, {name: array + 1 for name, array in expected.items()})
        for name, array in expected.items():
            np.testing.assert_array_equal(getattr(layer, kind)[name], array + 1)
            getattr(layer, kind)[name] = array
            assert getattr(layer, kind)[name] is array
    assert dict.fromkeys(layer.p) == dict.fromkeys(row.parameters)


@each_composite
def test_a_penalty_on_a_composite_is_one_on_the_weights_of_all_layers_inside(row):
    layer, _, _ = row.run()
    before = dict(layer.g)
    layer.penalty = L2(0.5)
    layer.add_penalty_gradient(2)
    weights = [name for name in row.parameters if name.split('.')[-1][0] in 'WUV']
    total = sum(0.25 * np.sum(layer.p[name] ** 2) for name in weights)
    assert layer.compute_penalty() == pytest.approx(total, rel=1e-12)
    for name, p in layer.p.items():
        expected = before[f'd{name}'] + (p if name in weights else 0)
        np.testing.assert_allclose(layer.g[f'd{name}'], expected, rtol=1e-12)


def composite_network(row, **settings):
    """Return a network around a composite, initialized."""
    X = row.draw_input(shape=(12, *row.input_shape[1:]))
    layers = [Embedding(X, X[:, 0].mean(axis=(*range(1, X.ndim - 1),)), (1, 0, 0), 4)]
    model = EpyNN([*layers, row.make(), Flatten(), Dense(1, identity)])
    model.initialize(seed=1, verbose=False, **settings)
    return model


@each_composite
def test_layers_inside_a_composite_learn_by_the_settings_of_the_network(row):
    model = composite_network(row, dtype='float32', optimizer='Adam', learning_rate=0.01)
    layer = model.layers[1]
    model.train(2, verbose=0)
    for inner in inside(layer):
        assert inner.dtype == np.float32
        assert inner.optimizer is model.optimizer
        assert inner.owner is model.owner
        assert inner.lrate == [0.01, 0.01]
        assert inner.e == 1
    for leaf in leaves(layer):
        assert all(p.dtype == np.float32 for p in leaf.p.values())
        assert {name: moments['t'] for name, moments in leaf.moments.items()} == dict.fromkeys(
            leaf.p, 6
        )  # steps, all of them


@each_composite
def test_layers_inside_a_composite_that_is_frozen_stay(row):
    model = composite_network(row)
    layer = model.layers[1]
    layer.trainable = False
    before = {name: np.array(p) for name, p in layer.p.items()}
    model.train(1, verbose=0)
    assert_same_arrays(layer.p, before)
    assert not any(inner.trainable for inner in leaves(layer))
    layer.trainable = True
    assert all(leaf.trainable == leaf.draws_parameters() for leaf in leaves(layer))


@each_composite
def test_prediction_by_a_composite_draws_nothing_and_changes_nothing(row):
    model = composite_network(row)
    model.train(1, verbose=0)
    X = model.embedding.dtrain.X
    streams = [inner.np_rng.bit_generator.state for inner in inside(model.layers[1])]
    state = {name: np.array(s) for name, s in model.layers[1].s.items()}
    caches = [dict(inner.fc) for inner in inside(model.layers[1])]
    first, second = model.predict(X).A, model.predict(X).A
    np.testing.assert_array_equal(first, second)
    assert [inner.np_rng.bit_generator.state for inner in inside(model.layers[1])] == streams
    assert_same_arrays(model.layers[1].s, state)
    for inner, cache in zip(inside(model.layers[1]), caches, strict=True):
        assert all(inner.fc[name] is array for name, array in cache.items())
    outside = model.forward(X)
    np.testing.assert_allclose(outside, first, rtol=1e-12)
    assert np.array_equal(model.forward(X, training=True), outside) != row.modes_differ
