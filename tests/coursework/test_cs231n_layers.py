"""The checks of the CS231n notebooks: affine, ReLU, softmax, dropout, and names."""

import importlib

import numpy as np
import pytest
from course_checks import check

from epynn.commons.errors import ArgumentError, LabelError, ShapeError
from epynn.coursework import cs231n
from epynn.coursework.cs231n.fast_layers import (
    conv_backward_fast,
    conv_backward_im2col,
    conv_backward_strides,
    conv_forward_fast,
    conv_forward_im2col,
    conv_forward_strides,
    max_pool_backward_fast,
    max_pool_backward_im2col,
    max_pool_backward_reshape,
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from epynn.coursework.cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
)
from epynn.coursework.cs231n.im2col import col2im_indices
from epynn.coursework.cs231n.layer_utils import (
    affine_relu_backward,
    affine_relu_forward,
    generic_backward,
    generic_forward,
)
from epynn.coursework.cs231n.layers import (
    affine_backward,
    affine_forward,
    batchnorm_forward,
    conv_backward_naive,
    conv_forward_naive,
    dropout_backward,
    dropout_forward,
    layernorm_forward,
    max_pool_backward_naive,
    max_pool_forward_naive,
    relu_backward,
    relu_forward,
    softmax_loss,
)


def test_affine_forward():
    x = np.linspace(-0.1, 0.5, num=2 * 4 * 5 * 6).reshape(2, 4, 5, 6)
    w = np.linspace(-0.2, 0.3, num=4 * 5 * 6 * 3).reshape(120, 3)
    b = np.linspace(-0.3, 0.1, num=3)
    out, _ = affine_forward(x, w, b)
    correct_out = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
    assert rel_error(out, correct_out) < 1e-8


def test_affine_backward(rng):
    x, w, b = (rng.standard_normal(shape) for shape in ((10, 2, 3), (6, 5), (5,)))
    check(affine_forward, affine_backward, (x, w, b), rng)


def test_relu():
    x = np.linspace(-0.5, 0.5, num=12).reshape(3, 4)
    out, cache = relu_forward(x)
    correct_out = [
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.04545455, 0.13636364],
        [0.22727273, 0.31818182, 0.40909091, 0.5],
    ]
    assert rel_error(out, correct_out) < 5e-8
    np.testing.assert_array_equal(relu_backward(np.ones_like(x), cache), x > 0)


def test_affine_relu(rng):
    x, w, b = (rng.standard_normal(shape) for shape in ((2, 3, 4), (12, 10), (10,)))
    check(affine_relu_forward, affine_relu_backward, (x, w, b), rng)


@pytest.mark.parametrize('last', [False, True])
@pytest.mark.parametrize('dropout_param', [None, {'mode': 'train', 'p': 0.7, 'seed': 3}])
@pytest.mark.parametrize('bn_param', [
    None, {}, {'mode': 'train'},
    {'mode': 'test', 'running_mean': np.arange(4.0), 'running_var': np.ones(4)},
], ids=['none', 'layer', 'batch', 'batch test'])  # fmt: skip
def test_a_block_of_any_parts(bn_param, dropout_param, last, rng):
    x, w, b = (rng.standard_normal(shape) for shape in ((5, 3, 2), (6, 4), (4,)))
    scales = [] if bn_param is None or last else [rng.standard_normal(4) for _ in range(2)]
    bn_param = None if bn_param is None else dict(bn_param)
    options = {'bn_param': bn_param, 'dropout_param': dropout_param, 'last': last}

    def forward(*arrays):
        return generic_forward(*arrays, **options)

    def backward(dout, cache):
        gradients = generic_backward(dout, cache)
        assert gradients[3 + len(scales) :] == (None, None)[len(scales) :]
        return gradients[: 3 + len(scales)]

    out, _ = check(forward, backward, (x, w, b, *scales), rng)

    expected = affine_forward(x, w, b)[0]
    if scales:
        normalize = batchnorm_forward if 'mode' in bn_param else layernorm_forward
        expected = normalize(expected, *scales, bn_param)[0]
    if not last:
        expected = relu_forward(expected)[0]
        expected = dropout_forward(expected, dropout_param)[0] if dropout_param else expected
    np.testing.assert_array_equal(out, expected)


def test_a_block_that_is_to_normalize_without_a_scale():
    with pytest.raises(ArgumentError, match=r'gamma, beta: .* Give both, or bn_param=None'):
        generic_forward(np.ones((2, 3)), np.ones((3, 4)), np.ones(4), bn_param={'mode': 'train'})


def test_softmax_loss(rng):
    x, y = 0.001 * rng.standard_normal((50, 10)), rng.integers(10, size=50)
    loss, dx = softmax_loss(x, y)
    assert abs(loss - np.log(10)) < 1e-3
    numeric = eval_numerical_gradient(lambda x: softmax_loss(x, y)[0], x, verbose=False)
    assert rel_error(numeric, dx) < 1e-6


def test_softmax_loss_of_scores_far_apart_is_exact():
    loss, dx = softmax_loss(np.array([[0.0, 1e5]]), np.array([0]))
    assert loss == 1e5
    np.testing.assert_array_equal(dx, [[-1, 1]])


