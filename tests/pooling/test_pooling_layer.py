"""Pooling: its options, ties, padding, and which pass the winners are of."""

import math
from itertools import product

import numpy as np
import pytest

from epynn.pooling.models import Pooling


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


def test_a_last_window_hangs_over_where_the_others_leave_a_rest():
    """As many as PyTorch has: the last one begins in the image, or in the padding before it."""
    for size, window, stride, padding, dilation in product(
        range(2, 8), range(1, 5), range(1, 5), range(3), range(1, 3)
    ):
        span = (window - 1) * dilation + 1
        if 2 * padding > span or span > size + 2 * padding:
            continue
        options = {'padding': (padding, 0), 'dilation': (dilation, 1), 'ceil_mode': True}
        layer = Pooling((window, 1), (stride, 1), **options)
        begins = range(-padding, size, stride)
        whole = [begin for begin in begins if begin + span <= size + padding]
        rest = whole[-1] + span < size + padding
        A = layer.forward(np.ones((1, size, 1, 1)))
        assert A.shape[1] == len(whole) + (rest and len(begins) > len(whole))
        assert (A == 1).all()


def test_a_mean_is_of_the_points_that_count():
    X = np.ones((1, 5, 5, 1))
    for options in ({'count_padding': False}, {'ceil_mode': True, 'count_padding': False}):
        for padding in (1, 'same'):
            A = Pooling(3, 2, np.mean, padding, **options).forward(X)
            np.testing.assert_allclose(A, 1, rtol=1e-15)
    A = Pooling(2, 2, np.mean, ceil_mode=True).forward(X)
    np.testing.assert_array_equal(A, np.ones((1, 3, 3, 1)))
    A = Pooling(2, 2, np.mean, 1, ceil_mode=True).forward(X)[0, :, :, 0]
    np.testing.assert_array_equal(A[0], [0.25, 0.5, 0.5])


def test_of_infinities_those_of_the_image_win():
    layer = Pooling(2, 1, padding=1, dilation=2)
    A = layer.forward(np.full((1, 3, 3, 1), -np.inf))
    dX = layer.backward(np.ones_like(A))[0, :, :, 0]
    assert dX.sum() == A.size
    assert layer.o['winners'][0, :, :, 0].tolist() == [[3, 2, 2], [1, 0, 0], [1, 0, 0]]
