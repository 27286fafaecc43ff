"""GlobalPooling: against PyTorch, ties, and what it refuses."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ShapeError
from epynn.globalpooling.models import GlobalPooling

POOLS = {np.mean: 'mean', np.average: 'mean', np.max: 'amax', np.min: 'amin'}


@pytest.mark.parametrize('pool', POOLS, ids=lambda f: f.__name__)
@pytest.mark.parametrize('shape', [(3, 4, 5, 2), (3, 7, 2), (1, 1, 1, 1), (2, 2, 3, 2, 4)], ids=str)
def test_against_torch(pool, shape, rng, record_property):
    torch = pytest.importorskip('torch')
    layer = GlobalPooling(pool)
    X, dA = rng.standard_normal(shape), rng.standard_normal((shape[0], shape[-1]))
    A = layer.forward(X)
    dX = layer.backward(dA)
    tX = torch.tensor(X, requires_grad=True)
    tA = getattr(tX, POOLS[pool])(dim=tuple(range(1, len(shape) - 1)))
    tA.backward(torch.tensor(dA))
    pairs = [(A, tA.detach()), (dX, tX.grad)]
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize('pool', [np.max, np.min])
def test_a_tie_goes_to_the_first(pool):
    layer = GlobalPooling(pool)
    layer.forward(np.ones((1, 2, 2, 1)))
    dX = layer.backward(np.full((1, 1), 3.0))
    np.testing.assert_array_equal(dX.ravel(), [3, 0, 0, 0])


def test_the_mean_of_integers_is_a_float():
    X = np.full((1, 4, 1), 100, dtype=np.int8)
    np.testing.assert_array_equal(GlobalPooling().forward(X), [[100.0]])


@pytest.mark.parametrize('shape', [(3, 4), (3,), (3, 0, 2)], ids=str)
def test_an_input_without_places_is_refused(shape):
    with pytest.raises(ShapeError, match=r'^GlobalPooling: expected an input of places.* \w+\.$'):
        GlobalPooling().forward(np.ones(shape))


@pytest.mark.parametrize('pool', [np.sum, 'mean', None])
def test_other_functions_are_refused(pool):
    with pytest.raises(ArgumentError, match=r'^GlobalPooling\.pool: expected np\.max'):
        GlobalPooling(pool)
