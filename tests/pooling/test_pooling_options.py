"""Pooling with padding by name: against PyTorch, sizes, what it refuses."""

import math

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ShapeError
from epynn.pooling.models import Pooling


def sides_of_same(size, window, stride):
    """Return the least padding that gives an output of ceil(size / stride), by search."""
    total = 0
    while (size + total - window) // stride + 1 < math.ceil(size / stride):
        total += 1
    return total // 2, total - total // 2


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
@pytest.mark.parametrize('seed', range(25))
def test_against_torch(seed, how, record_property):
    torch = pytest.importorskip('torch')
    F = torch.nn.functional
    rng = np.random.default_rng(seed)
    m, d = (int(n) for n in rng.integers(1, 4, 2))
    size = tuple(int(n) for n in rng.integers(1, 10, 2))
    padding = 'valid' if seed % 5 == 0 else 'same'
    window = tuple(int(rng.integers(1, (n if padding == 'valid' else 5) + 1)) for n in size)
    strides = None if rng.random() < 0.3 else tuple(int(n) for n in rng.integers(1, 4, 2))
    layer = Pooling(window, strides, getattr(np, how), padding)
    X = rng.standard_normal((m, *size, d))
    A = layer.forward(X)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)

    rows, columns = (0, 0), (0, 0)
    if padding == 'same':
        rows, columns = (
            sides_of_same(*numbers) for numbers in zip(size, window, strides or window, strict=True)
        )
    tX = torch.tensor(X.transpose(0, 3, 1, 2), requires_grad=True)
    frame = {'max': -np.inf, 'min': np.inf, 'mean': 0}[how]
    padded = F.pad(tX, (*columns, *rows), value=frame)
    if how == 'mean':
        tA = F.avg_pool2d(padded, window, strides)
    elif how == 'max':
        tA = F.max_pool2d(padded, window, strides)
    else:
        tA = -F.max_pool2d(-padded, window, strides)
    tA.backward(torch.tensor(dA.transpose(0, 3, 1, 2)))
    pairs = [(A, tA.detach().permute(0, 2, 3, 1)), (dX, tX.grad.permute(0, 2, 3, 1))]
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize('pool', [np.max, np.min, np.mean])
def test_every_window_sees_data(pool):
    for size in range(1, 8):
        for window in range(1, 6):
            for stride in range(1, 6):
                layer = Pooling(window, stride, pool, 'same')
                A = layer.forward(np.ones((1, size, size, 1)))
                assert A.shape[1] == math.ceil(size / stride)
                assert np.isfinite(A).all()
                assert (A > 0).all()


def test_zeros_of_same_count_in_a_mean():
    A = Pooling(2, 2, np.mean, 'same').forward(np.ones((1, 3, 3, 1)))
    np.testing.assert_array_equal(A[0, :, :, 0], [[1, 0.5], [0.5, 0.25]])


def test_what_is_refused():
    with pytest.raises(ArgumentError, match=r"^Pooling\.padding: .*, got 'causal' \(str\)"):
        Pooling(padding='causal')
    with pytest.raises(
        ArgumentError,
        match=r'^Pooling\.padding: expected at most half of the window, .* got 2 \(int\)',
    ):
        Pooling(3, padding=2)
    with pytest.raises(ArgumentError, match=r'^Pooling\.pool: expected np\.max, np\.min, np\.mean'):
        Pooling(pool=np.sum)
    with pytest.raises(
        ShapeError, match=r'^Pooling\.pool_size: .* images \(3, 4\), got \(4, 4\)\. '
    ):
        Pooling(4, padding='valid').forward(np.ones((1, 3, 4, 1)))
