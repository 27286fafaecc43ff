"""Layers of sequences read from files of ONNX: of PyTorch, and node by node."""

import numpy as np
import pytest

from epynn import GRU, LSTM, RNN, Attention, Bidirectional, Dense, hard_sigmoid, lrelu
from epynn.commons.errors import ModelFileError
from epynn.interchange import read_onnx

onnx = pytest.importorskip('onnx')
helper = onnx.helper
pytestmark = pytest.mark.filterwarnings('ignore')
U, E, S = 2, 3, 4
GATES = {'RNN': 1, 'GRU': 3, 'LSTM': 4}


def node_file(folder, kind='GRU', dirs=1, more=(), outputs=('', 'last'), inputs=(), **settings):
    """Write a recurrent node, whose input is ``(m, s, e)``, and the axes of what it gives."""
    rng = np.random.default_rng(0)
    g = GATES[kind] * U
    shapes = {'W': (dirs, g, E), 'R': (dirs, g, U), 'B': (dirs, 2 * g)}
    arrays = {name: rng.standard_normal(shape).astype('f') for name, shape in shapes.items()}
    arrays |= dict(more)
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    given = [helper.make_tensor_value_info('X', 1, ['m', S, E])]
    out = next(name for name in outputs if name)
    nodes = [
        helper.make_node('Transpose', ['X'], ['steps'], 'steps', perm=[1, 0, 2]),
        helper.make_node(kind, ['steps', 'W', 'R', 'B', *inputs], outputs, 'gates',
                         hidden_size=U, **settings),
    ]  # fmt: skip
    if out == 'last':
        axes = onnx.numpy_helper.from_array(np.array([0]), 'axes')
        nodes.append(helper.make_node('Squeeze', ['last', 'axes'], ['A'], 'A'))
        tensors.append(axes)
    graph = helper.make_graph(
        nodes, 'g', given, [helper.make_tensor_value_info('A' if out == 'last' else out, 1, None)],
        tensors,
    )  # fmt: skip
    path = folder / 'node.onnx'
    file = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid('', 22)])
    path.write_bytes(file.SerializeToString())
    return path


SAME = [
    ('GRU', {'linear_before_reset': 1}), ('GRU', {}), ('LSTM', {}), ('RNN', {}),
    ('RNN', {'activations': ['LeakyRelu'], 'activation_alpha': [0.3]}),
    ('LSTM', {'activations': ['HardSigmoid', 'Tanh', 'Softsign'],
              'activation_alpha': [1 / 6], 'activation_beta': [0.5]}),
]  # fmt: skip


@pytest.mark.parametrize(('kind', 'settings'), SAME)
def test_a_node_is_the_layer_that_computes_the_same(kind, settings, tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    path = node_file(tmp_path, kind, **settings)
    X = np.random.default_rng(1).standard_normal((3, S, E)).astype('f')
    expected = onnxruntime.InferenceSession(path).run(None, {'X': X})[0]
    model = read_onnx(path)
    np.testing.assert_allclose(model.forward(X.astype(float)), expected, atol=1e-5)
    layer = model.layers[1]
    assert type(layer) is {'RNN': RNN, 'GRU': GRU, 'LSTM': LSTM}[kind]
    assert getattr(layer, 'reset_after', False) == bool(settings.get('linear_before_reset'))
    if 'activation_beta' in settings:
        assert layer.activate_input.function is hard_sigmoid
    elif 'activations' in settings:
        assert (layer.activate.function, layer.se_hPars) == (lrelu, {'LRELU_alpha': 0.3})


STATE = {'h0': np.ones((1, 1, U), 'f')}
LENGTHS = {'lengths': np.array([3], np.int32)}
REFUSED = [
    ({'more': STATE, 'inputs': ['', 'h0']}, 'initial_h'),
    ({'more': LENGTHS, 'inputs': ['lengths']}, 'sequence_lens'),
    ({'clip': 1.0}, 'clip'),
    ({'kind': 'LSTM', 'input_forget': 1}, 'input_forget'),
    ({'kind': 'LSTM', 'more': {'P': np.ones((1, 6), 'f')}, 'inputs': ['', '', '', 'P']}, 'got P'),
    ({'direction': 'reverse'}, 'one alone'),
    ({'direction': 'sideways'}, 'sideways'),
    ({'layout': 1}, 'batch_first'),
    ({'activations': ['ScaledTanh', 'Tanh']}, 'ScaledTanh'),
    ({'kind': 'RNN', 'activations': ['Affine'], 'activation_alpha': [2.0]}, 'Affine'),
    ({'more': {'W': np.ones((1, 6, 9), 'f')}}, 'weights'),
    ({'dirs': 2, 'direction': 'bidirectional'}, 'side by side'),
]  # fmt: skip


@pytest.mark.parametrize(('how', 'words'), REFUSED, ids=[words for _, words in REFUSED])
def test_what_no_layer_has_is_refused_by_the_name_of_the_node(how, words, tmp_path):
    path = node_file(tmp_path, **how)
    with pytest.raises(ModelFileError, match=rf'(?s)node gates.*{words}'):
        read_onnx(path)


def exported(module, X, path):
    torch = pytest.importorskip('torch')
    module.eval()
    free = {'X': {0: 'm', 1: 's'}}
    torch.onnx.export(module, (X,), path, dynamo=False, input_names=['X'], dynamic_axes=free)
    return module(X).detach().numpy()


def modules():
    torch = pytest.importorskip('torch')
    nn = torch.nn

    class Reader(nn.Module):
        """A recurrent module, and a product of its last state, of that of each step, or of both."""

        def __init__(self, net, what):
            super().__init__()
            self.net, self.what = net, what
            self.out = nn.Linear(8 if net.bidirectional else 4, 2)

        def forward(self, X):
            A, h = self.net(X)
            if self.what == 'state':
                return self.out((h[0] if isinstance(h, tuple) else h)[-1])
            return self.out(A[:, -1] if self.what == 'step' else A)

    torch.manual_seed(0)
    block = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True, norm_first=True)
    return {
        'LSTM': (Reader(nn.LSTM(6, 4, batch_first=True), 'step'), [LSTM, Dense]),
        'two': (Reader(nn.LSTM(6, 4, 2, batch_first=True), 'step'), [LSTM, LSTM, Dense]),
        'GRU': (Reader(nn.GRU(6, 4, batch_first=True), 'state'), [GRU, Dense]),
        'both': (Reader(nn.GRU(6, 4, batch_first=True, bidirectional=True), ''), [Bidirectional]),
        'encoder': (nn.TransformerEncoder(block, 1, enable_nested_tensor=False), []),
    }  # fmt: skip


@pytest.mark.parametrize('name', ['LSTM', 'two', 'GRU', 'both', 'encoder'])
def test_what_pytorch_wrote_predicts_the_same(name, tmp_path):
    torch = pytest.importorskip('torch')
    module, kinds = modules()[name]
    X = torch.randn(3, 5, 6)
    expected = exported(module, X, tmp_path / 'module.onnx')
    model = read_onnx(tmp_path / 'module.onnx', shape=(5, 6))
    np.testing.assert_allclose(model.forward(X.double().numpy()), expected, atol=1e-5)
    assert [type(layer) for layer in model.layers[1 : len(kinds) + 1]] == kinds
    if name == 'encoder':
        assert isinstance(model.layers[1].layers[1], Attention)
