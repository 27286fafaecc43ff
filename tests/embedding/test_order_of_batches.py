"""The order in which samples come: shuffled, as they are given, or grouped by length."""

from itertools import chain

import numpy as np
import pytest

from epynn import Embedding
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.embedding.batches import WINDOW, group_lengths

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 60, size=500)
WORDS = [''.join(rng.choice(list('abc'), size=s)) for s in LENGTHS]
Y = LENGTHS % 2


def epochs(count=2, seed=1, size=4, **options):
    """Return the numbers of the samples of each batch, of some epochs."""
    embedding = Embedding(WORDS, Y, (1, 0, 0), size, X_encode=True, **options)
    embedding.np_rng = np.random.default_rng(seed)
    seen = []
    for e in range(count):
        embedding.training_batches(init=e == 0)
        seen.append([batch.ids.tolist() for batch in embedding.batch_dtrain])
    return seen


def padding(batches):
    """Return the share of steps that are padding."""
    return 1 - LENGTHS.sum() / sum(len(ids) * LENGTHS[ids].max() for ids in batches)


@pytest.mark.parametrize('options', [{}, {'bucket': True}, {'shuffle': False}])
def test_every_sample_comes_once_an_epoch(options):
    for batches in epochs(size=7, **options):
        assert sorted(chain(*batches)) == list(range(500))
        assert sorted(map(len, batches)) == [3] + 71 * [7]


def test_in_the_order_given():
    first, second = epochs(shuffle=False)
    assert list(chain(*first)) == list(range(500))
    assert second == first


def test_similar_lengths_come_together_and_batches_in_any_order():
    first, second = epochs(bucket=True)
    plain, _ = epochs()
    assert padding(plain) > 0.3
    assert padding(first) < 0.05
    assert first != second
    assert {tuple(ids) for ids in first}.isdisjoint(map(tuple, second))
    means = [LENGTHS[ids].mean() for ids in first]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.3
    assert epochs(bucket=True) == [first, second]  # of the seed
    assert epochs(bucket=True, seed=2)[0] != first


def test_what_drops_out_is_not_the_longest():
    dropped = [
        set(range(500)) - set(chain(*ids))
        for ids in epochs(20, size=192, bucket=True, drop_last=True)
    ]
    means = [LENGTHS[list(ids)].mean() for ids in dropped]
    assert {len(ids) for ids in dropped} == {116}
    assert abs(np.mean(means) - LENGTHS.mean()) < 2


def test_lengths_are_sorted_a_window_at_a_time():
    order = np.arange(7)
    lengths = np.array([5, 1, 4, 2, 3, 2, 1])
    assert group_lengths(order, lengths, 4, 7).tolist() == [1, 3, 2, 0, 6, 5, 4]
    assert group_lengths(order, lengths, 4, 6).tolist() == [1, 3, 2, 0, 5, 4]
    assert order.tolist() == list(range(7))
    assert WINDOW > 8


def test_bucket_changes_nothing_where_all_are_as_long():
    X = rng.normal(size=(30, 4, 2))
    seen = []
    for options in ({}, {'bucket': True}):
        embedding = Embedding(X, Y[:30], (1, 0, 0), 4, **options)
        embedding.np_rng = np.random.default_rng(1)
        embedding.training_batches(init=True)
        seen.append([batch.ids.tolist() for batch in embedding.batch_dtrain])
    assert seen[0] == seen[1]


def test_flags_are_checked():
    with pytest.raises(ArgumentError, match=r'Embedding\.bucket: expected shuffle=True'):
        epochs(bucket=True, shuffle=False)
    with pytest.raises(ArgumentTypeError, match=r'Embedding\.shuffle'):
        epochs(shuffle=0)
