"""The other Edinburgh layers, its initialisers and penalties."""

import numpy as np
import pytest
from gradients import numeric_gradient

from epynn.commons.errors import ArgumentError, ShapeError, StateError
from epynn.coursework.mlp.initialisers import (
    DEFAULT_SEED,
    ConstantInit,
    GlorotNormalInit,
    GlorotUniformInit,
    NormalInit,
    UniformInit,
)
from epynn.coursework.mlp.layers import (
    AffineLayer,
    ConvolutionalLayer,
    DropoutLayer,
    MaxPoolingLayer,
    ReluLayer,
    ReshapeLayer,
    SigmoidLayer,
    SoftmaxLayer,
    TanhLayer,
)
from epynn.coursework.mlp.penalties import L1Penalty, L2Penalty


def affine():
    return AffineLayer(6, 4, weights_penalty=L2Penalty(0.3), biases_penalty=L1Penalty(0.2))


def convolutional(cross_correlation=False):
    return ConvolutionalLayer(
        2, 3, 4, 5, 2, 3, NormalInit(0, 1), NormalInit(0, 1),
        L1Penalty(0.2), L2Penalty(0.3), cross_correlation=cross_correlation,
    )  # fmt: skip


LAYERS = [
    (affine, (5, 6)),
    (SigmoidLayer, (5, 6)),
    (ReluLayer, (5, 6)),
    (TanhLayer, (5, 6)),
    (SoftmaxLayer, (5, 6)),
    (ReshapeLayer, (5, 2, 3)),
    (lambda: ReshapeLayer((2, -1)), (5, 6)),
    (lambda: MaxPoolingLayer(3), (5, 6)),
    (lambda: MaxPoolingLayer(2), (2, 3, 2, 4)),
    (convolutional, (3, 2, 4, 5)),
    (lambda: convolutional(cross_correlation=True), (3, 2, 4, 5)),
]


