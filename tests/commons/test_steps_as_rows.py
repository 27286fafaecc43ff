"""Rows of steps: those that are real, one below the other, and back."""

import numpy as np

from epynn.commons.rows import put_rows, put_steps, take_rows, take_steps, take_weights

X = np.random.default_rng(0).standard_normal((3, 4, 2))
mask = np.arange(4) < np.array([[4], [2], [3]])


def test_there_and_back():
    assert take_steps(X).base is not None  # a view
    np.testing.assert_array_equal(put_steps(take_steps(X), X.shape), X)
    rows = take_steps(X, mask)
    assert rows.shape == (9, 2)
    np.testing.assert_array_equal(rows[4:6], X[1, :2])
    np.testing.assert_array_equal(put_steps(rows, X.shape, mask), np.where(mask[..., None], X, 0))


def test_samples_are_rows_as_they_are():
    assert take_rows(X[0]) is X[0].base or take_rows(X[0]).shape == (4, 2)
    np.testing.assert_array_equal(put_rows(X[0], (4, 2)), X[0])


def test_of_other_columns():
    labels = np.arange(9.0)
    placed = put_steps(labels[:, np.newaxis].astype(np.float32), X.shape, mask)
    assert placed.shape == (3, 4, 1)
    assert placed.dtype == np.float32
    assert put_steps(labels, X.shape, mask).shape == (3, 4)


def test_weights_of_samples_count_for_all_their_steps():
    w = np.array([1.0, 2.0, 3.0])
    assert take_weights(w, (3, 2)) is w
    np.testing.assert_array_equal(take_weights(w, X.shape), np.repeat(w, 4))
    np.testing.assert_array_equal(take_weights(w, X.shape, mask), np.repeat(w, [4, 2, 3]))
    each = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(take_weights(each, X.shape, mask), each[mask])