def test_all_names_of_one_layer_are_one_function():
    assert conv_forward_fast is conv_forward_strides is conv_forward_im2col is cs231n.conv_forward
    assert conv_backward_fast is conv_backward_strides is conv_backward_im2col
    assert conv_backward_im2col is conv_backward_naive is cs231n.conv_backward
    assert max_pool_forward_fast is max_pool_forward_reshape is max_pool_forward_im2col
    assert max_pool_forward_im2col is max_pool_forward_naive is cs231n.max_pool_forward
    assert max_pool_backward_fast is max_pool_backward_reshape is max_pool_backward_im2col
    assert max_pool_backward_im2col is max_pool_backward_naive is cs231n.max_pool_backward


@pytest.mark.parametrize(
    'module', ['layers', 'layer_utils', 'fast_layers', 'im2col', 'optim', 'solver',
               'gradient_check', 'classifiers.fc_net', 'classifiers.cnn'],
)  # fmt: skip
def test_names_of_all_modules_of_the_course_are_in_the_package(module):
    path = f'epynn.coursework.cs231n.{module}'
    public = [
        name for name, thing in vars(importlib.import_module(path)).items()
        if callable(thing) and thing.__module__.startswith('epynn.coursework.cs231n')
        and thing.__module__.removeprefix('epynn.coursework.cs231n.') == module
        and not name.startswith('_') and name not in ('Model', 'Config')
    ]  # fmt: skip
    for name in public:
        assert name in cs231n.__all__


@pytest.mark.parametrize('keep', [0.25, 0.4, 0.7])
def test_dropout(keep, rng):
    x = rng.standard_normal((500, 500)) + 10
    out, cache = dropout_forward(x, {'mode': 'train', 'p': keep, 'seed': 231})
    assert abs(out.mean() - 10) < 0.1
    assert abs((out == 0).mean() - (1 - keep)) < 0.01
    np.testing.assert_allclose(out[out != 0], (x / keep)[out != 0])
    np.testing.assert_array_equal(dropout_backward(x, cache), out)
    test_out, test_cache = dropout_forward(x, {'mode': 'test', 'p': keep})
    np.testing.assert_array_equal(test_out, x)
    np.testing.assert_array_equal(dropout_backward(x, test_cache), x)


def test_dropout_draws_the_masks_of_the_course(rng):
    np.random.seed(123)  # noqa: NPY002  as the course draws
    kept = np.random.rand(4, 6) < 0.8  # noqa: NPY002
    x = rng.standard_normal((4, 6)).astype(np.float32)
    out, _ = dropout_forward(x, {'mode': 'train', 'p': 0.8, 'seed': 123})
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out != 0, kept)


def test_numerical_gradient_shows_and_restores(capsys):
    x = np.array([1.0, -2.0])
    gradient = eval_numerical_gradient(lambda x: np.sum(x**2), x)
    np.testing.assert_allclose(gradient, [2, -4], rtol=1e-9)
    np.testing.assert_array_equal(x, [1, -2])
    assert '(0,) 2.0' in capsys.readouterr().out
    identity = eval_numerical_gradient_array(lambda x: x, x, np.ones(2))  # returns x itself
    np.testing.assert_allclose(identity, [1, 1], rtol=1e-9)


def test_errors_name_what_is_wrong():
    x, w, b = np.ones((2, 3, 4, 4)), np.ones((5, 3, 3, 3)), np.ones(5)
    with pytest.raises(ShapeError, match=r'x: expected shape \(N, C, H, W\)'):
        conv_forward_naive(x[0], w, b, {'stride': 1, 'pad': 1})
    with pytest.raises(ShapeError, match=r'w: expected shape \(F, C=3, HH, WW\)'):
        conv_forward_naive(x, w[:, :2], b, {'stride': 1, 'pad': 1})
    with pytest.raises(ShapeError, match=r'b: expected shape \(F=5\)'):
        conv_forward_naive(x, w, b[:2], {'stride': 1, 'pad': 1})
    with pytest.raises(ArgumentError, match=r'conv_param: .* Add pad'):
        conv_forward_naive(x, w, b, {'stride': 1})
    with pytest.raises(ArgumentError, match='stride'):
        conv_forward_naive(x, w, b, {'stride': 0, 'pad': 1})
    with pytest.raises(ArgumentError, match='Add pool_width'):
        max_pool_forward_naive(x, {'stride': 1, 'pool_height': 2})
    with pytest.raises(ShapeError, match=r'w: expected shape \(D=48, M\)'):
        affine_forward(x, np.ones((47, 2)), np.ones(2))
    with pytest.raises(LabelError, match='whole numbers from 0 to 2'):
        softmax_loss(np.ones((2, 3)), np.array([0, 3]))
    with pytest.raises(ArgumentError, match='dropout_param'):
        dropout_forward(x, {'p': 0.5, 'mode': 'training'})
    _, cache = conv_forward_naive(x, w, b, {'stride': 1, 'pad': 1})
    with pytest.raises(ShapeError, match=r'dout: expected shape \(N=2, F=5, H=4, W=4\)'):
        conv_backward_naive(np.ones((2, 5, 4, 3)), cache)
    with pytest.raises(ShapeError, match='cols'):
        col2im_indices(np.ones((3, 3)), (1, 1, 4, 4))
