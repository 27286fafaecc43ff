"""Layers in several networks, and copies of networks: none changes another in silence."""

import copy
import gc
import pickle

import numpy as np
import pytest
from networks import parameters, quiet
from shared_networks import X, assert_same_networks, build, embed

from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import StateError
from epynn.commons.maths import softmax, tanh
from epynn.dense.models import Dense
from epynn.network.models import EpyNN
from epynn.residual.models import Residual

# Other layers


@pytest.mark.parametrize(
    'use',
    [
        lambda model: model.train(1, verbose=0),
        lambda model: model.evaluate(),
        lambda model: model.predict(X),
        lambda model: model.write(),
    ],
)
def test_a_network_whose_layers_were_taken_over_says_so(use):
    older = quiet(build(embed(), 'older'))
    newer = quiet(EpyNN([embed(), *older.layers[1:-1], Dense(3, softmax)], 'newer'))
    words = r"Dense \(layer 1\), Dropout \(layer 2\) taken over by the network 'newer'\. Hand"
    with pytest.raises(StateError, match=words):
        use(older)
    newer.train(1, verbose=0)


def test_layers_inside_others_are_seen():
    inner = Dense(4, tanh)
    older = quiet(EpyNN([embed(), Residual([inner, BatchNorm()]), Dense(3, softmax)]))
    newer = quiet(EpyNN([embed(), Residual([inner]), Dense(3, softmax)], 'newer'))
    with pytest.raises(StateError, match=r"Dense \(layer 1\) taken over by the network 'newer'"):
        older.predict(X)
    newer.predict(X)


def test_initialize_takes_layers_back_in_the_open():
    older = quiet(build(embed(), 'older'))
    newer = quiet(EpyNN(older.layers, 'newer'))
    newer.train(2, verbose=0)
    learned = parameters(newer)
    quiet(older, params=False)
    older.train(1, verbose=0)
    with pytest.raises(StateError, match="taken over by the network 'older'"):
        newer.train(1, verbose=0)
    assert np.any(learned[1]['W'] != older.layers[1].p['W'])


def test_a_copy_of_a_layer_may_go_to_another_network():
    older = quiet(build(embed()))
    before = parameters(older)
    newer = quiet(EpyNN([embed(), copy.deepcopy(older.layers[1]), Dense(3, softmax)]), params=False)
    np.testing.assert_array_equal(newer.layers[1].p['W'], before[1]['W'])
    newer.train(1, verbose=0)
    for ours, theirs in zip(before, parameters(older), strict=True):
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name])
    older.train(1, verbose=0)


# Copies of networks


def through_pickle(model):
    return pickle.loads(pickle.dumps(model))  # noqa: S301


@pytest.mark.parametrize('duplicate', [copy.deepcopy, through_pickle])
def test_a_copy_of_a_network_is_another_that_learns_the_same(duplicate, alone):
    model = quiet(build(embed()), optimizer='Adam')
    model.train(5, verbose=0)
    again = duplicate(model)
    again.train(3, verbose=0)
    assert_same_networks(again, alone)
    model.train(3, verbose=0)
    assert_same_networks(model, alone)
    newer = quiet(build(again.embedding))  # the twin goes to the copy
    assert again.embedding is not newer.embedding
    assert model.embedding is not again.embedding
    again.train(1, verbose=0)
    model.train(1, verbose=0)
    assert_same_networks(again, model)


def test_a_shallow_copy_takes_the_layers_that_it_shares():
    model = quiet(build(embed(), 'first'))
    again = copy.copy(model)
    again.train(1, verbose=0)
    with pytest.raises(StateError, match='taken over by the network'):
        model.train(1, verbose=0)


def test_a_copy_of_a_network_that_lost_its_layers_lacks_them_too():
    older = quiet(build(embed()))
    newer = quiet(EpyNN(older.layers))
    with pytest.raises(StateError, match='taken over'):
        copy.deepcopy(older).predict(X)
    copy.deepcopy(newer).predict(X)


# Passes by hand


def by_hand(model, what):
    if what == 'forward':
        return model.forward(X)
    return model.backward(np.ones((len(X), 3))) if what == 'backward' else model.update_parameters()


@pytest.mark.parametrize('what', ['forward', 'backward', 'update_parameters'])
def test_a_network_that_was_not_initialized_leaves_the_layers_of_another_alone(what):
    model = quiet(build(embed()))
    model.train(1, verbose=0)
    before, cache = parameters(model), dict(model.layers[1].fc)
    other = EpyNN([embed(), model.layers[1], Dense(3, softmax)], 'other')
    with pytest.raises(StateError, match=rf"{what}: .*Dense \(layer 1\) of the network 'test'"):
        by_hand(other, what)
    assert all(model.layers[1].fc[name] is array for name, array in cache.items())
    for ours, kept in zip(parameters(model), before, strict=True):
        assert all(np.array_equal(ours[name], kept[name]) for name in kept)


@pytest.mark.parametrize('what', ['forward', 'backward', 'update_parameters'])
def test_a_network_that_lost_a_layer_makes_no_passes_by_hand(what):
    model = quiet(build(embed()))
    other = quiet(EpyNN([embed(), model.layers[1], Dense(3, softmax)], 'other'))
    with pytest.raises(StateError, match=r"Dense \(layer 1\) taken over by the network 'other'"):
        by_hand(model, what)
    assert by_hand(other, 'forward').shape == (len(X), 3)


def test_layers_copied_or_of_a_network_that_is_gone_are_free():
    model = quiet(build(embed()))
    copied = EpyNN([model.embedding, *copy.deepcopy(model.layers[1:])])
    np.testing.assert_array_equal(copied.forward(X), model.forward(X))
    layers = model.layers[1:]
    A = model.forward(X)
    del model, copied
    gc.collect()
    np.testing.assert_array_equal(EpyNN([embed(), *layers]).forward(X), A)
