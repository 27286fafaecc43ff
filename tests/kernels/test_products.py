"""Products in pieces: what one product gives, and the same bits on any number of threads."""

import numpy as np
import pytest

from epynn.kernels import products
from epynn.kernels.products import multiply, multiply_strips
from epynn.kernels.threads import WORTH_A_SHARE, set_threads

SHAPES = [(3, 4, 5), (0, 4, 5), (700, 300, 40), (40, 300, 700), (500, 301, 503), (1, 20_000, 900)]
SHAPES += [(40, 9_000, 30)]  # the sum is cut


@pytest.fixture(autouse=True)
def restore():
    yield
    set_threads(None)


@pytest.mark.parametrize('shape', SHAPES, ids=str)
@pytest.mark.parametrize('dtype', ['float64', 'float32', 'int64'])
@pytest.mark.parametrize('transposed', [False, True])
def test_the_same_as_one_product_on_any_number_of_threads(
    shape, dtype, transposed, rng, monkeypatch
):
    m, n, u = shape
    if dtype == 'int64':  # BLAS takes no part: a tenth of the sums, cut into as many pieces
        n = -(-n // 10)
        monkeypatch.setattr('epynn.kernels.threads.WORTH_A_SHARE', WORTH_A_SHARE / 10)
    X = rng.standard_normal((n, m)).T if transposed else rng.standard_normal((m, n))
    W = rng.standard_normal((n, u))
    if dtype == 'int64':
        X, W = X * 9, W * 9
    X, W = X.astype(dtype), W.astype(dtype)
    results = []
    for threads in (1, 2, 4, 8):
        set_threads(threads)
        results.append(multiply(X, W))
    assert results[0].dtype == X.dtype
    tolerance = 0 if dtype == 'int64' else 10 * n * np.finfo(dtype).eps
    np.testing.assert_allclose(results[0], X @ W, rtol=0, atol=tolerance)
    for result in results[1:]:
        assert result.tobytes() == results[0].tobytes()


@pytest.mark.parametrize('m', [0, 1, 31, 63, 64, 65, 1000])
@pytest.mark.parametrize('lead', [(), (3,)])
@pytest.mark.parametrize('turned', [False, True])
def test_strips_are_the_product(m, lead, turned, rng, monkeypatch):
    monkeypatch.setattr(products, '_SMALL', 32 * 7 * 5)  # 32 rows
    X = rng.standard_normal((*lead, 7, m)).swapaxes(-1, -2)
    X = X if turned else X.copy()
    W = rng.standard_normal((7, 5))
    Z = np.full((*lead, m, 5), np.nan)
    multiply_strips(X, W, Z)
    np.testing.assert_allclose(Z, X @ W, rtol=0, atol=1e-13)
