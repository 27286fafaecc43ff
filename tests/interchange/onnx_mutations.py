"""Files of ONNX that are changed at random, for the test that reads them."""

import numpy as np
import onnx
from onnx import helper

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.bidirectional.models import Bidirectional
from epynn.branches.models import Parallel
from epynn.commons.maths import identity, relu, sigmoid, silu, softmax, tanh
from epynn.convolution.models import Convolution
from epynn.convolution1d.models import Convolution1D
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.flatten.models import Flatten
from epynn.globalpooling.models import GlobalPooling
from epynn.groupnorm.models import GroupNorm
from epynn.gru.models import GRU
from epynn.interchange.export import as_onnx
from epynn.layernorm.models import LayerNorm
from epynn.lstm.models import LSTM
from epynn.pooling.models import Pooling
from epynn.positionalencoding.models import PositionalEncoding
from epynn.reshape.models import Reshape
from epynn.residual.models import Residual
from epynn.rnn.models import RNN
from epynn.timedistributed.models import TimeDistributed
from epynn.tokens.models import Tokens
from epynn.transformer.models import Transformer
from epynn.transposedconvolution.models import TransposedConvolution

NETWORKS = {
    'rows': ((6,), lambda: [
        Dense(5, silu), LayerNorm(), Dropout(0.2),
        Parallel([[Dense(4, tanh)], [Dense(4, sigmoid)]], 'multiply'), Dense(3, softmax),
    ]),
    'images': ((6, 6, 2), lambda: [
        Convolution(4, 3, 1, 'same', identity), BatchNorm(), Activation(relu), Pooling(2),
        Residual([Convolution(4, 3, 1, 1, tanh)]), GroupNorm(2), Flatten(), Dense(3, softmax),
    ]),
    'larger': ((3, 3, 2), lambda: [
        TransposedConvolution(3, 3, 2, 1), Pooling(3, 2, np.mean, 1), Pooling(2, 1, np.min),
        Reshape((2, -1)), Convolution1D(3, 2, 1, 'same'), GlobalPooling(np.max),
    ]),
    'tokens': ((5,), lambda: [
        Tokens(7, 4), Parallel([[Convolution1D(2, 3, 1, 'causal')], []]), GlobalPooling(),
        Dense(2, softmax),
    ]),
    'steps': ((4, 3), lambda: [
        Bidirectional(LSTM(2, sequences=True)), PositionalEncoding(),
        Transformer(2, 5, causal=True), TimeDistributed(Dense(3, tanh)),
        RNN(2, softmax, sequences=True), GRU(2),
    ]),
}  # fmt: skip


def make_bases():
    """Return files of small networks, by name."""
    bases = {}
    for name, (shape, make) in NETWORKS.items():
        layers, A = make(), np.zeros((2, *shape))
        for number, layer in enumerate(layers):
            layer.np_rng = np.random.default_rng(number)
            A = layer.forward(A)
        for layer in layers:
            layer.training = False
        bases[name] = as_onnx(layers, shape, 'float32').SerializeToString()
    return bases


NUMBERS = [-(2**63), -1, 0, 1, 2, 3, 7, 1000, 10**6, 2**31 - 1, 2**31, 10**12, 2**63 - 1]
OPERATORS = [
    'Add', 'AveragePool', 'BatchNormalization', 'Cast', 'Concat', 'ConstantOfShape', 'Conv',
    'ConvTranspose', 'Div', 'Dropout', 'Expand', 'Flatten', 'Gather', 'Gemm', 'GlobalMaxPool',
    'GroupNormalization', 'Identity', 'If', 'InstanceNormalization', 'LayerNormalization', 'Loop',
    'MatMul', 'MaxPool', 'Mul', 'Neg', 'Pad', 'Pow', 'RMSNormalization', 'Range', 'ReduceMean',
    'Reshape', 'Scan', 'Shape', 'Sigmoid', 'Slice', 'Softmax', 'Squeeze', 'Sub', 'Tile',
    'Transpose', 'Unsqueeze', 'Where', 'ZipMap', '', 'é\0',
]  # fmt: skip
ATTRIBUTES = [
    'alpha', 'approximate', 'auto_pad', 'axes', 'axis', 'beta', 'ceil_mode', 'dilations',
    'epsilon', 'group', 'kernel_shape', 'keepdims', 'momentum', 'num_groups', 'output_padding',
    'pads', 'perm', 'ratio', 'shape', 'strides', 'to', 'transA', 'transB', 'value',
]  # fmt: skip


def pick(rng, items):
    """Return one of some items."""
    return items[int(rng.integers(len(items)))]


def mutate_node(file, rng):
    """Change a node: its operator, inputs, outputs, name, or whether it is there."""
    nodes = file.graph.node
    node, other = pick(rng, nodes), pick(rng, nodes)
    names = [name for each in nodes for name in (*each.input, *each.output)]
    how = rng.integers(9)
    if how == 0:
        node.op_type = pick(rng, OPERATORS)
    elif how == 1 and node.input:
        node.input[int(rng.integers(len(node.input)))] = pick(rng, names)
    elif how == 2:
        node.output[0] = pick(rng, names)
    elif how == 3:
        nodes.remove(node)
    elif how == 4:
        nodes.append(other)
    elif how == 5:
        node.op_type, other.op_type = other.op_type, node.op_type
    elif how == 6 and node.input:
        node.input.pop(int(rng.integers(len(node.input))))
    elif how == 7:
        node.input.append(pick(rng, names))
    else:
        node.domain = pick(rng, ['', 'ai.onnx.ml', 'pkg.torch', '../x'])


