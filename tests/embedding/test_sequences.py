"""Sequences of different lengths: padded, with a mask, in sets, batches, streams and files."""

import numpy as np
import pytest

from epynn import LSTM, Dense, Embedding, EpyNN, Flatten, Template, sigmoid
from epynn.commons.errors import LayerError, ShapeError
from epynn.commons.io import feature_scale, scale_features
from epynn.commons.models import dataSet
from epynn.embedding.batches import Batches

WORDS, LABELS = ['cat', 'a', 'horse', 'at', 'to', 'shore'], [0, 1, 0, 1, 1, 0]
LENGTHS = [3, 1, 5, 2, 2, 5]
rng = np.random.default_rng(0)
SIGNALS = [rng.normal(size=(s, 2)) for s in LENGTHS]
REAL = np.arange(5) < np.array([LENGTHS]).T


def test_words_are_padded_by_vectors_that_no_letter_has():
    embedding = Embedding(WORDS, LABELS, relative_size=(2, 1, 0), X_encode=True)
    dtrain, dval = embedding.dtrain, embedding.dval
    assert dtrain.X.shape == (4, 5, len(set(''.join(WORDS))))
    assert dtrain.lengths.tolist() == LENGTHS[:4]
    assert dval.lengths.tolist() == LENGTHS[4:]
    np.testing.assert_array_equal(dtrain.X.sum(axis=2), REAL[:4])
    read = [embedding.i2e[i] for i in dtrain.X[0, :3].argmax(axis=1)]
    assert read == list('cat')


@pytest.mark.parametrize('make', [list, tuple, lambda X: np.array(X, dtype=object)])
def test_arrays_of_different_lengths_are_padded_by_zeros(make):
    dset = Embedding(make(SIGNALS), LABELS, (1, 0, 0)).dtrain
    np.testing.assert_array_equal(dset.mask, REAL)
    np.testing.assert_array_equal(dset.X[REAL], np.concatenate(SIGNALS))
    assert not dset.X[~REAL].any()


def test_whole_numbers_are_padded_by_one_that_is_no_token():
    tokens = [[7, 0], np.array([3], dtype=np.uint8), (1, 2, 3)]
    dset = Embedding(tokens, LABELS[:3], (1, 0, 0)).dtrain
    assert dset.X.tolist() == [[7, 0, -1], [3, -1, -1], [1, 2, 3]]
    assert dset.X.dtype == np.int64
    assert dset.lengths.tolist() == [2, 1, 3]


def test_float32_stays_what_it_is():
    dset = Embedding([x.astype(np.float32) for x in SIGNALS], LABELS, (1, 0, 0)).dtrain
    assert dset.X.dtype == np.float32


@pytest.mark.parametrize(
    'X', [['cat', 'dog', 'cow'], rng.normal(size=(3, 4, 2)), [[1, 2], [3, 4], [5, 6]]]
)
def test_sequences_of_one_length_have_no_mask(X):
    dset = Embedding(X, [0, 1, 0], (1, 0, 0), X_encode=isinstance(X[0], str)).dtrain
    assert dset.mask is None
    assert dset.lengths is None


def test_a_mask_by_which_all_is_real_is_none():
    X = rng.normal(size=(6, 3, 2))
    mask = np.arange(3) < np.array([3, 3, 3, 3, 2, 1])[:, np.newaxis]
    assert Embedding(X, LABELS, mask=mask).dtrain.mask is None  # of the first four
    assert Embedding(X, LABELS, mask=mask).dval.mask.tolist() == mask[4:].tolist()


def test_batches_are_as_long_as_their_longest_sequence():
    dset = Embedding(SIGNALS, LABELS, (1, 0, 0)).dtrain
    for batch in Batches(dset, np.arange(6), range(0, 6, 2), 2):
        s = max(LENGTHS[i] for i in batch.ids)
        assert batch.X.shape == (2, s, 2)
        for x, length, i in zip(batch.X, batch.lengths, batch.ids, strict=True):
            np.testing.assert_array_equal(x[:length], SIGNALS[i])
    (alike,) = Batches(dset, np.array([2, 5]), range(1), 2)
    assert alike.mask is None


def test_steps_fall_away_at_both_ends_and_not_between():
    X = np.arange(12.0).reshape(2, 6, 1)
    mask = np.array([[0, 0, 1, 0, 1, 0], [0, 1, 0, 0, 1, 0]], dtype=bool)
    Y, w = X * 2, X[..., 0] + 1
    (batch,) = Batches(dataSet(X, Y, w=w, mask=mask), np.arange(2), range(1), 2)
    np.testing.assert_array_equal(batch.Y, Y[:, 1:5])
    np.testing.assert_array_equal(batch.w, w[:, 1:5])
    np.testing.assert_array_equal(batch.X, X[:, 1:5])
    np.testing.assert_array_equal(batch.mask, mask[:, 1:5])


