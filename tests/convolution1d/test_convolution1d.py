"""Convolution1D: the same as Convolution on images of height 1; causal signals."""

import numpy as np
import pytest

from epynn.commons.errors import ArgumentTypeError, ShapeError
from epynn.commons.maths import identity, tanh
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D


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
    for argument in ('filter_size', 'strides', 'padding', 'dilation', 'groups'):
        with pytest.raises(ArgumentTypeError, match=rf'^Convolution1D\.{argument}: .* \(2, 2\)'):
            Convolution1D(**{argument: (2, 2)})
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
