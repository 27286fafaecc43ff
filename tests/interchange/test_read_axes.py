"""Networks read from ONNX whose nodes are about other axes than the last one."""

import numpy as np
import pytest

from epynn.commons.errors import ModelFileError
from epynn.interchange import read_onnx

onnx = pytest.importorskip('onnx')
reference = pytest.importorskip('onnx.reference')


def make_graph(nodes, shape, constants):
    """Return a graph from X to Y, float64, of images whose channels come first."""
    helper = onnx.helper
    kind = onnx.TensorProto.DOUBLE
    graph = helper.make_graph(
        [helper.make_node(*node[:3], **node[3]) for node in nodes], 'graph',
        [helper.make_tensor_value_info('X', kind, ['m', *shape])],
        [helper.make_tensor_value_info('Y', kind, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 22)], ir_version=10)


def assert_reads(nodes, shape, constants, folder, rng):
    file = make_graph(nodes, shape, constants)
    onnx.save(file, folder / 'network.onnx')
    X = rng.standard_normal((3, *shape))
    (expected,) = reference.ReferenceEvaluator(file).run(None, {'X': X})
    A = read_onnx(folder / 'network.onnx').predict(X.transpose(0, 2, 3, 1)).A
    np.testing.assert_allclose(A, expected.transpose(0, 2, 3, 1), rtol=1e-12, atol=1e-12)


def test_a_normalization_of_all_axes_of_images_whose_channels_come_first(tmp_path, rng):
    W, gamma, beta = (rng.standard_normal(shape) for shape in ((4, 2, 1, 1), (4, 3, 5), (4, 3, 5)))
    nodes = [
        ('Conv', ['X', 'W'], ['Z'], {}),
        ('LayerNormalization', ['Z', 'gamma', 'beta'], ['Y'], {'axis': -3}),
    ]
    constants = {'W': W, 'gamma': gamma, 'beta': beta}
    assert_reads(nodes, (2, 3, 5), constants, tmp_path, rng)


def test_a_softmax_of_channels_that_come_first(tmp_path, rng):
    assert_reads([('Softmax', ['X'], ['Y'], {'axis': 1})], (2, 3, 5), {}, tmp_path, rng)


def test_means_of_signals_by_way_of_images(tmp_path, rng):
    nodes = [
        ('Unsqueeze', ['X', 'axes'], ['images'], {}),
        ('AveragePool', ['images'], ['means'], {'kernel_shape': [2, 1], 'strides': [2, 1]}),
        ('Squeeze', ['means', 'axes'], ['Y'], {}),
    ]
    onnx.save(make_graph(nodes, (3, 6), {'axes': np.array([3])}), tmp_path / 'network.onnx')
    X = rng.standard_normal((2, 6, 3))
    A = read_onnx(tmp_path / 'network.onnx').predict(X).A
    np.testing.assert_allclose(A, X.reshape(2, 3, 2, 3).mean(axis=2), rtol=1e-12)


PADS = np.array([0, 0, 1, 1, 0, 0, 1, 1])


@pytest.mark.parametrize(
    ('nodes', 'words'),
    [
        ([('Pad', ['X', 'pads'], ['Y'], {})], 'a window that takes up the padding'),
        (
            [
                ('Pad', ['X', 'pads'], ['A'], {}),
                ('Relu', ['X'], ['Z'], {}),
                ('Pad', ['Z', 'pads'], ['B'], {}),
                ('Add', ['A', 'B'], ['Y'], {}),
            ],
            'a window that takes up the padding',
        ),
        ([('Pad', ['X'], ['Y'], {'pads': PADS.tolist(), 'value': 2.0})], 'zeros before and after'),
    ],
    ids=['alone', 'in branches', 'other than zeros'],
)
def test_padding_that_no_window_takes_up_is_refused(nodes, words, tmp_path):
    onnx.save(make_graph(nodes, (2, 3, 5), {'pads': PADS}), tmp_path / 'network.onnx')
    with pytest.raises(ModelFileError, match=words):
        read_onnx(tmp_path / 'network.onnx')


@pytest.mark.parametrize(
    ('size', 'said'),
    [([9, 13], {}), ([7, 11], {'pads': [1] * 4}), ([10, 14], {'output_padding': [1, 1]})],
    ids=['all', 'cut', 'more'],
)
def test_a_transposed_convolution_whose_size_is_told(size, said, tmp_path, rng):
    """The same as with padding in numbers, which onnx.reference computes right."""
    constants = {'W': rng.standard_normal((2, 4, 3, 5))}
    models = []
    for settings in ({'output_shape': size}, said):
        nodes = [('ConvTranspose', ['X', 'W'], ['Y'], {**settings, 'strides': [3, 2]})]
        onnx.save(make_graph(nodes, (2, 3, 5), constants), tmp_path / 'network.onnx')
        models.append(read_onnx(tmp_path / 'network.onnx'))
    assert_reads(nodes, (2, 3, 5), constants, tmp_path, rng)
    X = rng.standard_normal((3, 3, 5, 2))
    A, B = (model.predict(X).A for model in models)
    assert A.shape == (3, *size, 4)
    assert np.array_equal(A, B)


def test_slopes_of_channels_that_come_first(tmp_path, rng):
    constants = {'slopes': rng.standard_normal((2, 1, 1))}
    assert_reads([('PRelu', ['X', 'slopes'], ['Y'], {})], (2, 3, 5), constants, tmp_path, rng)
