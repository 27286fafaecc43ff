"""Pooling1D: against PyTorch; the same as Pooling on images of height 1; what it refuses."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.pooling.models import Pooling
from epynn.pooling1d.models import Pooling1D


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
@pytest.mark.parametrize('seed', range(20))
def test_against_torch(seed, how, record_property):
    torch = pytest.importorskip('torch')
    F = torch.nn.functional
    rng = np.random.default_rng(seed)
    m, e = (int(n) for n in rng.integers(1, 4, 2))
    steps, window = int(rng.integers(4, 15)), int(rng.integers(1, 5))
    padding = 'valid' if seed % 4 == 0 else int(rng.integers(0, window // 2 + 1))
    strides = None if rng.random() < 0.3 else int(rng.integers(1, 4))
    layer = Pooling1D(window, strides, getattr(np, how), padding)
    X = rng.standard_normal((m, steps, e))
    A = layer.forward(X)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)

    tX = torch.tensor(X.transpose(0, 2, 1), requires_grad=True)
    p = 0 if padding == 'valid' else padding
    if how == 'mean':
        tA = F.avg_pool1d(tX, window, strides, p, count_include_pad=True)
    elif how == 'max':
        tA = F.max_pool1d(tX, window, strides, p)
    else:
        tA = -F.max_pool1d(-tX, window, strides, p)
    tA.backward(torch.tensor(dA.transpose(0, 2, 1)))
    pairs = [(A, tA.detach().permute(0, 2, 1)), (dX, tX.grad.permute(0, 2, 1))]
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize('pool', [np.max, np.min, np.mean])
@pytest.mark.parametrize('strides', [None, 1, 3])
def test_it_is_a_pooling_of_images_of_height_1(rng, pool, strides):
    layer = Pooling1D(4, strides, pool, 'same')
    X = rng.standard_normal((2, 10, 3))
    A = layer.forward(X)
    images = Pooling((1, 4), None if strides is None else (1, strides), pool, 'same')
    np.testing.assert_array_equal(A, images.forward(X[:, np.newaxis])[:, 0])
    dA = rng.standard_normal(A.shape)
    np.testing.assert_array_equal(layer.backward(dA), images.backward(dA[:, np.newaxis])[:, 0])


def test_the_first_of_equals_takes_all():
    layer = Pooling1D(3)
    layer.forward(np.zeros((1, 6, 1)))
    dX = layer.backward(np.ones((1, 2, 1)))
    assert dX.ravel().tolist() == [1, 0, 0, 1, 0, 0]


def test_what_is_refused():
    with pytest.raises(ArgumentError, match=r"^Pooling1D\.padding: .*, got 'causal' \(str\)"):
        Pooling1D(padding='causal')
    with pytest.raises(ArgumentError, match=r'^Pooling1D\.padding: expected at most half of the'):
        Pooling1D(3, padding=2)
    with pytest.raises(ArgumentError, match=r'^Pooling1D\.pool: expected np\.max'):
        Pooling1D(pool=np.median)
    for argument in ('pool_size', 'strides', 'padding'):
        with pytest.raises(ArgumentTypeError, match=rf'^Pooling1D\.{argument}: .* \(2, 2\)'):
            Pooling1D(**{argument: (2, 2)})
    with pytest.raises(
        ShapeError, match=r'^Pooling1D\.pool_size: .* no longer than the padded signals, 3, got 4\.'
    ):
        Pooling1D(4).forward(np.ones((1, 3, 1)))
