"""Embedding: data checked, encoded, scaled, split and batched."""

import warnings

import numpy as np
import pytest
from networks import make_data

from epynn.commons.errors import DataError
from epynn.commons.models import dataSet
from epynn.embedding.models import Embedding


def test_the_attributes_of_the_contract():
    X, y = make_data()
    embedding = Embedding(X, y, relative_size=(2, 1, 1), batch_size=5)
    assert [dset.name for dset in embedding.dsets] == ['dtrain', 'dval', 'dtest']
    assert embedding.se_dataset == {
        'relative_size': (2, 1, 1), 'batch_size': 5, 'X_encode': False, 'Y_encode': False,
        'X_scale': False, 'drop_last': False, 'per_step': False,
    }  # fmt: skip
    assert embedding.e2i == embedding.i2e == {}
    embedding.training_batches(init=True)
    assert [len(batch.X) for batch in embedding.batch_dtrain] == [5, 5, 2]


def test_the_data_are_not_modified_and_lists_will_do():
    X, y = make_data()
    X_before, y_before = X.copy(), y.copy()
    embedding = Embedding(X, y, X_scale=True, Y_encode=True, batch_size=5)
    embedding.training_batches(init=True)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)
    from_lists = Embedding(X.tolist(), y.tolist(), X_scale=True, Y_encode=True)
    np.testing.assert_array_equal(from_lists.dtrain.X, embedding.dtrain.X)
    np.testing.assert_array_equal(from_lists.dtrain.Y, embedding.dtrain.Y)


@pytest.mark.parametrize(
    ('labels', 'classes'),
    [
        (['b', 'a', 'c', 'a'], ['a', 'b', 'c']),
        ([1.5, -0.5, 9.0, -0.5], [-0.5, 1.5, 9.0]),
        ([-3, 7, 100, 7], [-3, 7, 100]),
        ([[2], [1], [3], [1]], [1, 2, 3]),
        (np.array(['x', 'y', 'z', 'y']), ['x', 'y', 'z']),
        ([True, False, True, False], [False, True]),
    ],
)
def test_any_labels_are_encoded(labels, classes):
    embedding = Embedding(np.zeros((4, 2)), labels, (1, 0, 0), Y_encode=True)
    assert list(embedding.classes) == classes
    flat = [label[0] if isinstance(label, list) else label for label in labels]
    expected = np.array([[label == c for c in classes] for label in flat], dtype=float)
    np.testing.assert_array_equal(embedding.dtrain.Y, expected)
    np.testing.assert_array_equal(embedding.dtrain.y, expected.argmax(axis=1))


def test_tokens_are_encoded():
    embedding = Embedding(['GAT', 'TAC'], [0, 1], (1, 0, 0), X_encode=True)
    assert embedding.e2i == {'A': 0, 'C': 1, 'G': 2, 'T': 3}
    assert embedding.i2e == {0: 'A', 1: 'C', 2: 'G', 3: 'T'}
    np.testing.assert_array_equal(embedding.dtrain.X[0], np.eye(4)[[2, 0, 3]])


def test_labels_balance():
    embedding = Embedding(np.zeros((5, 2)), [1, 0, 1, 1, 0], (1, 0, 0))
    assert embedding.dtrain.b == {0: 2, 1: 3}


def test_a_class_that_is_not_trained_is_warned_of():
    X, _ = make_data(9)
    names = np.array(['a', 'b', 'c'])
    for labels, options, missing in (
        (np.repeat([0, 1, 2], 3), {}, '2'),
        (names[np.repeat([0, 1, 2], 3)], {'Y_encode': True}, 'c'),
    ):
        with pytest.warns(UserWarning, match=f'no sample with label {missing} is in the training'):
            Embedding(X, labels, **options)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        Embedding(X, np.tile([0, 1, 2], 3))
        Embedding(X, np.linspace(0, 1, 9))  # targets, not labels


def test_one_stream_of_shuffles_and_a_fresh_start():
    X, y = make_data(12)
    embedding = Embedding(X, y, (1, 0, 0), 4)
    embedding.np_rng = np.random.default_rng(3)
    orders = []
    for init in (True, False, True):
        embedding.training_batches(init=init)
        orders.append([batch.ids.tolist() for batch in embedding.batch_dtrain])
    rng = np.random.default_rng(3)
    order = np.arange(12)
    for i in range(2):
        rng.shuffle(order)
        assert orders[i] == order.reshape(3, 4).tolist()
    order = np.arange(12)  # from the original order, by the same stream
    rng.shuffle(order)
    assert orders[2] == order.reshape(3, 4).tolist()


def test_an_epoch_without_a_whole_batch():
    embedding = Embedding(np.zeros((3, 2)), [0, 1, 0], (1, 0, 0), 4, drop_last=True)
    with pytest.raises(DataError, match='drop_last: expected at least one whole batch of 4 samp'):
        embedding.training_batches(init=True)


def test_images_and_sequences_have_their_dimensions():
    for shape, d in (
        ((4, 3), {'m': 4, 'n': 3}),
        ((4, 3, 2), {'m': 4, 's': 3, 'e': 2}),
        ((4, 3, 2, 1), {'m': 4, 'h': 3, 'w': 2, 'd': 1}),
    ):
        embedding = Embedding()
        embedding.forward(np.zeros(shape))
        assert embedding.d == d


def test_samples_of_whole_numbers_become_the_data_type_of_the_network():
    embedding = Embedding()
    X = np.arange(6).reshape(3, 2)
    assert embedding.forward(X).dtype == X.dtype
    embedding.dtype = np.dtype(np.float32)
    assert embedding.forward(X).dtype == np.float32


@pytest.mark.parametrize('name', ['X_data', 'Y_data'])
def test_a_data_set_is_no_array_of_samples(name):
    """As an array it would be its outputs."""
    dset = dataSet(np.ones((4, 2)), np.ones(4), 'prediction')
    dset.A = np.zeros((4, 1))
    given = {'X_data': np.ones((4, 2)), 'Y_data': np.ones(4), name: dset}
    with pytest.raises(DataError, match=rf'Embedding.{name}: .* dset.{name[0]}; or its outputs'):
        Embedding(**given)
