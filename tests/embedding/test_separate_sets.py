"""Validation and test sets that are arrays of their own: read as the training set taught."""

import numpy as np
import pytest
from networks import make_data, quiet

from epynn import Dense, EpyNN, read_model, softmax
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    DataError,
    LabelError,
    ShapeError,
)
from epynn.embedding.models import Embedding

NAMES = np.array(['a', 'b', 'c'])


def make_named(m=24, seed=0):
    """Return samples and labels that are words."""
    X, y = make_data(m, seed=seed)
    return X, NAMES[y]


def test_sets_are_scaled_and_encoded_as_the_training_set_taught():
    X, y = make_named()
    Xv, yv = np.full((3, 4), X.max() * 2), np.array(['b', 'b', 'c'])
    given = {'validation': (Xv, yv), 'test': (Xv[:2], yv[:2])}
    embedding = Embedding(X, y, X_scale=True, Y_encode=True, **given)
    assert [len(dset.X) for dset in embedding.dsets] == [24, 3, 2]
    assert [dset.name for dset in embedding.dsets] == ['dtrain', 'dval', 'dtest']
    alone = Embedding(X, y, (1, 0, 0), X_scale=True, Y_encode=True)
    np.testing.assert_array_equal(embedding.dtrain.X, alone.dtrain.X)
    expected = (X.max() * 2 - X.min()) / (X.max() - X.min())
    np.testing.assert_allclose(embedding.dval.X, expected)
    np.testing.assert_array_equal(embedding.dval.Y, np.eye(3)[[1, 1, 2]])
    assert embedding.dval.classes == embedding.dtrain.classes == ['a', 'b', 'c']
    np.testing.assert_array_equal(embedding.dval.ids, np.arange(3))


def test_tokens_are_those_of_the_training_set():
    embedding = Embedding(['GAT', 'TAC'], [0, 1], X_encode=True, test=(['AAA'], [1]))
    np.testing.assert_array_equal(embedding.dtest.X[0], np.eye(4)[[0, 0, 0]])
    with pytest.raises(DataError, match=r"^Embedding\.test\[0\], sample 1: expected .*got 'X'"):
        Embedding(['GAT', 'TAC'], [0, 1], X_encode=True, test=(['AAA', 'XAA'], [1, 0]))


def test_training_is_that_of_the_same_samples_split_in_order():
    X, y = make_named(30)
    models = []
    for embedding in (
        Embedding(X, y, (2, 1, 0), 6, Y_encode=True),
        Embedding(X[:20], y[:20], batch_size=6, Y_encode=True, validation=(X[20:], y[20:])),
    ):
        models.append(quiet(EpyNN([embedding, Dense(3, softmax)])))
        models[-1].train(3, verbose=0)
    assert models[0].metrics == models[1].metrics


def test_what_relative_size_means_beside_separate_sets():
    X, y = make_data()
    sets = Embedding(X, y, (3, 0, 1), validation=(X[:5], y[:5])).dsets
    assert [len(dset.X) for dset in sets] == [18, 5, 6]
    for size, given in (((2, 1, 0), 'validation'), ((2, 0, 1), 'test')):
        with pytest.raises(ArgumentError, match=f'relative_size: expected no share .* {given}='):
            Embedding(X, y, size, **{given: (X, y)})
    assert len(Embedding(X, y).dtrain.X) == 16  # as ever


def test_weights_of_a_set():
    X, y = make_data()
    embedding = Embedding(X, y, validation=(X, y, np.arange(24.0)), test=(X, y))
    np.testing.assert_array_equal(embedding.dval.w, np.arange(24.0))
    assert embedding.dtrain.w is None
    assert embedding.dtest.w is None
    with pytest.raises(DataError, match=r'Embedding\.test\[2\]: expected numbers of at least 0'):
        Embedding(X, y, test=(X, y, -np.ones(24)))


@pytest.mark.parametrize(
    ('validation', 'error', 'words'),
    [
        (lambda X, y: X, ArgumentTypeError, r'validation: expected a tuple \(X, Y\)'),
        (lambda X, y: (X,), ArgumentTypeError, r'validation: expected a tuple \(X, Y\)'),
        (lambda X, y: (X[:, :3], y), ShapeError, r'validation\[0\]: expected samples of shape'),
        (lambda X, y: (X[:3], y), DataError, r'validation\[1\]: expected as many labels as samp'),
        (lambda X, y: (X, None), DataError, r'validation\[1\]: expected as many labels as samples'),
        (lambda X, y: (X, y, None, y), ArgumentTypeError, r'validation\[3\]: expected True for'),
        (lambda X, y: (X, y, None, X[:3] > 0), ShapeError, r'validation\[3\]: expected True or F'),
        (lambda X, y: ([[1, 2], []], y[:2]), DataError, r'validation\[0\], sample 1: expected at'),
        (lambda X, y: (X * np.nan, y), DataError, r'validation\[0\]: expected finite numbers'),
        (lambda X, y: (X, np.full(24, 'z')), LabelError, r"validation\[1\], sample 0.*got 'z'"),
        (lambda X, y: (Embedding(X, X).dtrain, y), DataError, r'validation\[0\]: expected an arr'),
    ],
)  # fmt: skip
def test_what_is_refused_names_the_set(validation, error, words):
    X, y = make_named()
    with pytest.raises(error, match=rf'^Embedding\.{words}'):
        Embedding(X, y, Y_encode=True, validation=validation(X, y))


