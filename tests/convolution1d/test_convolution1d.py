"""Convolution1D: against PyTorch; causal signals; the same as Convolution on images of height 1."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.commons.maths import identity, tanh
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D


def draw_options(seed):
    """Return the shape of signals, options that fit, and PyTorch's padding before and after."""
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 2, 3]))
    m, e, u = int(rng.integers(1, 4)), *(groups * int(n) for n in rng.integers(1, 4, 2))
    steps, dilation = int(rng.integers(1, 15)), int(rng.integers(1, 4))
    padding = ['same', 'valid', 'causal', int(rng.integers(0, 4))][seed % 4]
    free = 15 if padding in ('same', 'causal') else steps
    if isinstance(padding, int):
        free += 2 * padding
    window = int(rng.integers(1, min((free - 1) // dilation + 1, 5) + 1))
    strides = None if rng.random() < 0.3 else int(rng.integers(1, 4))
    reach = (window - 1) * dilation
    sides = {'valid': (0, 0), 'causal': (reach, 0)}.get(padding, (padding, padding))
    if padding == 'same':
        stride = strides or window
        total = max((-(-steps // stride) - 1) * stride + reach + 1 - steps, 0)
        sides = total // 2, total - total // 2
    options = {
        'unit_filters': u,
        'filter_size': window,
        'strides': strides,
        'padding': padding,
        'dilation': dilation,
        'groups': groups,
        'use_bias': bool(rng.random() < 0.7),
    }
    return (m, steps, e), options, sides


@pytest.mark.parametrize('seed', range(80))
def test_against_torch(seed, record_property):
    torch = pytest.importorskip('torch')
    shape, options, sides = draw_options(seed)
    rng = np.random.default_rng(seed)
    layer = Convolution1D(**options, activate=tanh)
    X = rng.standard_normal(shape)
    layer.forward(X)
    layer.p = {name: rng.standard_normal(p.shape) for name, p in layer.p.items()}
    A = layer.forward(X)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)
    layer.compute_gradients()

    tX = torch.tensor(X.transpose(0, 2, 1), requires_grad=True)  # (m, e, s)
    W = np.ascontiguousarray(layer.p['W'].transpose(2, 1, 0))  # (u, e / g, f)
    tW = torch.tensor(W, requires_grad=True)
    tb = torch.tensor(layer.p['b'], requires_grad=True) if options['use_bias'] else None
    tA = torch.nn.functional.conv1d(
        torch.nn.functional.pad(tX, sides),
        tW, tb, options['strides'] or options['filter_size'], 0, options['dilation'],
        options['groups'],
    ).tanh()  # fmt: skip
    tA.backward(torch.tensor(dA.transpose(0, 2, 1)))
    pairs = [
        (A, tA.detach().permute(0, 2, 1)),
        (dX, tX.grad.permute(0, 2, 1)),
        (layer.g['dW'], tW.grad.permute(2, 1, 0)),
    ]
    if options['use_bias']:
        pairs.append((layer.g['db'], tb.grad))
    record_property('worst', max(float(np.abs(a - t.numpy()).max()) for a, t in pairs))
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-12)


def test_it_is_a_convolution_of_images_of_height_1(rng):
    layer = Convolution1D(4, 3, 2, 1, tanh, dilation=2, groups=2)
    X = rng.standard_normal((2, 9, 6))
    A = layer.forward(X)
    images = Convolution(4, (1, 3), (1, 2), (0, 1), tanh, dilation=(1, 2), groups=2)
    images.p = {'W': layer.p['W'][np.newaxis], 'b': layer.p['b']}
    np.testing.assert_array_equal(A, images.forward(X[:, np.newaxis])[:, 0])
    dA = rng.standard_normal(A.shape)
    np.testing.assert_array_equal(layer.backward(dA), images.backward(dA[:, np.newaxis])[:, 0])
    layer.compute_gradients()
    images.compute_gradients()
    np.testing.assert_array_equal(layer.g['dW'], images.g['dW'][0])


@pytest.mark.parametrize('dilation', [1, 3])
def test_causal_outputs_see_no_later_step(rng, dilation):
    layer = Convolution1D(2, 3, 1, 'causal', identity, dilation=dilation)
    X = rng.standard_normal((1, 12, 2))
    before = layer.forward(X)
    later = X.copy()
    later[:, 7:] += 1
    after = layer.forward(later)
    assert before.shape == (1, 12, 2)
    np.testing.assert_array_equal(before[:, :7], after[:, :7])
    assert (before[:, 7] != after[:, 7]).all()


def test_the_blocks_are_a_view_in_the_cache(rng):
    layer = Convolution1D(2, 3, 2, dilation=2)
    X = rng.standard_normal((2, 9, 3))
    layer.forward(X)
    assert layer.fs['Xb'] == (2, 3, 3, 3, 1)
    assert np.shares_memory(layer.fc['Xb'], X)
    np.testing.assert_array_equal(layer.fc['Xb'][1, 2, ..., 0], X[1, 4:9:2])


def test_what_is_refused(rng):
    with pytest.raises(
        ArgumentError,
        match=r"^Convolution1D\.padding: expected same, valid, causal, or numbers, got 'full'",
    ):
        Convolution1D(padding='full')
    for argument in ('filter_size', 'strides', 'padding', 'dilation', 'groups'):
        with pytest.raises(ArgumentTypeError, match=rf'^Convolution1D\.{argument}: .* \(2, 2\)'):
            Convolution1D(**{argument: (2, 2)})
    with pytest.raises(
        ArgumentError, match=r'^Convolution1D\.groups: expected a divisor .* 3, got 2'
    ):
        Convolution1D(3, groups=2)
    with pytest.raises(ShapeError, match=r'^Convolution1D: .* whose depth 3 is no multiple of 2'):
        Convolution1D(2, groups=2).forward(rng.standard_normal((1, 5, 3)))
    with pytest.raises(
        ShapeError,
        match=r'^Convolution1D\.filter_size: expected a window no longer than the padded signals, '
        r'6, got 7 \(a window 4 dilated by 2\)\. Choose',
    ):
        Convolution1D(1, 4, padding=1, dilation=2).forward(np.ones((1, 4, 1)))
    with pytest.raises(ShapeError, match=r'^Convolution1D: .* reshape signals without elements'):
        Convolution1D().forward(np.ones((3, 10)))
