"""Embeddings and layers in several networks: none changes another in silence."""

import copy
import gc
import io
import pickle
import threading
import weakref

import numpy as np
import pytest
from networks import assert_same_parameters, make_data, parameters, quiet

from epynn.batchnorm.models import BatchNorm
from epynn.commons.errors import LabelError, StateError
from epynn.commons.loss import CCE, LabelSmoothing
from epynn.commons.maths import softmax, tanh
from epynn.commons.optimize import Adam
from epynn.commons.schedule import ReduceOnPlateau
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN
from epynn.residual.models import Residual

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


# One Embedding, several networks


@pytest.fixture
def alone():
    """Return a network that trained with an Embedding of its own, five epochs and three."""
    model = quiet(build(embed()), optimizer='Adam')
    model.train(5, verbose=0)
    model.train(3, verbose=0)
    return model


def test_an_older_network_goes_on_as_if_the_newer_one_did_not_exist(alone):
    embedding = embed()
    older = quiet(build(embedding), optimizer='Adam')
    older.train(5, verbose=0)
    newer = quiet(build(embedding, units=2), seed=9, dtype='float32', reduction='mean')
    newer.train(2, verbose=0)
    older.train(3, verbose=0)
    newer.train(1, verbose=0)
    assert_same_networks(older, alone)
    np.testing.assert_array_equal(older.predict(X).A, alone.predict(X).A)


def test_a_newer_network_learns_what_it_would_from_an_embedding_of_its_own(alone):
    embedding = embed()
    quiet(build(embedding), seed=7, dtype='float32').train(2, verbose=0)
    newer = quiet(build(embedding), optimizer='Adam')
    newer.train(5, verbose=0)
    newer.train(3, verbose=0)
    assert_same_networks(newer, alone)


def test_the_embedding_at_hand_is_that_of_the_newest_network_and_data_are_not_copied():
    embedding = embed()
    older = quiet(build(embedding))
    older.train(1, verbose=0)
    A = embedding.dtrain.A
    newer = quiet(build(embedding))
    assert newer.embedding is newer.layers[0] is embedding
    assert older.embedding is older.layers[0] is older.prepared[0][0] is not embedding
    for ours, theirs in zip(older.embedding.dsets, embedding.dsets, strict=True):
        assert ours.X is theirs.X
        assert ours.Y is theirs.Y
    assert older.embedding.dtrain.A is A
    assert embedding.dtrain.A is None
    newer.train(1, verbose=0)
    assert embedding.dtrain.A is not None


def test_three_networks_in_turn_train_by_turns():
    def make(embedding, seed):
        return quiet(build(embedding), seed=seed, optimizer=Adam(), metrics=['accuracy'])

    embedding = embed()
    together = [make(embedding, seed) for seed in (1, 2, 3)]
    for _ in range(2):
        for model in together:
            model.train(2, verbose=0)
    for seed, model in zip((1, 2, 3), together, strict=True):
        own = make(embed(), seed)
        own.train(2, verbose=0)
        own.train(2, verbose=0)
        assert_same_networks(model, own)


def test_shared_settings_hold_no_state():
    loss, optimizer = LabelSmoothing(CCE, 0.1), Adam(beta1=0.8)
    se_hPars = {'learning_rate': 0.05, 'schedule': ReduceOnPlateau(patience=0)}
    shared = {'loss': loss, 'optimizer': optimizer, 'se_hPars': se_hPars}
    older, newer = (quiet(build(embed()), **shared) for _ in range(2))
    for model in (older, newer, older, newer):
        model.train(4, verbose=0)
    assert_same_networks(older, newer)


def test_a_network_that_was_dropped_is_collected_and_leaves_no_twin(monkeypatch):
    embedding = embed()
    older = quiet(build(embedding))
    older.train(1, verbose=0)
    seen = weakref.ref(older)
    del older
    gc.collect()
    assert seen() is None
    monkeypatch.setattr('epynn.network.ownership.make_twin', None)
    quiet(build(embedding)).train(1, verbose=0)


