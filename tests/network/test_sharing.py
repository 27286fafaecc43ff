"""Embeddings and layers in several networks: none changes another in silence."""

import gc
import io
import threading
import weakref

import numpy as np
import pytest
from networks import assert_same_parameters, quiet
from shared_networks import X, assert_same_networks, build, embed

from epynn.commons.errors import LabelError, StateError
from epynn.commons.loss import CCE, LabelSmoothing
from epynn.commons.maths import softmax
from epynn.commons.optimize import Adam
from epynn.commons.schedule import ReduceOnPlateau
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.network.models import EpyNN

# One Embedding, several networks


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