def test_targets_of_another_kind_are_refused():
    X, y = make_data()
    with pytest.raises(LabelError, match=r'test\[1\]: expected labels targets.*got amounts'):
        Embedding(X, y, test=(X, y + 0.5))
    with pytest.raises(LabelError, match=r'test\[1\]: expected labels in columns of shape \(1,\)'):
        Embedding(X, y, test=(X, np.eye(3)[y]))
    several = (X[:, :3] > 0).astype(int)
    embedding = Embedding(X, several, test=(X[:3], np.eye(3)))  # by chance one label each
    assert embedding.dtest.targets == 'multilabel'


def test_separate_sets_need_data_to_train_on():
    with pytest.raises(DataError, match='validation: expected samples and labels to train on'):
        Embedding(validation=([[1.0]], [1]))


def test_a_label_that_only_another_set_has_is_warned_of():
    X, y = make_data()
    with pytest.warns(UserWarning, match='label 2 is in the training set. Give more samples'):
        Embedding(X, y % 2, validation=(X, y))


def test_a_network_read_from_a_file_encodes_separate_sets_its_way(tmp_path):
    X, y = make_named()
    model = quiet(EpyNN([Embedding(X, y, Y_encode=True, X_scale=True), Dense(3, softmax)]))
    model.train(1, verbose=0)
    model.write(tmp_path / 'model')
    few = np.isin(y, ['a', 'c'])
    data = Embedding(
        X[few] / 2, y[few], Y_encode=True, X_scale=True, validation=(X[few] / 3, y[few])
    )
    read = read_model(tmp_path / 'model', data=data)
    assert read.embedding.dval.Y.shape == (few.sum(), 3)
    expected = model.predict(X[few] / 3, X_scale=True).X
    np.testing.assert_array_equal(read.embedding.dval.X, expected)


# SPLITS BY LABEL


def test_each_set_has_its_share_of_every_label():
    y = np.repeat([0, 1, 2], [100, 40, 10])
    X = np.arange(150.0)[:, np.newaxis]
    embedding = Embedding(X, y, (3, 1, 1), stratify=True)
    for dset, share in zip(embedding.dsets, (0.6, 0.2, 0.2), strict=True):
        for label, count in dset.b.items():
            assert abs(count - share * (y == label).sum()) <= 1
        np.testing.assert_array_equal(dset.X[:, 0], dset.ids)
        np.testing.assert_array_equal(dset.y, y[dset.ids])
    ids = np.concatenate([dset.ids for dset in embedding.dsets])
    np.testing.assert_array_equal(np.sort(ids), np.arange(150))
    assert [len(dset.X) for dset in embedding.dsets] == [90, 30, 30]


def test_a_split_by_label_is_the_same_whatever_the_seed_and_the_encoding():
    X, y = make_named(60)
    first = Embedding(X, y, stratify=True, Y_encode=True)
    quiet(EpyNN([first, Dense(3, softmax)]), seed=5)
    again = Embedding(X, np.unique(y, return_inverse=True)[1], stratify=True)
    np.testing.assert_array_equal(first.dtrain.ids, again.dtrain.ids)
    assert not np.array_equal(first.dtrain.ids, np.arange(40))  # it is drawn


def test_weights_follow_their_samples_into_a_split_by_label():
    X, y = make_data()
    embedding = Embedding(X, y, sample_weight=np.arange(24.0), stratify=True)
    np.testing.assert_array_equal(embedding.dval.w, embedding.dval.ids)


def test_a_split_by_label_needs_one_label_a_sample():
    X, y = make_data()
    for targets in (X[:, 0], (X > 0).astype(int), None):
        with pytest.raises(LabelError, match='stratify: expected one label a sample'):
            Embedding(X, targets, stratify=True)
    with pytest.raises(ArgumentTypeError, match='stratify: expected True or False'):
        Embedding(X, y, stratify=7)
