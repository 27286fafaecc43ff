"""Positions are those of the real steps, and count on from pass to pass."""

import numpy as np
import pytest

from epynn import PositionalEncoding
from epynn.commons.errors import ShapeError


def wave(t, j, e):
    """Return one number of the paper's table."""
    angle = t / 10000 ** ((j - j % 2) / e)
    return np.cos(angle) if j % 2 else np.sin(angle)


@pytest.mark.parametrize('e', [1, 4, 7])
def test_waves_are_those_of_the_paper(e):
    A = PositionalEncoding().forward(np.zeros((2, 30, e)))
    expected = [[wave(t, j, e) for j in range(e)] for t in range(30)]
    np.testing.assert_allclose(A, [expected] * 2, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize('make', [PositionalEncoding, lambda: PositionalEncoding('learned', 9)])
@pytest.mark.parametrize('masked', [False, True])
def test_in_pieces_as_in_one(rng, make, masked):
    layer = make()
    X = rng.standard_normal((3, 9, 4))
    mask = rng.random((3, 9)) < 0.7 if masked else np.ones((3, 9), dtype=bool)
    layer.mask = mask if masked else None
    whole = np.array(layer.forward(X))
    layer.carries, pieces = True, []
    for start, end in ((0, 4), (4, 5), (5, 9)):
        layer.mask = mask[:, start:end] if masked else None
        pieces.append(layer.forward(X[:, start:end]))
    joined = np.concatenate(pieces, axis=1)
    np.testing.assert_allclose(joined[mask], whole[mask], rtol=0, atol=1e-12)


def test_a_pass_that_goes_too_far_is_refused_and_leaves_the_count_as_it_was():
    layer = PositionalEncoding('learned', 5)
    layer.carries = True
    layer.forward(np.zeros((2, 3, 4)))
    with pytest.raises(ShapeError, match=r'at most 5 steps.*got 6'):
        layer.forward(np.zeros((2, 3, 4)))
    layer.forward(np.zeros((2, 2, 4)))
    np.testing.assert_array_equal(layer.carried['t'], [5, 5])
