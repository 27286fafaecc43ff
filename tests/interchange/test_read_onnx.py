"""Networks read from files of ONNX: those of our own exporter, by every row of the layer table."""

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from networks import assert_same_parameters, quiet

from epynn import (
    LSTM,
    BatchNorm,
    Convolution,
    Dense,
    Embedding,
    EpyNN,
    Flatten,
    GlobalPooling,
    Pooling,
    Residual,
    Tokens,
    identity,
    read_model,
    relu,
    softmax,
    tanh,
)
from epynn.commons.errors import ArgumentError, DataError, MissingExtraError, ModelFileError
from epynn.interchange import read_onnx

onnx = pytest.importorskip('onnx')
export = pytest.importorskip('epynn.interchange.export')

TOLERANCES = {'float64': 1e-12, 'float32': 1e-5}


def read_file(file, folder, name='network.onnx'):
    (folder / name).write_bytes(file.SerializeToString())
    return read_onnx(folder / name)


@pytest.mark.parametrize('dtype', TOLERANCES)
@pytest.mark.parametrize(
    'row',
    ROWS,
    ids=lambda row: row.name,
)
def test_each_layer_comes_back(row, dtype, tmp_path):
    layer, X = row.make(), row.draw_input()
    layer.forward(X)
    move_parameters(layer)
    layer.training = False
    A = layer.twin().forward(X)
    model = read_file(export.as_onnx([layer], X.shape[1:], dtype), tmp_path)
    B = model.forward(X)
    assert B.shape == A.shape
    assert np.abs(A - B).max() <= TOLERANCES[dtype] * max(1, np.abs(A).max())
    if row.name.startswith('dropout') and layer.axis == ():
        assert model.layers[1].drop_prob == layer.drop_prob


def images(m=24):
    rng = np.random.default_rng(0)
    return rng.normal(size=(m, 6, 6, 2)), np.array(['a', 'b', 'c'])[np.arange(m) % 3]


def make_convolutional(**settings):
    X, y = images()
    layers = [
        Convolution(4, 3, 1, 'same', identity), BatchNorm(), Pooling(2),
        Residual([Convolution(4, 3, 1, 1, tanh)]), Flatten(), Dense(5, relu), Dense(3, softmax),
    ]  # fmt: skip
    model = EpyNN([Embedding(X, y, Y_encode=True), *layers], 'small')
    model = quiet(model, learning_rate=0.01, **settings)
    model.train(2, verbose=0)
    return model


@pytest.mark.parametrize('first', [False, True])
def test_a_network_comes_back_and_trains_on_as_the_original(first, tmp_path):
    model, (X, y) = make_convolutional(), images()
    path = model.export_onnx(tmp_path / 'small.onnx', 'float64', inputs_as_nchw=first)
    came = read_onnx(path)
    np.testing.assert_allclose(came.predict(X).A, model.predict(X).A, atol=1e-12)
    assert list(came.predict(X).labels) == list(model.predict(X).labels)  # as the file noted
    again = read_model(came.write(tmp_path / 'again'))
    np.testing.assert_array_equal(again.predict(X).A, came.predict(X).A)

    on = read_onnx(path, data=Embedding(X, y, Y_encode=True))
    for each in (model, on):
        quiet(each, params=False, learning_rate=0.01, optimizer='Momentum')
        each.train(3, verbose=0)
    for ours, theirs in zip(model.layers, on.layers, strict=True):
        for name, p in ours.p.items():
            np.testing.assert_allclose(theirs.p[name], p, atol=1e-12)
    assert read_onnx(path, dtype='float32').forward(X.astype(np.float32)).dtype == np.float32


def test_parameters_of_a_read_network_are_those_of_the_file_to_the_bit(tmp_path):
    model = make_convolutional()
    came = read_onnx(model.export_onnx(tmp_path / 'small.onnx', 'float64'))
    for number in (1, 3, 4, 5, 6, 7):
        assert type(came.layers[number]) is type(model.layers[number])
    model.layers[2].s['var'] = came.layers[2].s['var']  # whose epsilon ONNX keeps in float32
    assert_same_parameters(model, came)


