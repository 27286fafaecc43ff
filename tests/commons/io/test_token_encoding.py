"""Tokens in columns and back, and sequences padded to one length."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, DataError
from epynn.commons.io import (
    encode_dataset,
    index_elements_auto,
    one_hot_decode_sequence,
    one_hot_encode,
    one_hot_encode_sequence,
    padding,
)

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
