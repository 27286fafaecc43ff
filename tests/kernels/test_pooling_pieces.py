"""Pooling in pieces gives the same numbers as in one go."""

import numpy as np
import pytest

from epynn.kernels.fast import pieces
from epynn.kernels.pooling import pool, pool_gradient


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
@pytest.mark.parametrize(
    ('window', 'strides', 'padding'),
    [((2, 2), None, 0), ((3, 3), 2, 1), ((3, 2), (1, 2), 0), ((2, 2), 3, 0), ((1, 1), 2, 0)],
)
@pytest.mark.parametrize('m', [0, 1, 2, 7])
@pytest.mark.parametrize('dtype', [np.float32, np.float64, np.int16])
def test_pieces(monkeypatch, dtype, m, window, strides, padding, how):
    rng = np.random.default_rng(14)
    X = np.round(9 * rng.standard_normal((m, 8, 9, 3))).astype(dtype)  # ties
    arguments = window, strides, padding, how
    Z = pool(X, *arguments)
    dZ = rng.standard_normal(Z.shape)
    dX = pool_gradient(dZ, X, Z, *arguments)
    for piece in (1, 1 << 30):
        monkeypatch.setattr(pieces, 'PIECE_BYTES', piece)
        np.testing.assert_array_equal(pool(X, *arguments), Z)
        np.testing.assert_array_equal(pool_gradient(dZ, X, Z, *arguments), dX)


def test_a_window_with_a_nan_sends_nothing_in_tiles_and_overlapping():
    X = np.zeros((2, 4, 4, 1), dtype=np.float32)
    X[0, 0, 0] = np.nan
    for window, strides, windows in ((2, 2, 8), (3, 1, 8)):
        Z = pool(X, window, strides)
        dX = pool_gradient(np.ones_like(Z), X, Z, window, strides)
        assert dX.sum() == windows - 1
