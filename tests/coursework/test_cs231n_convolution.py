"""The checks of the CS231n notebooks: convolution, pooling, columns of images."""

import numpy as np
import pytest
from course_checks import check

from epynn.coursework.cs231n.gradient_check import (
    rel_error,
)
from epynn.coursework.cs231n.im2col import col2im_indices, im2col_indices
from epynn.coursework.cs231n.layer_utils import (
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from epynn.coursework.cs231n.layers import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)


def test_conv_forward():
    x = np.linspace(-0.1, 0.5, num=2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, num=3 * 3 * 4 * 4).reshape(3, 3, 4, 4)
    b = np.linspace(-0.1, 0.2, num=3)
    out, _ = conv_forward_naive(x, w, b, {'stride': 2, 'pad': 1})
    correct_out = [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
    assert rel_error(out, correct_out) < 1e-7


@pytest.mark.parametrize(('stride', 'pad'), [(1, 1), (2, 1), (2, 0), (3, 2)])
def test_conv_backward(stride, pad, rng):
    x, w, b = (rng.standard_normal(shape) for shape in ((4, 3, 5, 5), (2, 3, 3, 3), (2,)))
    param = {'stride': stride, 'pad': pad}
    check(lambda *arrays: conv_forward_naive(*arrays, param), conv_backward_naive, (x, w, b), rng)


def test_max_pool_forward():
    x = np.linspace(-0.3, 0.4, num=2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    out, _ = max_pool_forward_naive(x, {'pool_width': 2, 'pool_height': 2, 'stride': 2})
    correct_out = [
        [
            [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
            [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
            [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
        ],
        [
            [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
            [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
            [[0.32631579, 0.34105263], [0.38526316, 0.4]],
        ],
    ]
    assert rel_error(out, correct_out) < 2e-7


@pytest.mark.parametrize(('height', 'width', 'stride'), [(2, 2, 2), (3, 2, 1), (2, 3, 3)])
def test_max_pool_backward(height, width, stride, rng):
    x = rng.standard_normal((3, 2, 8, 8))
    param = {'pool_height': height, 'pool_width': width, 'stride': stride}
    check(lambda x: max_pool_forward_naive(x, param), max_pool_backward_naive, (x,), rng)


def test_tied_maxima_give_the_gradient_to_one_winner():
    x = np.ones((1, 2, 4, 4))
    _, cache = max_pool_forward_naive(x, {'pool_height': 2, 'pool_width': 2, 'stride': 2})
    dx = max_pool_backward_naive(np.full((1, 2, 2, 2), 3.0), cache)
    expected = np.zeros((4, 4))
    expected[::2, ::2] = 3
    np.testing.assert_array_equal(dx, [[expected, expected]])


@pytest.mark.parametrize('stride', [1, 2])
def test_conv_relu(stride, rng):
    x, w, b = (rng.standard_normal(shape) for shape in ((2, 3, 8, 8), (3, 3, 3, 3), (3,)))
    param = {'stride': stride, 'pad': 1}
    check(lambda *arrays: conv_relu_forward(*arrays, param), conv_relu_backward, (x, w, b), rng)


def test_conv_relu_pool(rng):
    x, w, b = (rng.standard_normal(shape) for shape in ((2, 3, 16, 16), (3, 3, 3, 3), (3,)))
    settings = {'stride': 1, 'pad': 1}, {'pool_height': 2, 'pool_width': 2, 'stride': 2}
    check(
        lambda *arrays: conv_relu_pool_forward(*arrays, *settings),
        conv_relu_pool_backward, (x, w, b), rng, 1e-7,
    )  # fmt: skip


def naive_columns(x, height, width, padding, stride):
    N, C, H, W = x.shape
    xp = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    oh, ow = (H + 2 * padding - height) // stride + 1, (W + 2 * padding - width) // stride + 1
    cols = np.zeros((C * height * width, oh * ow * N))
    for c, a, e, i, j, n in np.ndindex(C, height, width, oh, ow, N):
        value = xp[n, c, i * stride + a, j * stride + e]
        cols[(c * height + a) * width + e, (i * ow + j) * N + n] = value
    return cols


@pytest.mark.parametrize(('padding', 'stride'), [(1, 1), (0, 2), (1, 2)])
def test_im2col(padding, stride, rng):
    x = rng.standard_normal((3, 2, 5, 7))
    cols = im2col_indices(x, 3, 2, padding, stride)
    np.testing.assert_array_equal(cols, naive_columns(x, 3, 2, padding, stride))
    weights = rng.standard_normal(cols.shape)
    folded = col2im_indices(weights, x.shape, 3, 2, padding, stride)
    assert folded.shape == x.shape
    np.testing.assert_allclose(np.sum(weights * cols), np.sum(folded * x), rtol=1e-12)


def test_integers_are_taken_as_floats():
    x, w = np.arange(32, dtype=np.uint8).reshape(1, 2, 4, 4), np.ones((3, 2, 2, 2), dtype=int)
    out, cache = conv_forward_naive(x, w, np.zeros(3), {'stride': 2, 'pad': 0})
    assert out.dtype == np.float64
    assert out[0, 0, 0, 0] == sum([0, 1, 4, 5, 16, 17, 20, 21])
    assert conv_backward_naive(out, cache)[0].shape == x.shape
