"""Labels of any kind in columns."""

import numpy as np
import pytest

from epynn.commons.errors import LabelError
from epynn.commons.io import (
    apply_label_encoding,
    encode_labels,
)


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


def test_a_sample_has_one_label():
    with pytest.raises(
        LabelError, match=r'sample 0: expected one label, got 2 values.*no Y_encode'
    ):
        encode_labels(np.eye(2))
    with pytest.raises(LabelError, match='Y_data: expected at least one label, got none'):
        encode_labels([])
    with pytest.raises(LabelError, match='Y_data: expected one label for each sample, got 3'):
        encode_labels(3)
