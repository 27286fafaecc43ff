"""Networks as files of ONNX: what other programs compute from them, and how the graph reads."""

import json
from pathlib import Path

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from networks import quiet
from onnx_runs import TOLERANCES, assert_same, run

from epynn import (
    GRU,
    LSTM,
    RNN,
    Activation,
    BatchNorm,
    Bidirectional,
    Convolution,
    Convolution1D,
    Dense,
    Embedding,
    EpyNN,
    Flatten,
    LayerNorm,
    Parallel,
    Pooling,
    PositionalEncoding,
    Reshape,
    Residual,
    TimeDistributed,
    Transformer,
    TransposedConvolution,
    identity,
    read_model,
    relu,
    softmax,
    tanh,
)
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    LayerError,
    MissingExtraError,
    StateError,
)
from epynn.commons.maths import ACTIVATIONS

onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
export = pytest.importorskip('epynn.interchange.export')


@pytest.mark.parametrize('dtype', TOLERANCES)
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_each_layer_computes_the_same_elsewhere(row, dtype):
    layer, X = row.make(), row.draw_input()
    layer.forward(X)
    move_parameters(layer)
    others = [row.draw_input(shape=shape) for shape in row.also if X.ndim < 4]
    assert_same([layer], X, dtype, others)
    if row.masked:
        lengths = np.array([X.shape[1] - 1, 1, X.shape[1], 2][: len(X)])
        assert_same([layer], X, dtype, lengths=lengths)


@pytest.mark.parametrize('dtype', TOLERANCES)
def test_each_activation_computes_the_same_elsewhere(dtype):
    X = 3 * np.random.default_rng(1).standard_normal((20, 4))
    layer = Parallel([[Activation(ACTIVATIONS[name])] for name in ACTIVATIONS])
    layer.forward(X)
    assert_same([layer], X, dtype)


def test_groups_of_a_transposed_convolution_are_the_same_elsewhere():
    """By the runtime: the evaluator of onnx takes groups of one filter and no bias alone."""
    X = np.random.default_rng(1).standard_normal((2, 3, 4, 6))
    layer = TransposedConvolution(4, 3, 2, 1, tanh, dilation=(1, 2), groups=2)
    layer.forward(X)
    move_parameters(layer)
    assert_same([layer], X, 'float32')


def test_a_layer_that_carries_state_is_refused():
    layer, X = LSTM(2, stateful=True), np.ones((2, 3, 4))
    layer.forward(X)
    with pytest.raises(LayerError, match=r'export_onnx, 1.LSTM: .* state of 0, got stateful=True'):
        export.as_onnx([layer], X.shape[1:], 'float32')
    layer.carries = False
    export.as_onnx([layer], X.shape[1:], 'float32')


def convolutional():
    return [
        Convolution(4, 3, 1, 'same', identity), BatchNorm(), Activation(relu), Pooling(2),
        Residual([Convolution(4, 3, 1, 1, tanh)]), Flatten(), Dense(3, softmax),
    ]  # fmt: skip


def trained(layers, X, Y, loss='MSE', **options):
    return quiet(EpyNN([Embedding(X, Y, **options), *layers], 'small'), loss=loss)


@pytest.fixture
def model():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(8, 6, 6, 2)), rng.integers(0, 3, 8)
    model = trained(convolutional(), X, Y, 'CCE', Y_encode=True)
    model.train(2, verbose=0)
    return model


@pytest.mark.parametrize('first', [False, True])
def test_a_convolutional_stretch_is_transposed_at_its_ends_alone(model, first):
    X = model.embedding.dtrain.X
    file = assert_same(model.layers[1:], X, 'float32', inputs_as_nchw=first)
    kinds = [node.op_type for node in file.graph.node]
    assert kinds.count('Transpose') == (1 if first else 2)


def test_a_trained_network_is_written_and_predicts_the_same(model, tmp_path):
    path = model.export_onnx(tmp_path / 'network.onnx')
    assert path == tmp_path / 'network.onnx'
    X = model.embedding.dval.X
    B = run(onnx.load(path), X)
    np.testing.assert_allclose(model.predict(X).A, B, atol=1e-5)
    again = read_model(model.write(tmp_path / 'network'))
    assert again.export_onnx(tmp_path / 'again.onnx').read_bytes() == path.read_bytes()


def test_the_graph_reads_as_the_layers_do(model, tmp_path):
    file = onnx.load(model.export_onnx(tmp_path / 'network.onnx'))
    names = [node.name for node in file.graph.node]
    assert names[-2:] == ['7.Dense.Z', '7.Dense.A']
    assert '5.Residual.0.Convolution.Z' in names
    assert file.graph.node[-2].doc_string == '7.Dense: Z = X W + b'
    constants = {tensor.name for tensor in file.graph.initializer}
    assert constants >= {'7.Dense.W', '7.Dense.b', '2.BatchNorm.gamma'}
    shaped = {value.name for value in file.graph.value_info}
    assert shaped >= {name for node in file.graph.node for name in node.output} - {'A'}
    assert file.graph.input[0].type.tensor_type.shape.dim[0].dim_param == 'm'
    assert (file.ir_version, file.opset_import[0].version) == (10, 22)
    told = {entry.key: json.loads(entry.value) for entry in file.metadata_props}
    assert told['epynn.classes'] == [0, 1, 2]