def test_a_network_that_is_only_built_changes_nothing(alone):
    embedding = embed()
    model = quiet(build(embedding), optimizer='Adam')
    model.train(5, verbose=0)
    EpyNN(model.layers)
    build(embedding)
    model.train(3, verbose=0)
    assert model.embedding is embedding
    assert_same_networks(model, alone)


def test_a_refused_argument_takes_nothing(alone):
    embedding = embed()
    model = quiet(build(embedding), optimizer='Adam')
    model.train(5, verbose=0)
    with pytest.raises(ValueError, match='dtype'):
        quiet(EpyNN(model.layers), dtype='int8')
    model.train(3, verbose=0)
    assert_same_networks(model, alone)


def test_a_newer_network_that_fails_to_initialize_leaves_the_older_one_whole(alone):
    embedding = embed()
    older = quiet(build(embedding), optimizer='Adam')
    older.train(5, verbose=0)
    with pytest.raises(LabelError):
        quiet(EpyNN([embedding, Dense(2, softmax)]))
    older.train(3, verbose=0)
    assert_same_networks(older, alone)


class Counting(Embedding):
    """An Embedding of the user's own, with a state of its own."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.shuffles = []

    def training_batches(self, init=False):
        super().training_batches(init)
        self.shuffles.append(len(self.shuffles))


def test_an_embedding_of_ones_own_has_a_twin_with_its_own_state(alone):
    embedding = embed(Counting)
    older = quiet(build(embedding), optimizer='Adam')
    older.train(5, verbose=0)
    quiet(build(embedding)).train(2, verbose=0)
    older.train(3, verbose=0)
    assert_same_networks(older, alone)
    assert older.embedding.shuffles == list(range(1 + 5 + 3))
    assert embedding.shuffles == list(range(1 + 5 + 1 + 2))


def test_an_embedding_that_cannot_be_copied_is_lost_with_a_word():
    embedding = embed()
    embedding.stream = io.TextIOWrapper(io.BytesIO())  # cannot be copied
    older = quiet(build(embedding))
    newer = quiet(build(embedding, 'newer'))
    with pytest.raises(StateError, match=r"Embedding \(layer 0\) taken over by .* 'newer'"):
        older.train(1, verbose=0)
    newer.train(1, verbose=0)


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


# Threads


def test_one_embedding_in_many_threads(alone):
    embedding, models, errors = embed(), [], []
    start = threading.Barrier(4)

    def work(seed):
        try:
            start.wait()
            model = quiet(build(embedding), seed=seed, optimizer='Adam')
            model.train(5, verbose=0)
            model.train(3, verbose=0)
            models.append(model)
        except Exception as error:  # noqa: BLE001 - a thread tells nobody
            errors.append(error)

    threads = [threading.Thread(target=work, args=(1,), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    for model in models:
        assert_same_networks(model, alone)


def test_a_network_that_learns_keeps_its_layers_and_lends_its_data(alone):
    def meanwhile(Y, A):
        if model is not None and model.e == 2 and not others:
            others.append(quiet(build(model.embedding), optimizer='Adam'))
            with pytest.raises(StateError, match=r"Dense, .* network 'test' is at work with"):
                quiet(EpyNN([embed(), model.layers[1], Dense(3, softmax)]))
        return 0.0

    others, model = [], None  # initialization looks at each metric
    model = quiet(build(embed()), optimizer='Adam', metrics=['accuracy', meanwhile])
    mine = model.embedding
    for epochs in (5, 3):
        model.train(epochs, verbose=0)
    assert model.embedding is mine
    assert_same_parameters(model, alone)
    for epochs in (5, 3):
        others[0].train(epochs, verbose=0)
    assert_same_networks(others[0], alone)


def test_prediction_is_not_disturbed_by_the_training_of_another_network():
    embedding = embed()
    one, two = quiet(build(embedding)), quiet(build(embedding))
    before = one.predict(X).A
    thread = threading.Thread(target=two.train, args=(20, 0), daemon=True)
    thread.start()
    while True:
        done = not thread.is_alive()
        np.testing.assert_array_equal(one.predict(X).A, before)
        if done:
            break
    thread.join()
