"""The checks of the CS231n notebooks on batch, layer and group normalization."""

import numpy as np
import pytest
from course_checks import check

from epynn.commons.errors import ArgumentError, ShapeError
from epynn.coursework.cs231n.layers import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)


def test_batchnorm_forward_in_training(rng):
    N, D1, D2, D3 = 200, 50, 60, 3
    X, W1, W2 = (rng.standard_normal(shape) for shape in ((N, D1), (D1, D2), (D2, D3)))
    a = np.maximum(0, X @ W1) @ W2
    out, _ = batchnorm_forward(a, np.ones(D3), np.zeros(D3), {'mode': 'train'})
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=1e-6)
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    out, _ = batchnorm_forward(a, gamma, beta, {'mode': 'train'})
    np.testing.assert_allclose(out.mean(axis=0), beta, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=0), gamma, atol=1e-6)


def test_batchnorm_forward_at_test_time(rng):
    gamma, beta, bn_param = np.ones(3), np.zeros(3), {'mode': 'train'}
    for _ in range(50):
        batchnorm_forward(4 * rng.standard_normal((200, 3)) + 2, gamma, beta, bn_param)
    bn_param['mode'] = 'test'
    kept = bn_param['running_mean'].copy()
    a = 4 * rng.standard_normal((200, 3)) + 2
    out, cache = batchnorm_forward(a, gamma, beta, bn_param)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=0.2)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=0.15)
    np.testing.assert_array_equal(bn_param['running_mean'], kept)
    sd = np.sqrt(bn_param['running_var'] + 1e-5)
    np.testing.assert_allclose(batchnorm_backward(a, cache)[0], a / sd, rtol=1e-14)


def test_running_statistics_are_those_of_the_course(rng):
    x = rng.standard_normal((7, 3))
    bn_param = {'mode': 'train', 'momentum': 0.8, 'running_mean': np.ones(3)}
    batchnorm_forward(x, np.ones(3), np.zeros(3), bn_param)
    np.testing.assert_allclose(bn_param['running_mean'], 0.8 + 0.2 * x.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(bn_param['running_var'], 0.2 * x.var(axis=0), rtol=1e-14)


@pytest.mark.parametrize('backward', [batchnorm_backward, batchnorm_backward_alt])
@pytest.mark.parametrize('eps', [1e-5, 0.1])
def test_batchnorm_backward(backward, eps, rng):
    x = 5 * rng.standard_normal((4, 5)) + 12
    gamma, beta = rng.standard_normal((2, 5))
    param = {'mode': 'train', 'eps': eps}
    check(lambda *arrays: batchnorm_forward(*arrays, dict(param)), backward, (x, gamma, beta), rng)


def test_layernorm(rng):
    a = 10 * rng.standard_normal((4, 3)) + 3
    out, _ = layernorm_forward(a, np.full(3, 3.0), np.full(3, 5.0), {})
    np.testing.assert_allclose(out.mean(axis=1), 5, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=1), 3, atol=1e-5)
    gamma, beta = rng.standard_normal((2, 3))
    check(lambda *arrays: layernorm_forward(*arrays, {}), layernorm_backward, (a, gamma, beta), rng)


def test_spatial_batchnorm_forward(rng):
    x = 4 * rng.standard_normal((2, 3, 4, 5)) + 10
    gamma, beta = np.array([3.0, 4.0, 5.0]), np.array([6.0, 7.0, 8.0])
    out, _ = spatial_batchnorm_forward(x, gamma, beta, {'mode': 'train'})
    assert out.shape == x.shape
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), beta, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), gamma, atol=1e-5)
    rows = x.transpose(0, 2, 3, 1).reshape(-1, 3)
    expected, _ = batchnorm_forward(rows, gamma, beta, {'mode': 'train'})
    np.testing.assert_allclose(out.transpose(0, 2, 3, 1).reshape(-1, 3), expected, rtol=1e-12)


@pytest.mark.parametrize('mode', ['train', 'test'])
def test_spatial_batchnorm_backward(mode, rng):
    x = 5 * rng.standard_normal((2, 3, 4, 5)) + 12
    gamma, beta = rng.standard_normal((2, 3))
    param = {'mode': mode, 'running_mean': np.ones(3), 'running_var': np.full(3, 2.0)}
    check(
        lambda *arrays: spatial_batchnorm_forward(*arrays, dict(param)),
        spatial_batchnorm_backward, (x, gamma, beta), rng,
    )  # fmt: skip


def test_spatial_groupnorm_forward(rng):
    N, C, H, W, G = 2, 6, 4, 5, 2
    x = 4 * rng.standard_normal((N, C, H, W)) + 10
    out, _ = spatial_groupnorm_forward(x, np.ones((1, C, 1, 1)), np.zeros((1, C, 1, 1)), G, {})
    groups = out.reshape(N * G, -1)
    np.testing.assert_allclose(groups.mean(axis=1), 0, atol=1e-13)
    np.testing.assert_allclose(groups.std(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize('shape', [(1, 6, 1, 1), (6,)])
@pytest.mark.parametrize('G', [1, 2, 6])
def test_spatial_groupnorm_backward(shape, G, rng):
    x = 5 * rng.standard_normal((2, 6, 4, 5)) + 12
    gamma, beta = rng.standard_normal((2, *shape))
    check(
        lambda *arrays: spatial_groupnorm_forward(*arrays, G, {}),
        spatial_groupnorm_backward, (x, gamma, beta), rng,
    )  # fmt: skip


def test_float32_stays_float32(rng):
    x = rng.standard_normal((6, 4)).astype(np.float32)
    gamma, beta, param = np.ones(4, np.float32), np.zeros(4, np.float32), {'mode': 'train'}
    out, cache = batchnorm_forward(x, gamma, beta, param)
    arrays = [out, *batchnorm_backward(x, cache), param['running_mean'], param['running_var']]
    out, cache = layernorm_forward(x, gamma, beta, {})
    arrays += [out, *layernorm_backward(x, cache)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_errors_name_what_is_wrong():
    x, gamma, beta = np.ones((4, 3)), np.ones(3), np.zeros(3)
    with pytest.raises(ArgumentError, match='Add mode'):
        batchnorm_forward(x, gamma, beta, {})
    with pytest.raises(ArgumentError, match='one of train, test'):
        batchnorm_forward(x, gamma, beta, {'mode': 'eval'})
    with pytest.raises(ShapeError, match=r'gamma: expected shape \(channels=3\)'):
        layernorm_forward(x, np.ones(4), beta, {})
    with pytest.raises(ShapeError, match='3 channels'):
        spatial_groupnorm_forward(np.ones((2, 3, 4, 4)), gamma, beta, 2, {})
    with pytest.raises(ShapeError, match='N, C, H, W'):
        spatial_batchnorm_forward(x, gamma, beta, {'mode': 'train'})