def test_tokens_and_scales_that_were_noted_are_taken_up_again(tmp_path):
    words = ['abca', 'bcab', 'cabc', 'abcb']
    model = quiet(
        EpyNN([Embedding(words, [0, 1, 0, 1], X_encode=True), LSTM(3), Dense(1)]), loss='MSE'
    )
    came = read_onnx(model.export_onnx(tmp_path / 'words.onnx', 'float64'))
    A = model.predict(words, X_encode=True).A
    np.testing.assert_allclose(came.predict(words, X_encode=True).A, A, atol=1e-12)
    with pytest.raises(DataError, match='X_encode=True'):
        read_onnx(tmp_path / 'words.onnx', data=Embedding(np.ones((4, 4, 3)), np.ones(4)))

    X = np.arange(12.0).reshape(6, 2)
    model = quiet(EpyNN([Embedding(X, X[:, 0], X_scale=True), Dense(1, identity)]), loss='MSE')
    came = read_onnx(model.export_onnx(tmp_path / 'scaled.onnx', 'float64'))
    A = model.predict(X, X_scale=True).A
    np.testing.assert_allclose(came.predict(X, X_scale=True).A, A, atol=1e-12)


def test_sizes_that_a_file_leaves_open_are_those_of_the_argument_or_the_data(tmp_path):
    layers = [Tokens(5, 3), GlobalPooling(), Dense(2, softmax)]
    A = X = np.random.default_rng(0).integers(0, 5, (6, 9))
    for layer in layers:
        A = layer.forward(A)
        layer.training = False
    file = export.as_onnx(layers, (9,), 'float64')
    path = tmp_path / 'tokens.onnx'
    path.write_bytes(file.SerializeToString())
    assert read_onnx(path, shape=(7,)).network[0]['forward']['X'] == (1, 7)
    data = Embedding(X, np.arange(6) % 2, Y_encode=True)
    on = read_onnx(path, data=data)
    assert on.network[0]['forward']['X'] == (1, 9)
    quiet(on, params=False)
    on.train(1, verbose=0)
    assert read_onnx(path).predict(X[:, :4]).A.shape == (6, 2)
    with pytest.raises(ArgumentError, match=r'read_onnx\(shape\): expected a sample'):
        read_onnx(path, shape=(7, 3))


def test_what_is_cut_off_behind_a_transposed_convolution_is_its_padding(tmp_path):
    helper, rng = onnx.helper, np.random.default_rng(0)
    note, tensor = helper.make_tensor_value_info, onnx.numpy_helper.from_array
    nodes = [
        helper.make_node('ConvTranspose', ['X', 'W'], ['Z'], 'Z', strides=[2, 2]),
        helper.make_node('Slice', ['Z', 'from', 'to', 'rows'], ['Y'], 'Y'),
        helper.make_node('Slice', ['Y', 'from', 'to', 'columns'], ['A'], 'A'),
    ]
    numbers = {'from': 0, 'to': -1, 'rows': 2, 'columns': 3}
    tensors = [tensor(np.array([number]), name) for name, number in numbers.items()]
    tensors.append(tensor(rng.normal(size=(2, 3, 3, 3)), 'W'))
    ends = [note('X', 11, ['m', 2, 4, 4])], [note('A', 11, None)]
    file = helper.make_model(helper.make_graph(nodes, 'g', *ends, tensors))
    layer = read_file(file, tmp_path).layers[1]
    assert layer.padding == 'same'
    X = rng.normal(size=(2, 2, 4, 4))
    (A,) = pytest.importorskip('onnx.reference').ReferenceEvaluator(file).run(None, {'X': X})
    B = layer.twin().forward(np.moveaxis(X, 1, -1))
    np.testing.assert_allclose(np.moveaxis(B, -1, 1), A, atol=1e-12)


def test_what_layers_cannot_do_is_named(tmp_path):
    helper = onnx.helper
    note = helper.make_tensor_value_info

    def write(*nodes):
        graph = helper.make_graph(
            list(nodes), 'g', [note('X', 1, ['m', 4, 6, 6])], [note('A', 1, None)]
        )
        (tmp_path / 'x.onnx').write_bytes(helper.make_model(graph).SerializeToString())
        return tmp_path / 'x.onnx'

    path = write(helper.make_node('LRN', ['X'], ['A'], 'lrn1', size=3))
    with pytest.raises(
        ModelFileError, match=r'node lrn1 \(LRN\): expected an operator .*, got LRN'
    ):
        read_onnx(path)
    path = write(
        helper.make_node('Tanh', ['X'], ['h'], 'tanh1'),
        helper.make_node('MatMul', ['h', 'X'], ['A'], 'product'),
    )
    with pytest.raises(
        ModelFileError, match=r'node product \(MatMul\): expected branches that meet'
    ):
        read_onnx(path)


def test_without_onnx_the_error_says_how_to_get_it(monkeypatch, tmp_path):
    path = tmp_path / 'x.onnx'
    path.write_bytes(b'')
    monkeypatch.setitem(__import__('sys').modules, 'onnx', None)
    with pytest.raises(MissingExtraError, match=r'pip install .*\[onnx\]'):
        read_onnx(path)
