"""Pooling: against PyTorch, its options, ties."""

import numpy as np
import pytest

from epynn.pooling.models import Pooling


def draw_options(seed):
    """Return an image shape, window, strides and padding that fit each other."""
    rng = np.random.default_rng(seed)
    m, d = (int(n) for n in rng.integers(1, 4, 2))
    h, w = (int(n) for n in rng.integers(4, 10, 2))
    window = tuple(int(n) for n in rng.integers(1, 5, 2))
    padding = tuple(int(rng.integers(0, size // 2 + 1)) for size in window)
    strides = None if rng.random() < 0.3 else tuple(int(n) for n in rng.integers(1, 4, 2))
    return (m, h, w, d), window, strides, padding


@pytest.mark.parametrize('how', ['max', 'min', 'mean'])
@pytest.mark.parametrize('seed', range(20))
def test_against_torch(seed, how, record_property):
    torch = pytest.importorskip('torch')
    F = torch.nn.functional
    shape, window, strides, padding = draw_options(seed)
    rng = np.random.default_rng(seed)
    layer = Pooling(window, strides, getattr(np, how), padding)
    X = rng.standard_normal(shape)
    A = layer.forward(X)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)

    tX = torch.tensor(X.transpose(0, 3, 1, 2), requires_grad=True)
    if how == 'mean':
        tA = F.avg_pool2d(tX, window, strides, padding, count_include_pad=True)
    elif how == 'max':
        tA = F.max_pool2d(tX, window, strides, padding)
    else:
        tA = -F.max_pool2d(-tX, window, strides, padding)
    tA.backward(torch.tensor(dA.transpose(0, 3, 1, 2)))
    pairs = [(A, tA.detach().permute(0, 2, 3, 1)), (dX, tX.grad.permute(0, 2, 3, 1))]
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ('functions', 'how'),
    [((np.max, np.amax, max), 'max'), ((np.min, np.amin, min), 'min'),
     ((np.mean, np.average), 'mean')],
)  # fmt: skip
def test_names_of_the_same_function(functions, how):
    assert {Pooling(pool=function).how for function in functions} == {how}


def test_the_first_of_equals_takes_all():
    X = np.zeros((1, 2, 4, 1))
    X[0, :, 2:, 0] = [[1, 3], [3, 3]]
    for pool, first in ((np.max, (0, 3)), (np.min, (0, 2))):
        layer = Pooling(pool=pool)
        layer.forward(X)
        dX = layer.backward(np.full((1, 1, 2, 1), 7.0))[0, :, :, 0]
        assert dX[0, 0] == 7  # all four are 0
        assert dX[first] == 7
        assert np.count_nonzero(dX) == 2


def test_padding_never_wins_and_counts_as_zero_in_a_mean():
    X = np.full((1, 2, 2, 1), -4.0)
    assert Pooling(2, padding=1).forward(X).max() == -4
    assert Pooling(2, padding=1, pool=np.min).forward(-X).min() == 4
    assert (Pooling(2, padding=1, pool=np.mean).forward(X) == -1).all()


def test_whole_numbers_are_pooled():
    X = np.arange(16).reshape(1, 4, 4, 1)
    for pool, expected in ((np.max, [5, 7, 13, 15]), (np.min, [0, 2, 8, 10]),
                           (np.mean, [2.5, 4.5, 10.5, 12.5])):  # fmt: skip
        assert Pooling(pool=pool).forward(X).ravel().tolist() == expected


def test_winners_are_those_of_the_last_forward_pass():
    """Outside training nobody looks for winners: the backward pass finds them itself."""
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 3, 6, 6, 2))
    layer, other = Pooling(2), Pooling(2)
    dA = rng.standard_normal(layer.forward(first).shape)
    assert layer.o['winners'].dtype == np.uint8
    layer.training = False
    layer.forward(second)
    assert layer.o['winners'] is None
    other.forward(second)
    np.testing.assert_array_equal(layer.backward(dA), other.backward(dA))


def test_a_new_step_lets_go_of_the_gradients_of_the_last():
    X = np.random.default_rng(0).standard_normal((3, 6, 6, 2))
    layer = Pooling(2)
    layer.backward(np.ones_like(layer.forward(X)))
    layer.training = False
    layer.forward(X)
    assert 'dX' in layer.bc  # for whoever looks after training, which ends with an evaluation
    layer.training = True
    layer.forward(X)
    assert not layer.bc
