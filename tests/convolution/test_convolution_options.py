"""Convolution with padding by name, dilation and groups: against PyTorch; what it refuses."""

import math
import warnings

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.commons.maths import identity, tanh
from epynn.commons.penalties import L2
from epynn.convolution.models import Convolution


def sides_of_same(size, window, stride, dilation):
    """Return the least padding that gives an output of ceil(size / stride), by search."""
    total = 0
    while (size + total - (window - 1) * dilation - 1) // stride + 1 < math.ceil(size / stride):
        total += 1
    return total // 2, total - total // 2


def draw_options(seed):
    """Return an image shape and options that fit it, with PyTorch's padding of each side."""
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 2, 3]))
    m, d, u = int(rng.integers(1, 4)), *(groups * int(n) for n in rng.integers(1, 4, 2))
    if rng.random() < 0.2:  # depthwise
        groups, d, u = d, d, d * int(rng.integers(1, 3))
    size = tuple(int(n) for n in rng.integers(1, 11, 2))
    padding = ['same', 'valid', (0, 0), tuple(int(n) for n in rng.integers(0, 4, 2))][seed % 4]
    dilation = tuple(int(n) for n in rng.choice([1, 1, 2, 3], 2))
    free = [9, 9] if padding == 'same' else list(size)
    if isinstance(padding, tuple):
        free = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    window = tuple(
        int(rng.integers(1, min((n - 1) // r + 1, 4) + 1))
        for n, r in zip(free, dilation, strict=True)
    )
    strides = None if rng.random() < 0.2 else tuple(int(n) for n in rng.integers(1, 4, 2))
    options = {
        'unit_filters': u,
        'filter_size': window,
        'strides': strides,
        'padding': padding,
        'dilation': dilation,
        'groups': groups,
        'use_bias': bool(rng.random() < 0.7),
    }
    if padding == 'same':
        sides = [
            sides_of_same(*numbers)
            for numbers in zip(size, window, strides or window, dilation, strict=True)
        ]
    else:
        sides = [(0, 0), (0, 0)] if padding == 'valid' else [(p, p) for p in padding]
    return (m, *size, d), options, sides


@pytest.mark.parametrize('seed', range(240))
def test_against_torch(seed, record_property):
    torch = pytest.importorskip('torch')
    shape, options, (rows, columns) = draw_options(seed)
    rng = np.random.default_rng(seed)
    layer = Convolution(**options, activate=tanh)
    X = rng.standard_normal(shape)
    layer.forward(X)
    layer.p = {name: rng.standard_normal(p.shape) for name, p in layer.p.items()}
    A = layer.forward(X)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)
    layer.compute_gradients()
    assert layer.p['W'].shape[2] == shape[3] // options['groups']

    tX = torch.tensor(X.transpose(0, 3, 1, 2), requires_grad=True)  # (m, d, h, w)
    W = np.ascontiguousarray(layer.p['W'].transpose(3, 2, 0, 1))  # (u, d / g, fh, fw)
    tW = torch.tensor(W, requires_grad=True)
    tb = torch.tensor(layer.p['b'], requires_grad=True) if options['use_bias'] else None
    strides = options['strides'] or options['filter_size']
    tA = torch.nn.functional.conv2d(
        torch.nn.functional.pad(tX, (*columns, *rows)),
        tW, tb, strides, 0, options['dilation'], options['groups'],
    ).tanh()  # fmt: skip
    tA.backward(torch.tensor(dA.transpose(0, 3, 1, 2)))
    pairs = [
        (A, tA.detach().permute(0, 2, 3, 1)),
        (dX, tX.grad.permute(0, 2, 3, 1)),
        (layer.g['dW'], tW.grad.permute(2, 3, 1, 0)),
    ]
    if options['use_bias']:
        pairs.append((layer.g['db'], tb.grad))
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize('window', [1, 2, 3, (4, 5)])
@pytest.mark.parametrize('dilation', [1, (2, 1)])
def test_same_is_that_of_torch_at_stride_1(rng, window, dilation):
    torch = pytest.importorskip('torch')
    layer = Convolution(3, window, 1, 'same', identity, dilation=dilation)
    X = rng.standard_normal((2, 6, 7, 2))
    A = layer.forward(X)
    W = torch.tensor(np.ascontiguousarray(layer.p['W'].transpose(3, 2, 0, 1)))
    tX = torch.tensor(X.transpose(0, 3, 1, 2).copy())
    with warnings.catch_warnings():  # even windows make PyTorch warn of a copy
        warnings.simplefilter('ignore')
        tA = torch.nn.functional.conv2d(tX, W, padding='same', dilation=dilation)
    np.testing.assert_allclose(A, tA.permute(0, 2, 3, 1).numpy(), rtol=0, atol=1e-12)


def test_same_has_the_odd_row_at_the_bottom_and_the_odd_column_at_the_right():
    layer = Convolution(1, 2, 1, 'same', identity)
    X = np.arange(1.0, 5).reshape(1, 2, 2, 1)
    layer.forward(X)
    layer.p['W'] = np.array([1.0, 10, 100, 1000]).reshape(2, 2, 1, 1)
    np.testing.assert_array_equal(layer.forward(X)[0, :, :, 0], [[4321, 402], [43, 4]])
    assert layer.window.pads == ((0, 1), (0, 1))
    assert (layer.d['ph'], layer.d['pw']) == (0, 0)


@pytest.mark.parametrize('size', range(1, 9))
def test_sizes_of_same(size):
    for window in range(1, 6):
        for stride in range(1, 5):
            layer = Convolution(1, window, stride, 'same')
            assert layer.forward(np.ones((1, size, size, 1))).shape[1] == math.ceil(size / stride)


def test_padding_of_same_follows_the_input(rng):
    layer = Convolution(2, 3, 2, 'same')
    assert layer.forward(rng.standard_normal((1, 5, 6, 1))).shape == (1, 3, 3, 2)
    assert layer.window.pads == ((1, 1), (0, 1))
    assert layer.forward(rng.standard_normal((1, 6, 5, 1))).shape == (1, 3, 3, 2)
    assert layer.window.pads == ((0, 1), (1, 1))


def test_dilated_blocks_are_a_view(rng):
    layer = Convolution(2, 3, 1, dilation=2)
    X = rng.standard_normal((2, 7, 8, 3))
    layer.forward(X)
    assert layer.fs['Xb'] == (2, 3, 4, 3, 3, 3, 1)
    assert np.shares_memory(layer.fc['Xb'], X)
    np.testing.assert_array_equal(layer.fc['Xb'][1, 2, 1, ..., 0], X[1, 2:7:2, 1:6:2])


def test_each_group_sees_its_own_depth(rng):
    """Groups are convolutions side by side."""
    layer = Convolution(4, 3, 1, 'same', tanh, groups=2)
    X = rng.standard_normal((2, 5, 5, 6))
    A = layer.forward(X)
    for half in range(2):
        part = Convolution(2, 3, 1, 'same', tanh)
        part.p = {
            'W': layer.p['W'][..., 2 * half : 2 * half + 2],
            'b': layer.p['b'][2 * half : 2 * half + 2],
        }
        expected = part.forward(X[..., 3 * half : 3 * half + 3])
        np.testing.assert_allclose(A[..., 2 * half : 2 * half + 2], expected, rtol=0, atol=1e-13)


def test_the_initializer_draws_on_the_shape_of_groups():
    layer = Convolution(6, 3, groups=3)
    layer.np_rng = np.random.default_rng(7)
    layer.forward(np.ones((1, 5, 5, 6)))
    expected = np.random.default_rng(7).standard_normal((3, 3, 2, 6)) * np.sqrt(2 / 14)
    np.testing.assert_array_equal(layer.p['W'], expected)


def test_the_penalty_is_on_the_weights():
    layer = Convolution(2, 2, penalty=L2(0.1))
    layer.forward(np.ones((1, 4, 4, 1)))
    assert layer.compute_penalty() == pytest.approx(0.05 * np.square(layer.p['W']).sum())


def test_what_is_refused(rng):
    with pytest.raises(
        ArgumentError,
        match=r"^Convolution\.padding: expected same, valid, or numbers, got 'full' \(str\)",
    ):
        Convolution(padding='full')
    with pytest.raises(ArgumentTypeError, match=r'^Convolution\.padding: .* got 1\.5 \(float\)'):
        Convolution(padding=1.5)
    with pytest.raises(ArgumentError, match=r'^Convolution\.padding\[1\]: .* at least 0, got -1'):
        Convolution(padding=(0, -1))
    with pytest.raises(ArgumentError, match=r'^Convolution\.dilation: .* at least 1, got 0'):
        Convolution(dilation=0)
    with pytest.raises(ArgumentError, match=r'^Convolution\.groups: .* at least 1, got 0'):
        Convolution(groups=0)
    with pytest.raises(
        ArgumentError,
        match=r'^Convolution\.groups: expected a divisor of the number of filters, 5, got 2\. Each',
    ):
        Convolution(5, groups=2)
    with pytest.raises(
        ShapeError,
        match=r'^Convolution: expected an input that fits its W of shape \(\.\.\., depth / 2, '
        r'units\), got an input of shape \(1, 5, 5, 3\), whose depth 3 is no multiple of 2\. '
        r'Pass as many',
    ):
        Convolution(4, groups=2).forward(rng.standard_normal((1, 5, 5, 3)))


def test_the_effective_size_is_in_the_error(rng):
    X = rng.standard_normal((1, 4, 6, 1))
    with pytest.raises(
        ShapeError,
        match=r'^Convolution\.filter_size: expected a window no larger than the padded images '
        r'\(6, 8\), got \(7, 7\) \(a window \(3, 3\) dilated by \(3, 3\)\)\. Choose',
    ):
        Convolution(filter_size=3, padding=1, dilation=3).forward(X)
    with pytest.raises(
        ShapeError, match=r'no larger than the padded images \(4, 6\), got \(5, 5\)\. '
    ):
        Convolution(filter_size=5).forward(X)
    assert Convolution(filter_size=3, strides=1, padding=1, dilation=2).forward(X).shape == (
        1, 2, 4, 1,
    )  # fmt: skip