def mutate_attribute(file, rng):
    """Give a node an attribute of a wrong value or type, or take one away."""
    node = pick(rng, file.graph.node)
    if node.attribute and rng.random() < 0.3:
        del node.attribute[int(rng.integers(len(node.attribute)))]
        return
    numbers = [pick(rng, NUMBERS) for _ in range(int(rng.integers(1, 5)))]
    value = [numbers, numbers[0], float(rng.normal()), float('nan'), 'SAME_LOWER', 'x', [0.5]][
        int(rng.integers(7))
    ]
    known = [each.name for each in node.attribute] or ATTRIBUTES
    name = pick(rng, known) if rng.random() < 0.6 else pick(rng, ATTRIBUTES)
    kept = [each for each in node.attribute if each.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(name, value)])


def mutate_tensor(file, rng):
    """Change a tensor: its shape, type, numbers, name, or where it says that it lies."""
    tensors = file.graph.initializer
    tensor = pick(rng, tensors)
    how = rng.integers(9)
    if how <= 1 and tensor.dims:
        tensor.dims[int(rng.integers(len(tensor.dims)))] = pick(rng, NUMBERS)
    elif how == 2:
        tensor.data_type = int(rng.integers(0, 25))
    elif how == 3:
        tensor.raw_data = tensor.raw_data[: int(rng.integers(len(tensor.raw_data) + 1))]
    elif how == 4:
        tensor.name = pick(rng, tensors).name
    elif how == 5:
        tensors.remove(tensor)
    elif how == 6:
        place_outside(tensor, pick(rng, PLACES), pick(rng, NUMBERS), pick(rng, NUMBERS))
    elif how == 7 and len(tensor.raw_data) % 8 == 0:
        numbers = [pick(rng, NUMBERS) for _ in range(len(tensor.raw_data) // 8)]
        tensor.raw_data = np.array(numbers, np.int64).tobytes()
    else:
        tensor.dims.append(pick(rng, NUMBERS))


PLACES = ['../x', '/etc/passwd', 'x', '', '.', 'a/../../x', 'C:\\x', '\0', 'x' * 5000, 'é']


def place_outside(tensor, location, offset, length):
    """Say of a tensor that it lies in another file."""
    tensor.data_location = onnx.TensorProto.EXTERNAL
    del tensor.external_data[:]
    told = {'location': location, 'offset': offset, 'length': length}
    for key, value in told.items():
        tensor.external_data.add(key=key, value=str(value))


def mutate_end(file, rng):
    """Change what the file says of its input, its output, versions and notes."""
    graph, how = file.graph, rng.integers(7)
    dims = graph.input[0].type.tensor_type.shape.dim
    if how <= 1:
        pick(rng, dims).dim_value = pick(rng, NUMBERS)
    elif how == 2:
        graph.output[0].name = pick(rng, graph.node).output[0]
    elif how == 3:
        graph.input[0].name = pick(rng, graph.node).output[0]
    elif how == 4:
        dims.add().dim_value = pick(rng, NUMBERS)
    elif how == 5:
        file.opset_import[0].version = pick(rng, [0, 1, 9, 12, 13, 17, 23, 2**40])
    else:
        notes = ['[', '[1, 1]', '{}', '[' * 5000, 'null', '["a", "b"]', '{"tuple": 1}',
                 '{"minimum": 0, "span": 1, "constant": [true]}']  # fmt: skip
        key = pick(rng, ['epynn.tokens', 'epynn.classes', 'epynn.scale'])
        file.metadata_props.add(key=key, value=pick(rng, notes))


def mutate_bytes(data, rng):
    """Change bytes of a file, cut it, or repeat a piece of it."""
    data, how = bytearray(data), rng.integers(3)
    i, j = sorted(int(k) for k in rng.integers(len(data), size=2))
    if how == 0:
        for k in rng.integers(len(data), size=int(rng.integers(1, 9))):
            data[int(k)] = int(rng.integers(256))
        return bytes(data)
    return bytes(data[:i] if how == 1 else data[:i] + data[i:j] * 2 + data[j:])


WAYS = (mutate_node, mutate_attribute, mutate_tensor, mutate_end)


def make_case(case, bases):
    """Return the name of a network, and a file of it with one to three changes."""
    rng = np.random.default_rng([7, case])
    name = pick(rng, list(bases))
    if rng.random() < 0.2:
        return name, mutate_bytes(bases[name], rng)
    file = onnx.ModelProto()
    file.ParseFromString(bases[name])
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        if file.graph.node and file.graph.initializer:
            WAYS[int(rng.choice(4, p=[0.35, 0.25, 0.25, 0.15]))](file, rng)
    return name, file.SerializeToString()
