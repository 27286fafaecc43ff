"""Properties of convolution and pooling that hold for any images and windows."""

import numpy as np
from blocks import frame
from hypothesis import assume
from hypothesis import strategies as st
from properties import close, equal, few, holds, numbers, rngs

from epynn.kernels.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_weight_gradient,
)
from epynn.kernels.pooling import pool, pool_gradient


@st.composite
def convolutions(draw):
    """Draw images, weights and the options of a window that fits."""
    rng, m, d, u = draw(rngs), draw(st.integers(1, 3)), draw(few), draw(few)
    h, w = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    padding = draw(st.integers(0, 2))
    fh = draw(st.integers(1, min(3, h + 2 * padding)))
    fw = draw(st.integers(1, min(3, w + 2 * padding)))
    strides = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    X, W = rng.standard_normal((m, h, w, d)), rng.standard_normal((fh, fw, d, u))
    return rng, X, W, {'strides': strides, 'padding': padding}


@st.composite
def windows(draw):
    """Draw images and the options of a pooling."""
    rng, m, d = draw(rngs), draw(st.integers(1, 3)), draw(few)
    h, w = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    window = (draw(st.integers(1, min(h, 3))), draw(st.integers(1, min(w, 3))))
    strides = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    return rng, rng.standard_normal((m, h, w, d)), window, strides


# CONVOLUTION


@holds(case=convolutions(), a=numbers, b=numbers)
def test_convolution_is_linear_in_the_images(case, a, b):
    rng, X, W, options = case
    other = rng.standard_normal(X.shape)
    close(
        convolve(a * X + b * other, W, **options),
        a * convolve(X, W, **options) + b * convolve(other, W, **options),
    )


@holds(case=convolutions())
def test_the_input_gradient_is_the_adjoint_of_convolution(case):
    rng, X, W, options = case
    Z = convolve(X, W, **options)
    dZ = rng.standard_normal(Z.shape)
    close(np.sum(Z * dZ), np.sum(X * convolve_input_gradient(dZ, W, X.shape, **options)))


@holds(case=convolutions())
def test_the_weight_gradient_is_the_adjoint_of_convolution(case):
    rng, X, W, options = case
    Z = convolve(X, W, **options)
    dZ = rng.standard_normal(Z.shape)
    dW = convolve_weight_gradient(X, dZ, W.shape[:2], **options)
    close(np.sum(Z * dZ), np.sum(W * dW))


@holds(case=convolutions())
def test_convolution_of_padded_images_is_convolution_with_padding(case):
    _, X, W, options = case
    padded = frame(X, options['padding'])
    close(convolve(padded, W, strides=options['strides']), convolve(X, W, **options))


@holds(case=convolutions())
def test_strides_pick_from_the_convolution_with_steps_of_1(case):
    _, X, W, options = case
    sh, sw = options['strides']
    dense = convolve(X, W, padding=options['padding'])
    close(convolve(X, W, **options), dense[:, ::sh, ::sw])


@holds(case=convolutions())
def test_convolution_treats_every_image_and_every_filter_alone(case):
    _, X, W, options = case
    Z = convolve(X, W, **options)
    close(Z[:1], convolve(X[:1], W, **options))
    close(Z[..., :1], convolve(X, W[..., :1], **options))


@holds(case=convolutions())
def test_a_shifted_image_gives_a_shifted_convolution(case):
    _, X, W, _ = case
    assume(X.shape[1] > W.shape[0] and X.shape[2] >= W.shape[1])
    close(convolve(X[:, 1:], W), convolve(X, W)[:, 1:])


# POOLING


@holds(case=windows())
def test_the_least_is_minus_the_largest_of_minus(case):
    _, X, window, strides = case
    equal(pool(X, window, strides, how='min'), -pool(-X, window, strides, how='max'))


@holds(case=windows(), a=st.floats(0, 30), b=numbers)
def test_pooling_commutes_with_rising_lines(case, a, b):
    _, X, window, strides = case
    for how in ('min', 'mean', 'max'):
        close(pool(a * X + b, window, strides, how=how), a * pool(X, window, strides, how=how) + b)


@holds(case=windows(), how=st.sampled_from(['min', 'mean', 'max']))
def test_pooling_sends_back_all_of_the_gradient(case, how):
    rng, X, window, strides = case
    Z = pool(X, window, strides, how=how)
    dZ = rng.standard_normal(Z.shape)
    dX = pool_gradient(dZ, X, Z, window, strides, how=how)
    assert dX.shape == X.shape
    close(dX.sum(axis=(1, 2)), dZ.sum(axis=(1, 2)))


@holds(case=windows())
def test_the_gradient_of_the_mean_is_its_adjoint(case):
    rng, X, window, strides = case
    Z = pool(X, window, strides, how='mean')
    dZ = rng.standard_normal(Z.shape)
    close(np.sum(Z * dZ), np.sum(X * pool_gradient(dZ, X, Z, window, strides, how='mean')))
