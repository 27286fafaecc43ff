"""Encoding of tokens and labels, padding, scaling."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, DataError, LabelError, ShapeError
from epynn.commons.io import (
    FeatureScale,
    apply_label_encoding,
    encode_dataset,
    encode_labels,
    feature_scale,
    index_elements_auto,
    one_hot_decode_sequence,
    one_hot_encode,
    one_hot_encode_sequence,
    padding,
    scale_features,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


# TOKENS


@pytest.mark.parametrize(
    ('X_data', 'elements'),
    [
        (['GAT', 'TACA'], ['A', 'C', 'G', 'T']),
        ([['the', 'cat'], ('a', 'cat')], ['a', 'cat', 'the']),
        ([[10, 9], [-1]], [-1, 9, 10]),
        (np.array([[3, 1], [2, 3]]), [1, 2, 3]),
        (np.array([['x', 'y'], ['y', 'z']]), ['x', 'y', 'z']),
        ([['b', 2, 'a'], [1, None]], [None, 1, 2, 'a', 'b']),
        ([['a', 1, None], [2, 'b']], [None, 1, 2, 'a', 'b']),
    ],
)
def test_elements_are_numbered_in_sorted_order(X_data, elements):
    e2i, i2e, elements_size = index_elements_auto(X_data)
    assert elements_size == len(elements)
    if None in elements:  # types that do not compare go by their names: NoneType, int, str
        assert [i2e[i] for i in range(elements_size)] == elements
    else:
        assert list(e2i) == elements
    assert i2e == {i: element for element, i in e2i.items()}


def test_samples_must_be_flat_sequences():
    with pytest.raises(
        DataError, match=r'X_data, sample 1: expected a sequence of tokens .* got 5'
    ):
        index_elements_auto([[1], 5])
    with pytest.raises(DataError, match=r'sample 0: expected a flat sequence .* got list in it'):
        index_elements_auto([[[1], [2]]])
    with pytest.raises(DataError, match='sample 1: expected tokens that equal themselves, got NaN'):
        index_elements_auto([[1.0], [np.nan]])


def test_one_hot_encode():
    np.testing.assert_array_equal(one_hot_encode(2, 4), [0, 0, 1, 0])
    for i in (4, -1):
        with pytest.raises(ArgumentError, match=f'i: expected an index from 0 to 3, got {i}'):
            one_hot_encode(i, 4)


@pytest.mark.parametrize('sequence', ['GATTACA', list('GATTACA'), np.array(list('GATTACA'))])
def test_a_sequence_comes_back_from_its_encoding(sequence):
    e2i, i2e, elements_size = index_elements_auto([sequence])
    encoded = one_hot_encode_sequence(sequence, e2i, elements_size)
    assert encoded.shape == (7, 4)
    np.testing.assert_array_equal(encoded[0], one_hot_encode(e2i['G'], 4))
    assert one_hot_decode_sequence(encoded, i2e) == list('GATTACA')


def test_a_data_set_is_the_stack_of_its_sequences():
    X_data = ['GAT', 'ACA', 'TTT', 'CAG']
    e2i, _, elements_size = index_elements_auto(X_data)
    encoded = encode_dataset(X_data, e2i, elements_size)
    assert encoded.shape == (4, 3, 4)
    assert encoded.dtype == np.float64
    expected = [one_hot_encode_sequence(sequence, e2i, elements_size) for sequence in X_data]
    np.testing.assert_array_equal(encoded, expected)
    assert encode_dataset([], e2i, elements_size).shape == (0, 0, 4)
    np.testing.assert_array_equal(encode_dataset(np.array([[1, 2]]), {1: 0, 2: 1}, 2), [np.eye(2)])


def test_an_unknown_token_is_named_with_its_sample_and_the_remedy():
    e2i, _, size = index_elements_auto(['ACGT'])
    message = r"X_data, sample 1: expected tokens .*4 of them\), got 'N'\. Remove or replace it"
    with pytest.raises(DataError, match=message):
        encode_dataset(['ACG', 'ANG'], e2i, size)
    with pytest.raises(DataError, match=r"sequence: expected tokens .* got 'N'"):
        one_hot_encode_sequence('ANG', e2i, size)
    with pytest.raises(DataError, match=r"got \['A'\]"):
        one_hot_encode_sequence([['A']], e2i, size)


def test_samples_of_different_lengths_are_sent_to_padding():
    message = r'sample 2: expected 2 tokens, as in the samples before, got 3\..*padding'
    with pytest.raises(DataError, match=message):
        encode_dataset(['AC', 'CA', 'ACA'], {'A': 0, 'C': 1}, 2)


def test_sizes_that_do_not_fit_the_tokens():
    with pytest.raises(ArgumentError, match=r'elements_size: expected at least 2, .* got 1'):
        encode_dataset(['AC'], {'A': 0, 'C': 1}, 1)
    with pytest.raises(
        ShapeError, match=r'sequence: expected 2 axes .* e = 2 .* got shape \(3, 4\)'
    ):
        one_hot_decode_sequence(np.zeros((3, 4)), {0: 'A', 1: 'C'})


# PADDING


def test_padding_to_the_longest_or_to_a_length():
    X_data = ['AC', ['A', 'C', 'G'], np.array([1, 2])]
    assert padding(X_data) == [['A', 'C', '-'], ['A', 'C', 'G'], [1, 2, '-']]
    assert padding(X_data, 4, element=0)[0] == ['A', 'C', 0, 0]
    assert padding([]) == []
    assert X_data[:2] == ['AC', ['A', 'C', 'G']]
    assert X_data[2].tolist() == [1, 2]


def test_padding_cuts_only_when_asked_to():
    message = r'sample 1: expected at most 2 tokens.*got 3\..*forced=True'
    with pytest.raises(DataError, match=message):
        padding(['AC', 'ACG'], 2)
    assert padding(['A', 'ACG'], 2, forced=True) == [['A', '-'], ['A', 'C']]
    with pytest.raises(ArgumentError, match=r'length: expected a whole number .* got -1'):
        padding(['A'], -1)


def test_padded_sequences_encode():
    X_data = padding(['AC', 'ACG'])
    e2i, _, size = index_elements_auto(X_data)
    assert encode_dataset(X_data, e2i, size).shape == (2, 3, 4)


# SCALING


def test_one_line_maps_the_whole_array_to_0_1(rng):
    X = rng.normal(size=(10, 4, 3))
    scaled = scale_features(X)
    np.testing.assert_allclose(scaled, (X - X.min()) / (X.max() - X.min()), rtol=1e-15)
    assert scaled.min() == 0
    assert scaled.max() == 1


def test_constant_features_give_zeros():
    X = np.array([[5, 1, 7], [5, 2, 9], [5, 3, 8]])
    scaled = scale_features(X)
    np.testing.assert_array_equal(scaled[:, 0], 0)
    np.testing.assert_array_equal(scaled[:, 1], [0, 0.125, 0.25])
    np.testing.assert_array_equal(scale_features(np.full((3, 2), 4.0)), 0)


def test_of_a_single_sample_no_feature_counts_as_constant():
    np.testing.assert_array_equal(scale_features(np.array([[1.0, 2.0, 3.0]])), [[0, 0.5, 1]])
    np.testing.assert_array_equal(scale_features(np.array([2.0])), [0])


def test_a_remembered_scale_is_applied_to_other_data():
    train, other = np.array([[0.0, 1, 7], [4, 8, 7]]), np.array([[2.0, 16, 3]])
    scale = feature_scale(train)
    assert isinstance(scale, FeatureScale)
    assert (scale.minimum, scale.span) == (0.0, 8.0)
    np.testing.assert_array_equal(scale.constant, [False, False, True])
    np.testing.assert_array_equal(scale_features(other, scale), [[0.25, 2, 0]])
    np.testing.assert_array_equal(scale_features(train, scale), scale_features(train))


@pytest.mark.parametrize('dtype', [np.float64, np.float32])
def test_huge_numbers_do_not_overflow(dtype):
    largest = np.finfo(dtype).max / (2.5 if dtype is np.float64 else 1)
    X = np.array([[-largest, 0], [largest, 1]], dtype=dtype)
    with np.errstate(all='raise', under='ignore'):
        scaled = scale_features(X)
        beyond = scale_features(X, FeatureScale(0.0, 1e-30, np.zeros(2, bool)))
    np.testing.assert_allclose(scaled, [[0, 0.5], [1, 0.5]])
    assert scaled.dtype == dtype
    assert np.isfinite(beyond).all()


def test_a_span_beyond_float64_is_refused():
    with pytest.raises(DataError, match=r'X_data: expected a difference .*Divide the data'):
        scale_features(np.array([[-1.7e308], [1.7e308]]))


@pytest.mark.parametrize('dtype', [np.float64, np.float32, np.uint8, np.int64, bool])
def test_dtype_of_floats_is_kept_and_others_give_float64(dtype):
    X = np.array([[0, 1], [1, 0]], dtype=dtype)
    X.flags.writeable = False
    expected = dtype if dtype is np.float32 else np.float64
    assert scale_features(X).dtype == expected
    np.testing.assert_array_equal(scale_features(X), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(scale_features(X.tolist()), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ('X_data', 'got'),
    [
        ([[1.0], [np.nan]], r'nan at index \(1, 0\)'),
        ([[1.0], [np.inf]], r'inf at index \(1, 0\)'),
        ([[1.0], [2.0, 3.0]], 'samples of different shapes'),
        ([['a'], ['b']], 'data of type <U1'),
        ([], r'an array of shape \(0,\)'),
    ],
)
def test_what_cannot_be_scaled(X_data, got):
    with pytest.raises(DataError, match=f'X_data: expected .* got {got}'):
        scale_features(X_data)


def test_a_scale_fits_samples_of_its_own_shape():
    scale = feature_scale(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match=r'samples of shape \(3,\), .* got \(4,\)'):
        scale_features(np.zeros((2, 4)), scale)


# LABELS


@pytest.mark.parametrize(
    ('Y_data', 'classes', 'indices'),
    [
        (['dog', 'cat', 'dog'], ['cat', 'dog'], [1, 0, 1]),
        ([3, -7, 100], [-7, 3, 100], [1, 0, 2]),
        (np.array([0.5, 1.5, 0.5], dtype=np.float32), [0.5, 1.5], [0, 1, 0]),
        (np.array([[2], [0], [2]]), [0, 2], [1, 0, 1]),
        ([['b'], ['a']], ['a', 'b'], [1, 0]),
        ([np.array([4]), np.array([2])], [2, 4], [1, 0]),
        (np.array(['x', 'y']), ['x', 'y'], [0, 1]),
        ([True, False], [False, True], [1, 0]),
        (['a', 1, 'b', 0], [0, 1, 'a', 'b'], [2, 1, 3, 0]),
        ((5, 5), [5], [0, 0]),
    ],
)
def test_labels_of_any_kind_become_one_hot_vectors(Y_data, classes, indices):
    Y, found = encode_labels(Y_data)
    assert found == classes
    assert not any(isinstance(label, np.generic) for label in found)
    np.testing.assert_array_equal(Y, np.eye(len(classes))[indices])
    assert Y.dtype == np.float64
    np.testing.assert_array_equal(apply_label_encoding(Y_data, found), Y)


def test_classes_apply_to_other_labels_and_an_unseen_one_is_named():
    np.testing.assert_array_equal(apply_label_encoding([['b']], ['a', 'b']), [[0, 1]])
    message = r"Y_data, sample 1: expected one of the classes 'a', 'b', got 'c'"
    with pytest.raises(LabelError, match=message):
        apply_label_encoding(['a', 'c'], ['a', 'b'])


@pytest.mark.parametrize('missing', [np.nan, None])
def test_missing_labels_are_refused(missing):
    with pytest.raises(LabelError, match=r'Y_data, sample 1: expected a label, got (nan|None)'):
        encode_labels([1.0, missing])


def test_a_sample_has_one_label():
    with pytest.raises(
        LabelError, match=r'sample 0: expected one label, got 2 values.*no Y_encode'
    ):
        encode_labels(np.eye(2))
    with pytest.raises(LabelError, match='Y_data: expected at least one label, got none'):
        encode_labels([])
    with pytest.raises(LabelError, match='Y_data: expected one label for each sample, got 3'):
        encode_labels(3)