def test_a_scale_is_of_real_steps_wherever_they_are():
    X = np.full((6, 5, 2), 1e6)
    X[REAL] = np.concatenate(SIGNALS)
    X[..., 1] = 3  # constant
    scale = feature_scale(X, REAL)
    assert scale.minimum == X[REAL].min()
    assert scale.constant.tolist() == [False, True]
    scaled = scale_features(X, scale, REAL)
    assert scaled[REAL].min() == 0
    assert scaled[..., 0].max() <= 1
    assert not scaled[~REAL].any()
    again = scale_features(X[:, ::-1], mask=REAL[:, ::-1])
    np.testing.assert_array_equal(again[:, ::-1], scaled)
    longer = np.pad(X, ((0, 0), (0, 3), (0, 0)))
    np.testing.assert_array_equal(scale_features(longer, scale)[:, :5][REAL], scaled[REAL])


def test_an_embedding_scales_real_steps():
    ragged = Embedding(SIGNALS, LABELS, (1, 0, 0), X_scale=True)
    padded = np.full((6, 5, 2), 1e6)
    padded[REAL] = np.concatenate(SIGNALS)
    mine = Embedding(padded, LABELS, (1, 0, 0), X_scale=True, mask=REAL)
    np.testing.assert_array_equal(ragged.dtrain.X, mine.dtrain.X)
    X, mask = ragged.encode(SIGNALS[:2], False, True)
    np.testing.assert_array_equal(X, ragged.dtrain.X[:2, :3])
    np.testing.assert_array_equal(mask, REAL[:2, :3])


def test_separate_sets_have_lengths_of_their_own():
    longer = [rng.normal(size=(s, 2)) for s in (7, 4)]
    weights, padded = np.ones(2), np.zeros((2, 3, 2))
    mask = np.array([[True, False, False], [True, True, False]])
    embedding = Embedding(
        SIGNALS, LABELS, validation=(longer, [0, 1]), test=(padded, [0, 1], weights, mask)
    )
    assert embedding.dval.lengths.tolist() == [7, 4]
    assert embedding.dtest.lengths.tolist() == [1, 2]


def test_streams_yield_sequences_of_different_lengths():
    def batches():
        yield SIGNALS[:2], LABELS[:2]
        yield SIGNALS[2:3], LABELS[2:3]
        yield np.ones((1, 9, 2)), [1], None, np.arange(9)[np.newaxis] < 4

    embedding = Embedding.from_batches(batches)
    embedding.training_batches(init=True)
    found = [(batch.X.shape, batch.mask is None) for batch in embedding.batch_dtrain]
    assert found == [((2, 3, 2), False), ((1, 5, 2), True), ((1, 4, 2), True)]


def test_a_layer_that_needs_one_length_is_refused_before_training_begins():
    """Whatever the first batch: each of one sample has one length."""
    embedding = Embedding(SIGNALS, LABELS, (1, 0, 0), batch_size=1)
    model = EpyNN([embedding, Template(), Flatten(), Dense(1, sigmoid)])
    with pytest.raises(LayerError, match='Flatten, layer 2: expected sequences of one length'):
        model.initialize(loss='BCE', verbose=False)


def test_words_to_validate_may_all_be_longer():
    def make(*layers):
        embedding = Embedding(
            ['ab', 'ba'], [0, 1], X_encode=True, validation=(['abab', 'baba'], [0, 1])
        )
        model = EpyNN([embedding, *layers, Dense(1, sigmoid)])
        model.initialize(loss='BCE', verbose=False)
        return model

    model = make(LSTM(2))
    model.train(1, verbose=0)
    assert model.embedding.dval.A.shape == (2, 1)
    with pytest.raises(ShapeError, match=r'Dense, layer 2: expected an input that fits'):
        make(Flatten())


def test_streams_of_tokens_may_have_batches_of_one_length_each():
    def batches():
        yield [[1, 2], [3, 4]], [0, 1]
        yield [[1, 2, 3], [3, 4, 5]], [0, 1]
        yield [[1, 2, 3], [3, 4]], [0, 1]

    embedding = Embedding.from_batches(batches)
    embedding.training_batches(init=True)
    found = [(batch.X.shape, batch.mask is None) for batch in embedding.batch_dtrain]
    assert found == [((2, 2), True), ((2, 3), True), ((2, 3), False)]
