"""Convolution by bands of columns: against blocks and filters multiplied out."""

import numpy as np
import pytest

from epynn.kernels.bands import (
    add_bands_gradient,
    choose_columns,
    convolve_bands,
    narrow_gradient,
    widen_filters,
)
from epynn.kernels.blocks import cut_blocks


@pytest.mark.parametrize(
    ('ow', 'd', 'u', 'columns'),
    [(8, 1, 16, 4), (6, 1, 16, 2), (7, 1, 16, 1), (8, 16, 4, 4), (8, 16, 5, 1), (1, 1, 1, 1)],
)
def test_choose_columns(ow, d, u, columns):
    assert choose_columns(ow, d, u) == columns


@pytest.mark.parametrize('columns', [1, 2, 4])
@pytest.mark.parametrize(
    ('shape', 'window', 'u'),
    [((3, 6, 10, 2), (3, 3), 5), ((2, 5, 8, 1), (5, 1), 3), ((1, 1, 11, 3), (1, 4), 1),
     ((0, 4, 6, 2), (2, 3), 2), ((2, 3, 4, 1), (1, 1), 1)],
)  # fmt: skip
def test_against_blocks(shape, window, u, columns):
    rng = np.random.default_rng(3)
    X, W = rng.standard_normal(shape), rng.standard_normal((*window, shape[3], u))
    Xb = cut_blocks(X, window)
    U, Z = widen_filters(W, columns), np.empty((*Xb.shape[:3], u))
    convolve_bands(X, U, columns, Z)
    np.testing.assert_allclose(Z, np.einsum('mijacd,acdu->miju', Xb, W), rtol=0, atol=1e-13)

    dZ, dU = rng.standard_normal(Z.shape), np.zeros(U.shape)
    add_bands_gradient(X, dZ, columns, dU)
    add_bands_gradient(X, dZ, columns, dU)
    dW = narrow_gradient(dU, W.shape, columns)
    np.testing.assert_allclose(dW, 2 * np.einsum('mijacd,miju->acdu', Xb, dZ), rtol=0, atol=1e-12)


@pytest.mark.parametrize('columns', [1, 2, 4])
def test_narrowing_is_the_adjoint_of_widening(columns):
    rng = np.random.default_rng(3)
    W = rng.standard_normal((3, 2, 4, 5))
    U = widen_filters(W, columns)
    dU = rng.standard_normal(U.shape)
    narrowed = narrow_gradient(dU, W.shape, columns)
    assert np.sum(U * dU) == pytest.approx(np.sum(W * narrowed), rel=1e-13)