@pytest.mark.parametrize(('make', 'shape'), LAYERS)
def test_gradients_are_those_of_central_differences(make, shape, rng):
    layer, inputs = make(), rng.standard_normal(shape)
    outputs = layer.fprop(inputs)
    grads = rng.standard_normal(outputs.shape)
    before = inputs.copy(), outputs.copy(), grads.copy()
    numeric = numeric_gradient(lambda: layer.fprop(inputs), inputs, grads)
    np.testing.assert_allclose(layer.bprop(inputs, outputs, grads), numeric, atol=1e-7)
    if hasattr(layer, 'params'):

        def loss():
            return np.sum(layer.fprop(inputs) * grads) + layer.params_penalty()

        for param in layer.params:
            param += 0.1  # away from 0, where L1 has a corner
        analytic = layer.grads_wrt_params(inputs, grads)
        for param, gradient in zip(layer.params, analytic, strict=True):
            np.testing.assert_allclose(gradient, numeric_gradient(loss, param), atol=1e-6)
    for array, copy in zip((inputs, outputs, grads), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_fprop_values():
    x = np.array([[-1.0, 0.0, 2.0], [3.0, 3.0, -5.0]])
    np.testing.assert_allclose(SigmoidLayer().fprop(x), 1 / (1 + np.exp(-x)), rtol=1e-15)
    np.testing.assert_array_equal(ReluLayer().fprop(x), [[0, 0, 2], [3, 3, 0]])
    np.testing.assert_array_equal(TanhLayer().fprop(x), np.tanh(x))
    exponentials = np.exp(x)
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(SoftmaxLayer().fprop(x), expected, rtol=1e-14)
    layer = AffineLayer(3, 2)
    layer.params = [np.arange(6).reshape(2, 3), np.array([10, 20])]
    np.testing.assert_array_equal(layer.fprop(x), x @ [[0, 3], [1, 4], [2, 5]] + [10, 20])


def test_max_pooling_gives_the_gradient_to_one_winner():
    layer, inputs = MaxPoolingLayer(2), np.array([[4.0, 4.0, 1.0, 3.0]])
    outputs = layer.fprop(inputs)
    np.testing.assert_array_equal(outputs, [[4, 3]])
    grads = layer.bprop(inputs, outputs, np.array([[5.0, 7.0]]))
    np.testing.assert_array_equal(grads, [[5, 0, 0, 7]])
    with pytest.raises(ShapeError, match='multiple of 2'):
        layer.fprop(np.ones((1, 5)))


def test_dropout_draws_the_masks_of_the_course(rng):
    inputs = rng.standard_normal((4, 10))
    mask = np.random.RandomState(7).uniform(size=(1, 10)) < 0.3
    layer = DropoutLayer(np.random.RandomState(7), incl_prob=0.3)
    np.testing.assert_array_equal(layer.fprop(inputs), inputs * mask)
    np.testing.assert_array_equal(layer.bprop(inputs, None, inputs), inputs * mask)
    np.testing.assert_array_equal(layer.fprop(inputs, stochastic=False), inputs * 0.3)
    np.testing.assert_array_equal(layer.bprop(inputs, None, inputs), inputs * 0.3)
    own = DropoutLayer(np.random.RandomState(7), 0.3, share_across_batch=False).fprop(inputs)
    expected = inputs * (np.random.RandomState(7).uniform(size=(4, 10)) < 0.3)
    np.testing.assert_array_equal(own, expected)
    with pytest.raises(StateError, match='fprop'):
        DropoutLayer().bprop(inputs, inputs, inputs)


def test_initialisers_draw_the_numbers_of_the_course():
    def course():
        return np.random.RandomState(DEFAULT_SEED)

    np.testing.assert_array_equal(ConstantInit(3.0)(4), np.full(4, 3.0))
    np.testing.assert_array_equal(
        UniformInit(-0.1, 0.2)((3, 2)), course().uniform(-0.1, 0.2, size=(3, 2))
    )
    np.testing.assert_allclose(
        NormalInit(1.0, 2.0)((3, 2)), course().normal(1.0, 2.0, size=(3, 2)), rtol=1e-15
    )
    std = 1.5 * (2 / (3 + 5)) ** 0.5
    half_width = 3**0.5 * std
    np.testing.assert_allclose(
        GlorotUniformInit(1.5)((3, 5)),
        course().uniform(-half_width, half_width, (3, 5)),
        rtol=1e-13,
    )
    np.testing.assert_allclose(
        GlorotNormalInit(1.5)((3, 5)), course().normal(0, std, (3, 5)), rtol=1e-13
    )
    shared = np.random.RandomState(1)
    first, second = UniformInit(0, 1, shared)(3), UniformInit(0, 1, shared)(3)
    assert not np.array_equal(first, second)
    with pytest.raises(ShapeError, match='2 axes'):
        GlorotUniformInit()((2, 3, 4, 4))


def test_penalties():
    parameter = np.array([[1.0, -2.0], [0.0, 4.0]])
    assert L1Penalty(0.5)(parameter) == 3.5
    np.testing.assert_array_equal(L1Penalty(0.5).grad(parameter), [[0.5, -0.5], [0, 0.5]])
    assert L2Penalty(0.5)(parameter) == 5.25
    np.testing.assert_array_equal(L2Penalty(0.5).grad(parameter), 0.5 * parameter)
    with pytest.raises(ArgumentError, match='L1Penalty'):
        L1Penalty(-1.0)


@pytest.mark.parametrize(
    ('layer', 'text'),
    [
        (AffineLayer(3, 2), 'AffineLayer(input_dim=3, output_dim=2)'),
        (SigmoidLayer(), 'SigmoidLayer'),
        (ReshapeLayer((2, 3)), 'ReshapeLayer(output_shape=(2, 3))'),
        (DropoutLayer(incl_prob=0.5), 'DropoutLayer(incl_prob=0.5)'),
        (MaxPoolingLayer(2), 'MaxPoolingLayer(pool_size=2)'),
        (L2Penalty(0.5), 'L2Penalty(0.5)'),
    ],
)
def test_repr(layer, text):
    assert repr(layer) == text
