"""The Edinburgh course's tests of a convolutional layer, against its reference values."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError
from epynn.coursework.mlp.initialisers import ConstantInit
from epynn.coursework.mlp.layers import ConvolutionalLayer
from epynn.coursework.mlp.penalties import L1Penalty, L2Penalty

REFERENCE = json.loads((Path(__file__).parent / 'edinburgh_convolution.json').read_text())
INPUTS = np.arange(96).reshape(2, 3, 4, 4)
KERNELS = np.arange(-12, 12).reshape(2, 3, 2, 2)
BIASES = np.arange(2)
GRADS = np.arange(-20, 16).reshape(2, 2, 3, 3)

both_modes = pytest.mark.parametrize('cross_correlation', [False, True])


def mirrored(kernels, mirror=True):
    return kernels[:, :, ::-1, ::-1] if mirror else kernels


def reference_layer(cross_correlation, **options):
    layer_class = partial(ConvolutionalLayer, cross_correlation=cross_correlation, **options)
    layer = layer_class(
        num_input_channels=KERNELS.shape[1],
        num_output_channels=KERNELS.shape[0],
        input_dim_1=INPUTS.shape[2],
        input_dim_2=INPUTS.shape[3],
        kernel_dim_1=KERNELS.shape[2],
        kernel_dim_2=KERNELS.shape[3],
    )
    layer.params = [mirrored(KERNELS, cross_correlation), BIASES]
    return layer


@both_modes
def test_conv_layer_fprop(cross_correlation):
    outputs = reference_layer(cross_correlation).fprop(INPUTS)
    assert outputs.shape == (2, 2, 3, 3)
    np.testing.assert_array_equal(outputs, REFERENCE['outputs'])


@both_modes
def test_conv_layer_bprop(cross_correlation):
    outputs = np.array(REFERENCE['outputs'])
    grads = reference_layer(cross_correlation).bprop(INPUTS, outputs, GRADS)
    assert grads.shape == INPUTS.shape
    np.testing.assert_array_equal(grads, REFERENCE['grads_wrt_inputs'])


@both_modes
def test_conv_layer_grad_wrt_params(cross_correlation):
    layer = reference_layer(cross_correlation)
    layer.fprop(INPUTS)
    kernels, biases = layer.grads_wrt_params(INPUTS, GRADS)
    assert (kernels.shape, biases.shape) == (KERNELS.shape, BIASES.shape)
    assert kernels.dtype == biases.dtype == np.float64
    expected = mirrored(np.array(REFERENCE['grads_wrt_kernels']), cross_correlation)
    np.testing.assert_array_equal(kernels, expected)
    np.testing.assert_array_equal(biases, REFERENCE['grads_wrt_biases'])


def test_backward_needs_no_forward_before_it():
    grads = reference_layer(False).bprop(INPUTS, None, GRADS)
    np.testing.assert_array_equal(grads, REFERENCE['grads_wrt_inputs'])


@both_modes
def test_gradients_of_parameters_include_those_of_the_penalties(cross_correlation):
    plain = reference_layer(cross_correlation)
    layer = reference_layer(
        cross_correlation, kernels_penalty=L2Penalty(0.5), biases_penalty=L1Penalty(3.0)
    )
    kernels, biases = layer.grads_wrt_params(INPUTS, GRADS)
    plain_kernels, plain_biases = plain.grads_wrt_params(INPUTS, GRADS)
    np.testing.assert_array_equal(kernels - plain_kernels, 0.5 * layer.params[0])
    np.testing.assert_array_equal(biases - plain_biases, [0.0, 3.0])
    assert layer.params_penalty() == 0.25 * (KERNELS**2).sum() + 3.0
    assert plain.params_penalty() == 0


def test_shapes_and_parameters():
    layer = ConvolutionalLayer(3, 2, 5, 4, 2, 3)
    assert layer.kernels_shape == layer.kernels.shape == (2, 3, 2, 3)
    assert layer.inputs_shape == (None, 3, 5, 4)
    assert np.abs(layer.kernels).max() <= 0.01
    assert np.ptp(layer.kernels) > 0
    np.testing.assert_array_equal(layer.biases, [0, 0])
    assert layer.params[0] is layer.kernels
    assert layer.params[1] is layer.biases
    assert layer.fprop(np.ones((7, 3, 5, 4))).shape == (7, 2, 4, 2)


def test_default_kernels_do_not_depend_on_layers_made_before():
    first, second = (ConvolutionalLayer(1, 2, 3, 3, 2, 2) for _ in range(2))
    np.testing.assert_array_equal(first.kernels, second.kernels)


def test_float_parameters_are_set_as_they_are():
    layer = ConvolutionalLayer(1, 1, 2, 2, 1, 1, ConstantInit(1.0))
    kernels = np.full((1, 1, 1, 1), 2.0, dtype=np.float32)
    layer.params = [kernels, np.zeros(1, dtype=np.float32)]
    assert layer.kernels is kernels
    assert layer.fprop(np.ones((1, 1, 2, 2), dtype=np.float32)).dtype == np.float32


def test_repr_lists_the_dimensions():
    text = repr(ConvolutionalLayer(1, 2, 3, 4, 2, 3))
    for part in (
        'num_input_channels=1', 'num_output_channels=2', 'input_dim_1=3', 'input_dim_2=4',
        'kernel_dim_1=2', 'kernel_dim_2=3',
    ):  # fmt: skip
        assert part in text


def test_errors_name_what_is_wrong():
    layer = ConvolutionalLayer(3, 2, 4, 4, 2, 2)
    with pytest.raises(ShapeError, match=r'inputs: expected shape .*channels=3, dim_1=4'):
        layer.fprop(np.ones((2, 4, 4, 3)))
    with pytest.raises(ShapeError, match=r'grads_wrt_outputs: .*channels=2'):
        layer.grads_wrt_params(np.ones((2, 3, 4, 4)), np.ones((2, 3, 3, 3)))
    with pytest.raises(ShapeError, match=r'params: expected kernels \(2, 3, 2, 2\), biases \(2,\)'):
        layer.params = [np.ones((2, 3, 2, 2))]
    with pytest.raises(ArgumentError, match='num_input_channels'):
        ConvolutionalLayer(0, 2, 4, 4, 2, 2)
    with pytest.raises(ArgumentTypeError, match='cross_correlation'):
        ConvolutionalLayer(1, 2, 4, 4, 2, 2, cross_correlation='no')
