"""Networks as files of ONNX: what other programs compute from them, and how the graph reads."""

import json
from pathlib import Path

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from networks import quiet

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
from epynn.commons.models import run_layer

onnx = pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')
reference = pytest.importorskip('onnx.reference')
export = pytest.importorskip('epynn.interchange.export')

BY_RUNTIME = {'pooling1d-min-padding'}
"""The evaluator of onnx fails on a padded MaxPool of signals; the runtime does not."""
tolerances = {'float64': 1e-12, 'float32': 1e-5}


def run(file, X, by_runtime, lengths=None):
    """Return what another program makes of samples."""
    kind = file.graph.input[0].type.tensor_type.elem_type
    feeds = {'X': X.astype(onnx.helper.tensor_dtype_to_np_dtype(kind))}
    if lengths is not None:
        feeds['lengths'] = np.asarray(lengths)
    if not by_runtime:
        return reference.ReferenceEvaluator(file).run(None, feeds)[0]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file.SerializeToString(), options)
    return session.run(None, feeds)[0]


def assert_same(layers, X, dtype, by_runtime=None, others=(), lengths=None, **how):
    """Compare what layers compute with what the file computes, for other samples, too."""
    by_runtime = dtype == 'float32' if by_runtime is None else by_runtime
    file = export.as_onnx(layers, X.shape[1:], dtype, lengths=lengths is not None, **how)
    for part in (X, X[:1], *others):
        ends = None if lengths is None else lengths[: len(part)]
        mask = None if ends is None else np.arange(part.shape[1]) < np.asarray(ends)[:, None]
        A, given = part, mask
        for layer in layers:
            A, given = run_layer(layer.twin(), A, given)
        images = part.transpose(0, 3, 1, 2) if how.get('inputs_as_nchw') else part
        if mask is not None:
            images = np.where(mask.reshape(*mask.shape, *[1] * (part.ndim - 2)), images, 99)
        B = run(file, images, by_runtime, ends)
        assert B.dtype == dtype
        if given is not None:
            A, B = A[given], B[given]
        assert np.abs(A - B).max() <= tolerances[dtype] * max(1, np.abs(A).max())
    return file


@pytest.mark.parametrize('dtype', tolerances)
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_each_layer_computes_the_same_elsewhere(row, dtype):
    layer, X = row.make(), row.draw_input()
    layer.forward(X)
    move_parameters(layer)
    by_runtime = row.name in BY_RUNTIME or dtype == 'float32'
    others = [row.draw_input(shape=shape) for shape in row.also if X.ndim < 4]
    assert_same([layer], X, dtype, by_runtime, others)
    if row.masked:
        lengths = np.array([X.shape[1] - 1, 1, X.shape[1], 2][: len(X)])
        assert_same([layer], X, dtype, by_runtime, lengths=lengths)


@pytest.mark.parametrize('dtype', tolerances)
def test_each_activation_computes_the_same_elsewhere(dtype):
    X = 3 * np.random.default_rng(1).standard_normal((20, 4))
    # The evaluator of onnx computes Erf in float32, and the runtime not at all in float64
    names = [name for name in ACTIVATIONS if (name, dtype) != ('gelu', 'float64')]
    layer = Parallel([[Activation(ACTIVATIONS[name])] for name in names])
    layer.forward(X)
    assert_same([layer], X, dtype)


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
    B = run(onnx.load(path), X, by_runtime=True)
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
    for dtype in tolerances:
        file = assert_same(layers, X, dtype)
    kinds = [node.op_type for node in file.graph.node]
    assert (kinds.count('GRU'), kinds.count('LSTM')) == (1, 1)
    assert kinds.count('Transpose') == 2  # steps first, once; samples first, once


WORDS = ['level', 'noon', 'a', 'python', 'kayak', 'is']


@pytest.mark.parametrize('dtype', tolerances)
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
    B = run(file, predicted.X, dtype == 'float32', predicted.lengths)
    np.testing.assert_allclose(B, predicted.A, rtol=0, atol=tolerances[dtype])
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