def test_how_samples_were_prepared_is_told(tmp_path):
    words = ['abca', 'bcab', 'cabc', 'abcb']
    model = trained([LSTM(3), Dense(2, softmax)], words, [0, 1, 0, 1], X_encode=True, Y_encode=True)
    file = onnx.load(model.export_onnx(tmp_path / 'words.onnx'))
    told = {entry.key: json.loads(entry.value) for entry in file.metadata_props}
    assert told['epynn.tokens'] == ['a', 'b', 'c']
    X = np.arange(12.0).reshape(6, 2)
    model = trained([Dense(1)], X, [0, 1, 0, 1, 0, 1], X_scale=True)
    file = onnx.load(model.export_onnx(tmp_path / 'scaled.onnx'))
    told = {entry.key: json.loads(entry.value) for entry in file.metadata_props}
    assert told['epynn.scale'] == {'minimum': 0, 'span': 11, 'constant': [False, False]}


def test_one_node_a_recurrent_layer():
    layers = [GRU(3, sequences=True), LSTM(4, sequences=True), TimeDistributed(Dense(2, softmax))]
    X = np.random.default_rng(0).normal(size=(3, 5, 2))
    A = X
    for layer in layers:
        A = layer.forward(A)
    for dtype in TOLERANCES:
        file = assert_same(layers, X, dtype)
    kinds = [node.op_type for node in file.graph.node]
    assert (kinds.count('GRU'), kinds.count('LSTM')) == (1, 1)
    assert kinds.count('Transpose') == 2  # steps first, once; samples first, once


WORDS = ['level', 'noon', 'a', 'python', 'kayak', 'is']


@pytest.mark.parametrize('dtype', TOLERANCES)
def test_sequences_of_different_lengths_are_predicted(dtype, tmp_path):
    layers = [
        TimeDistributed(Dense(4)), Bidirectional(LSTM(4, sequences=True)), Transformer(2, 4),
        GRU(3, softmax), Dense(2, softmax),
    ]  # fmt: skip
    words = [list(word) for word in WORDS]
    model = trained(layers, words, [0, 1] * 3, 'CCE', X_encode=True, Y_encode=True)
    file = onnx.load(model.export_onnx(tmp_path / 'words.onnx', dtype))
    others = [list(word) for word in ('sloth', 'noonthonkayak', 'a')]
    predicted = model.predict(others, X_encode=True)
    B = run(file, predicted.X, predicted.lengths)
    np.testing.assert_allclose(B, predicted.A, rtol=0, atol=TOLERANCES[dtype])
    assert named_axes(file) == [['m', 's', 13], ['m'], ['m', 2]]
    with pytest.raises(ArgumentTypeError, match='lengths'):
        model.export_onnx(tmp_path / 'x.onnx', lengths='yes')


def named_axes(file):
    values = [*file.graph.input, *file.graph.output]
    shapes = [value.type.tensor_type.shape.dim for value in values]
    return [[axis.dim_param or axis.dim_value for axis in shape] for shape in shapes]


def test_which_axes_are_free():
    X = np.zeros((2, 6, 4))

    def axes(*layers, X=X, **how):
        A = X
        for layer in layers:
            A = layer.forward(A)
        return named_axes(export.as_onnx(layers, X.shape[1:], 'float32', **how))

    assert axes(GRU(2, sequences=True)) == [['m', 's', 4], ['m', 's', 2]]
    assert axes(Convolution1D(3, 3, 1)) == [['m', 's', 4], ['m', 'n', 3]]
    assert axes(Reshape((-1, 2)), RNN(2)) == [['m', 's', 4], ['m', 2]]
    assert axes(PositionalEncoding('learned', 6)) == [['m', 's', 4]] * 2
    assert axes(Convolution1D(3, 3, 2, 'same'), GRU(2)) == [['m', 6, 4], ['m', 2]]
    assert axes(Flatten(), Dense(3)) == [['m', 6, 4], ['m', 3]]
    assert axes(Activation(relu), X=X[0]) == [['m', 4]] * 2
    images = np.zeros((2, 6, 5, 1))
    assert axes(Convolution(2), X=images)[0] == ['m', 6, 5, 1]
    with pytest.raises(LayerError, match=r'Flatten, layer 2: .*one length'):
        axes(LayerNorm(), Flatten(), lengths=True)


def test_what_has_no_counterpart_is_refused(model, tmp_path):
    X = np.arange(8.0).reshape(4, 2)
    with pytest.raises(StateError, match='initialize'):
        EpyNN([Embedding(X, np.ones(4)), Dense()]).export_onnx(tmp_path / 'x.onnx')
    with pytest.raises(ArgumentError, match='float32, float64'):
        model.export_onnx(tmp_path / 'x.onnx', dtype='float16')
    with pytest.raises(ArgumentError, match='a file that can be written'):
        model.export_onnx(tmp_path / 'nowhere' / 'x.onnx')
    own = trained([Dense(2, lambda x, deriv=False: x * 0 + 1 if deriv else x)], X, X)
    words = r'1\.Dense: expected an activation function of the library'
    with pytest.raises(LayerError, match=words):
        own.export_onnx(tmp_path / 'x.onnx')
    with pytest.raises(ArgumentError, match='images'):
        own.export_onnx(tmp_path / 'x.onnx', inputs_as_nchw=True)

    class Own(Dense):
        pass

    own = trained([Own(1)], X, np.ones(4))
    with pytest.raises(LayerError, match='a layer of the library'):
        own.export_onnx(tmp_path / 'x.onnx')
    assert not list(Path(tmp_path).iterdir())


def test_without_onnx_the_error_says_how_to_get_it(model, monkeypatch, tmp_path):
    monkeypatch.setitem(__import__('sys').modules, 'onnx', None)
    with pytest.raises(MissingExtraError, match=r'pip install .*\[onnx\]'):
        model.export_onnx(tmp_path / 'x.onnx')
