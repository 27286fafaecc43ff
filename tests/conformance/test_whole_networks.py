"""Networks of the literature, which ship with onnx without their weights, compute the same here.

Weights are drawn here; what has to come out says onnxruntime.
"""

from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')
read_onnx = pytest.importorskip('epynn.interchange').read_onnx

FOLDER = Path(onnx.__file__).parent / 'backend' / 'test' / 'data' / 'light'


def with_weights(file, rng):
    """Put drawn arrays in the place of nodes that fill one with a number."""
    graph = file.graph
    shapes = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in graph.node]
    filled = [node for node in nodes if node.op_type == 'ConstantOfShape']
    read = {name for node in nodes if node not in filled for name in node.input}
    arrays = []
    for node in filled:
        shape = tuple(shapes[node.input[0]])
        if len(shape) > 1:  # filters (u, d, fh, fw), weights (u, n)
            array = rng.standard_normal(shape, np.float32) * np.sqrt(2 / np.prod(shape[1:]))
        else:  # biases, and variances, which are above 0
            array = rng.uniform(0.5, 1.5, shape)
        arrays.append(onnx.numpy_helper.from_array(array.astype(np.float32), node.output[0]))
    kept = [tensor for tensor in graph.initializer if tensor.name in read]
    kept = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in kept]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(node for node in nodes if node not in filled)
    graph.initializer.extend([*kept, *arrays])
    given = [value for value in graph.input if value.name not in shapes]
    given = [onnx.ValueInfoProto.FromString(value.SerializeToString()) for value in given]
    del graph.input[:]
    graph.input.extend(given)
    return file


@pytest.mark.parametrize('name', ['squeezenet', 'resnet50', 'densenet121'])
def test_a_network_of_the_literature(name, tmp_path, rng):
    path = FOLDER / f'light_{name}.onnx'
    if not path.exists():
        pytest.skip('this version of onnx has no such file')
    file = with_weights(onnx.load(path), rng)
    onnx.save(file, tmp_path / path.name)
    (given,) = file.graph.input
    X = rng.standard_normal([dim.dim_value for dim in given.type.tensor_type.shape.dim], np.float32)
    (expected,) = onnxruntime.InferenceSession(tmp_path / path.name).run(None, {given.name: X})
    network = read_onnx(tmp_path / path.name, dtype='float32')
    A = network.predict(X.transpose(0, 2, 3, 1)).A
    assert np.std(expected) > 0
    scale = np.abs(expected).max()
    np.testing.assert_allclose(A.ravel() / scale, expected.ravel() / scale, rtol=0, atol=1e-4)
