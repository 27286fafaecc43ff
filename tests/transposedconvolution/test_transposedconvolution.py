"""TransposedConvolution: against PyTorch, and as the adjoint of Convolution; what it refuses."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.commons.maths import identity, tanh
from epynn.convolution.models import Convolution
from epynn.transposedconvolution.models import TransposedConvolution


def draw_options(seed):
    """Return an image shape and options that fit it."""
    rng = np.random.default_rng(seed)
    m, d, u = (int(n) for n in rng.integers(1, 4, 3))
    window = tuple(int(n) for n in rng.integers(1, 6, 2))
    strides = None if rng.random() < 0.3 else tuple(int(n) for n in rng.integers(1, 5, 2))
    padding = tuple(int(rng.integers(0, f)) for f in window)
    options = {
        'unit_filters': u,
        'filter_size': window,
        'strides': strides,
        'padding': padding if seed % 3 else 'valid',
        'use_bias': bool(rng.random() < 0.7),
        'output_padding': tuple(int(rng.integers(0, s)) for s in strides or window),
    }
    return (m, *(int(n) for n in rng.integers(1, 7, 2)), d), options


@pytest.mark.parametrize('seed', range(100))
def test_against_torch(seed, record_property):
    torch = pytest.importorskip('torch')
    shape, options = draw_options(seed)
    rng = np.random.default_rng(seed)
    layer = TransposedConvolution(**options, activate=tanh)
    X = rng.standard_normal(shape)
    strides = options['strides'] or options['filter_size']
    padding = (0, 0) if options['padding'] == 'valid' else options['padding']
    sizes = [
        (n - 1) * s + f - 2 * p + q
        for n, s, f, p, q in zip(
            shape[1:3],
            strides,
            options['filter_size'],
            padding,
            options['output_padding'],
            strict=True,
        )
    ]
    if min(sizes) < 1:
        with pytest.raises(ShapeError, match=r'^TransposedConvolution\.padding: expected padding'):
            layer.forward(X)
        return
    layer.forward(X)
    layer.p = {name: rng.standard_normal(p.shape) for name, p in layer.p.items()}
    A = layer.forward(X)
    assert A.shape[1:3] == tuple(sizes)
    dA = rng.standard_normal(A.shape)
    dX = layer.backward(dA)
    layer.compute_gradients()

    tX = torch.tensor(X.transpose(0, 3, 1, 2), requires_grad=True)  # (m, d, h, w)
    W = np.ascontiguousarray(layer.p['W'].transpose(3, 2, 0, 1))  # (d, u, fh, fw)
    tW = torch.tensor(W, requires_grad=True)
    tb = torch.tensor(layer.p['b'], requires_grad=True) if options['use_bias'] else None
    tA = torch.nn.functional.conv_transpose2d(
        tX, tW, tb, strides, padding, options['output_padding']
    ).tanh()
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


@pytest.mark.parametrize('padding', [0, 1, (0, 2), 'same', 'valid'])
@pytest.mark.parametrize('strides', [None, 1, 2, (3, 1)])
@pytest.mark.parametrize('window', [3, (2, 5)])
def test_it_is_the_adjoint_of_convolution_with_the_same_weights(rng, window, strides, padding):
    """For any X and Z: ``sum(transposed(X) * Z) == sum(X * convolution(Z))``."""
    transposed = TransposedConvolution(4, window, strides, padding, identity, use_bias=False)
    X = rng.standard_normal((2, 3, 4, 2))
    Y = transposed.forward(X)
    convolution = Convolution(2, window, strides, padding, identity, use_bias=False)
    convolution.p = transposed.p
    Z = rng.standard_normal(Y.shape)
    back = convolution.forward(Z)
    assert back.shape == X.shape
    assert np.sum(Y * Z) == pytest.approx(np.sum(X * back), rel=1e-12, abs=1e-11)
    np.testing.assert_allclose(transposed.backward(Z), back, rtol=0, atol=1e-13)


def test_all_sizes_that_a_convolution_maps_to_the_same_one(rng):
    for q in range(3):
        layer = TransposedConvolution(1, 4, 3, 1, output_padding=q)
        A = layer.forward(rng.standard_normal((1, 5, 5, 1)))
        assert A.shape == (1, 14 + q, 14 + q, 1)
        assert Convolution(1, 4, 3, 1).forward(A).shape == (1, 5, 5, 1)


def test_same_multiplies_the_size_by_the_strides(rng):
    for window in (1, 2, 3, 5):
        layer = TransposedConvolution(1, window, (2, 3), 'same')
        assert layer.forward(rng.standard_normal((1, 4, 5, 1))).shape == (1, 8, 15, 1)


def test_each_point_leaves_a_filter():
    layer = TransposedConvolution(1, 2, 1, activate=identity)
    layer.forward(np.ones((1, 1, 2, 1)))
    layer.p['W'] = np.array([1.0, 2, 3, 4]).reshape(2, 2, 1, 1)
    A = layer.forward(np.array([1.0, 10]).reshape(1, 1, 2, 1))
    np.testing.assert_array_equal(A[0, :, :, 0], [[1, 12, 20], [3, 34, 40]])


def test_what_is_refused():
    with pytest.raises(
        ArgumentError,
        match=r'^TransposedConvolution\.output_padding: expected less than the strides \(2, 2\), '
        r'got 2 \(int\)\. Larger',
    ):
        TransposedConvolution(strides=2, output_padding=2)
    with pytest.raises(
        ArgumentError,
        match=r"^TransposedConvolution\.output_padding: expected 0 with padding 'same', .* got 1",
    ):
        TransposedConvolution(strides=2, padding='same', output_padding=1)
    with pytest.raises(ArgumentError, match=r"^TransposedConvolution\.padding: .* got 'full'"):
        TransposedConvolution(padding='full')
    with pytest.raises(
        ArgumentTypeError, match=r'^TransposedConvolution\.filter_size: .* got 2\.5'
    ):
        TransposedConvolution(filter_size=2.5)
    with pytest.raises(
        ShapeError,
        match=r'^TransposedConvolution\.padding: expected padding that leaves some output of '
        r'images \(1, 2\), got \(2, 2\), an output of \(-1, 0\)\. Choose less padding',
    ):
        TransposedConvolution(1, 3, 1, 2).forward(np.ones((1, 1, 2, 1)))
