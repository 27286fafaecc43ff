"""Samples that stay in their file, as those of h5py and zarr: what is read, when, and how."""

import copy

import numpy as np
import pytest

from epynn.commons.errors import ArgumentTypeError, DataError
from epynn.commons.io import scale_features
from epynn.commons.io.numbers import keep_in_file, refuse_inexact, refuse_not_finite
from epynn.commons.io.scaling import feature_scale
from epynn.commons.io.stored import PIECE, Stored, as_stored, is_stored, pieces


class File:
    """An array in a file, as strict as h5py: numbers of samples ascend, and none comes twice."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.reads = array, array.shape, array.dtype, []

    def __getitem__(self, key):
        if not isinstance(key, slice) and np.any(np.diff(key) <= 0):
            raise TypeError('Indexing elements must be in increasing order')
        self.reads.append(len(self.array[key]))
        return self.array[key]


@pytest.fixture
def array(rng):
    """Return thirty samples."""
    return rng.standard_normal((30, 2, 3)).astype(np.float32)


@pytest.mark.parametrize(
    'key',
    [
        0, -1, slice(3, 9), slice(None), slice(20, 2, -3), np.array([5, 2, 2, 29, 0]), [4, 3, 4],
        np.arange(30) % 7 == 0, np.arange(0), np.array([[1, 2], [3, 1]]), slice(9, 9),
    ],
)  # fmt: skip
def test_samples_are_those_of_the_array(array, key):
    stored = as_stored(File(array))
    assert (stored.shape, stored.dtype, len(stored)) == (array.shape, array.dtype, 30)
    for ours, theirs in (
        (stored, array),
        (stored.part(slice(0, 30)), array),
        (stored.part(np.arange(30)[::-1]), array[::-1]),
        (stored.changed(lambda X: X * 2, np.float32), array * 2),
    ):
        assert ours[key].dtype == theirs.dtype
        np.testing.assert_array_equal(ours[key], theirs[key])
        np.testing.assert_array_equal(np.asarray(ours), theirs)


def test_each_sample_is_read_once_and_neighbours_together(array):
    file = File(array)
    stored = as_stored(file)
    assert not file.reads
    stored[np.array([7, 3, 7, 3, 20])]
    stored[5:15]
    assert file.reads == [3, 10]
    stored.part(slice(0, 20)).part(slice(5, 10))
    assert file.reads == [3, 10]


def test_what_is_no_selection_of_samples_is_refused(array):
    stored = as_stored(File(array))
    for key in ((0, 1), None, ..., (slice(None), None)):
        with pytest.raises(ArgumentTypeError, match='samples in a file: expected the number'):
            stored[key]
    with pytest.raises(IndexError):
        stored[30]


def test_a_file_that_is_indexed_otherwise_is_noticed(array):
    class Transposed(File):
        def __getitem__(self, key):
            return self.array[:, key]

    with pytest.raises(DataError, match='X_data: expected an array of shape'):
        as_stored(Transposed(array))[:2]


def test_changes_follow_each_other_and_copies_share_the_file(array):
    stored = as_stored(File(array)).changed(lambda X: X + 1, np.float32)
    again = stored.changed(lambda X: X * 2, np.float32).part([1, 2])
    np.testing.assert_array_equal(np.asarray(again), (array[1:3] + 1) * 2)
    assert copy.deepcopy(again) is again
    assert repr(again) == 'Stored((2, 2, 3), float32, in a File)'


def test_numbers_of_another_byte_order_are_turned(array):
    stored = as_stored(File(array.astype('>f4')))
    assert stored[:3].dtype == np.float32
    np.testing.assert_array_equal(stored[:3], array[:3])


def test_what_is_in_memory_is_not_stored(array):
    torch = pytest.importorskip('torch')
    pandas = pytest.importorskip('pandas')
    for data in (
        array, array.tolist(), np.float32(3), torch.zeros(3), pandas.Series([1.0]), 'text', None,
        pandas.DataFrame({'a': [1]}), np.zeros(3).__iter__(), File(np.array(['a'])),
        File(np.array(3.0)),
    ):  # fmt: skip
        assert not is_stored(data)
        assert keep_in_file(data, 'X_data') is data
    assert is_stored(File(array))


def test_pieces_are_all_samples_in_order():
    for array in (np.arange(10), np.zeros((5, PIECE)), np.zeros((3, PIECE // 16), np.float64)):
        for X in (array, as_stored(File(array))):
            starts, parts = zip(*pieces(X), strict=True)
            np.testing.assert_array_equal(np.concatenate(parts), array)
            assert list(starts) == np.cumsum([0, *map(len, parts[:-1])]).tolist()


def test_what_is_not_finite_is_found_in_any_piece():
    array = np.zeros((5, PIECE // 16))
    array[3, 7] = np.nan
    for X in (array, as_stored(File(array))):
        with pytest.raises(
            DataError, match=r'X: expected finite numbers, got nan at index \(3, 7\)'
        ):
            refuse_not_finite(X, 'X')
    whole = np.zeros((5, PIECE // 16), np.int64)
    whole[4, 1] = 2**53 + 1
    for X in (whole, -whole):
        with pytest.raises(DataError, match=r'whole numbers up to 2\*\*53'):
            refuse_inexact(X, 'X')
    with pytest.raises(DataError, match='X_data: expected finite numbers'):
        keep_in_file(File(array), 'X_data')


def test_a_scale_learned_piece_by_piece_is_that_of_the_whole(rng):
    array = rng.standard_normal((40, PIECE // 64))
    array[:, 5] = 3
    scale = feature_scale(array)
    assert (scale.minimum, scale.minimum + scale.span) == (array.min(), array.max())
    np.testing.assert_array_equal(np.flatnonzero(scale.constant), [5])
    stored = scale_features(keep_in_file(File(array), 'X_data'), scale)
    assert isinstance(stored, Stored)
    np.testing.assert_array_equal(np.asarray(stored), scale_features(array, scale))


def test_scale_features_returns_arrays_of_what_is_in_a_file(array, tmp_path):
    np.save(tmp_path / 'array.npy', array)
    expected = scale_features(array)
    for data in (File(array), np.load(tmp_path / 'array.npy', mmap_mode='r')):
        if isinstance(data, File):
            data.__class__ = type('Readable', (File,), {'__array__': lambda self, *_, **__: array})
        scaled = scale_features(data)
        assert type(scaled) is np.ndarray
        np.testing.assert_array_equal(scaled, expected)
