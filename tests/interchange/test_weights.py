"""Weights in safetensors, by the names of PyTorch: they go there, and come back."""

import json
import re

import numpy as np
import pytest
from layer_table import ROWS
from moved import move_parameters
from networks import assert_same_parameters, parameters, quiet
from safetensors.numpy import load_file, save_file
from test_guides import rows

from epynn import (
    GRU,
    LSTM,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Embedding,
    EpyNN,
    Flatten,
    Pooling,
    Residual,
    relu,
    softmax,
)
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    LayerError,
    ModelFileError,
    StateError,
)
from epynn.interchange import from_torch, layouts, load_weights, save_weights, to_torch
from epynn.interchange.incoming import as_network

WITH_ARRAYS = [row for row in ROWS if row.parameters]


def network(*layers, shape=(12, 8, 6, 2)):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=shape), rng.integers(0, 3, shape[0])
    embedding = Embedding(X, Y, (1, 0, 0), Y_encode=True)
    model = quiet(EpyNN([embedding, *layers, Dense(3, softmax)], 'small'), loss='CCE')
    model.train(1, verbose=0)
    return model


def convolutional():
    return network(Convolution(4, 3, 1), BatchNorm(), Pooling(2), Flatten(), Dropout(0.1))


def arrays(model):
    return [p for layer in model.layers for p in (*layer.p.values(), *layer.s.values())]


def moved(model):
    """Move all parameters of a network."""
    for layer in model.layers:
        move_parameters(layer, seed=9)
    return model


@pytest.mark.parametrize('row', WITH_ARRAYS, ids=lambda row: row.name)
def test_weights_go_to_pytorch_and_come_back(row, tmp_path):
    torch = pytest.importorskip('torch')
    layer, X = row.make_layer(), row.draw_input()
    layer.forward(X)
    move_parameters(layer)
    new = row.make()
    new.p, new.s = dict(layer.p), dict(layer.s)
    model = as_network([new], X.shape[1:], 'here', 'small')
    A, before = model.predict(X).A, [p.copy() for p in arrays(model)]
    path = save_weights(model, tmp_path / 'here.safetensors')
    module = to_torch(moved(model))
    module.load_state_dict({key: torch.tensor(each) for key, each in load_file(path).items()})
    there = module(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(there, A, rtol=0, atol=1e-12)
    state = {key: tensor.detach().numpy() for key, tensor in module.state_dict().items()}
    save_file(state, tmp_path / 'there.safetensors')
    load_weights(model, tmp_path / 'there.safetensors')
    for came, went in zip(arrays(model), before, strict=True):
        np.testing.assert_array_equal(came, went)


def test_names_are_those_of_pytorch(tmp_path):
    model = convolutional()
    found = load_file(save_weights(model, tmp_path / 'x.safetensors'))
    assert {name: array.shape for name, array in found.items()} == {
        '1.weight': (4, 2, 3, 3), '1.bias': (4,),
        '2.weight': (4,), '2.bias': (4,), '2.running_mean': (4,), '2.running_var': (4,),
        '6.weight': (3, 24), '6.bias': (3,),
    }  # fmt: skip
    np.testing.assert_array_equal(found['6.weight'], model.layers[6].p['W'].T)
    recurrent = network(LSTM(4, sequences=True), Residual([GRU(4)], [GRU(4)]), shape=(12, 5, 2))
    found = load_file(save_weights(recurrent, tmp_path / 'x.safetensors'))
    assert found['1.weight_ih_l0'].shape == (16, 2)
    assert not found['1.bias_hh_l0'].any()
    assert {'2.chain.0.gates.weight_ih', '2.shortcut.1.candidate.bias'} <= found.keys()


def test_a_module_of_pytorch_takes_them_with_its_channels_first(tmp_path):
    torch = pytest.importorskip('torch')
    nn, model = torch.nn, convolutional()
    module = nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.ReLU(), nn.BatchNorm2d(4), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(24, 3), nn.Softmax(1),
    ).double()  # fmt: skip
    how = {'names': {1: '0', 2: '2', 6: '5'}, 'channels_first': True}
    path = save_weights(model, tmp_path / 'x.safetensors', **how)
    tensors = {key: torch.tensor(array) for key, array in load_file(path).items()}
    module.load_state_dict(tensors)
    X = model.embedding.dtrain.X
    A = module.eval()(torch.tensor(X.transpose(0, 3, 1, 2))).detach().numpy()
    np.testing.assert_allclose(A, model.predict(X).A, rtol=0, atol=1e-12)
    other = moved(convolutional())
    load_weights(other, path, **how)
    assert_same_parameters(other, model)
    assert_same_parameters(from_torch(module, X.shape[1:]), without(model, 'Dropout'))


def without(model, name):
    """Return a network in which layers of that name are left out."""
    model.layers = [layer for layer in model.layers if layer.name != name]
    return model


def test_a_gru_of_pytorch_comes_here(tmp_path):
    torch = pytest.importorskip('torch')
    cells = torch.nn.GRU(2, 4, batch_first=True).double()
    state = {f'1.{key}': each.detach().numpy() for key, each in cells.state_dict().items()}
    model = network(GRU(4, reset_after=True), shape=(12, 5, 2))
    state.update({'2.weight': model.layers[2].p['W'].T.copy(), '2.bias': np.zeros(3)})
    save_file(state, tmp_path / 'x.safetensors')
    load_weights(model, tmp_path / 'x.safetensors')
    X = model.embedding.dtrain.X
    h = cells(torch.tensor(X))[0][:, -1].detach().numpy()
    np.testing.assert_allclose(model.layers[1].forward(X), h, rtol=0, atol=1e-12)


def test_the_table_of_layouts_names_them_all():
    said = {
        row[0].strip(' `'): row for row in rows('interchange.md', 'Layouts, gates and settings')
    }
    for kind, told in layouts.LAYOUTS.items():
        name = next(key for key in said if kind.__name__ in key.split('`'))
        words = ' '.join(re.findall(r'`([^`]+)`', said[name][2]))
        parts = [part for layout in of_kind(kind, told) for part in layout.tensor.split('.')]
        assert [part for part in parts if part not in re.split(r'[ .]', words)] == [], name


def of_kind(kind, told):
    """Return the layouts of a layer of that class."""
    arguments = {'Attention': [1], 'PositionalEncoding': ['learned', 3]}
    return told(kind(*arguments.get(kind.__name__, [2]))) if callable(told) else told


def changed(path, **arrays):
    """Change arrays of a file; None leaves one out."""
    found = {**load_file(path), **{name.replace('_at_', '.'): p for name, p in arrays.items()}}
    save_file({name: p for name, p in found.items() if p is not None}, path)


WRONG = {
    'missing': ({'2_at_running_mean': None}, r'missing: 2\.running_mean'),
    'unexpected': ({'7_at_weight': np.ones(2)}, r'unexpected: 7\.weight.*names='),
    'shape': ({'6_at_weight': np.ones((24, 3))}, r'6\.weight: .*shape \(3, 24\), got \(24, 3\)'),
    'axes': ({'1_at_bias': np.ones((4, 1))}, r'1\.bias: .*shape \(4,\)'),
    'whole': ({'1_at_bias': np.ones(4, dtype=np.int64)}, 'real numbers .* of int64'),
    'infinite': ({'1_at_bias': np.full(4, np.inf)}, 'finite numbers'),
    'variance': ({'2_at_running_var': np.full(4, -1.0)}, 'variances'),
    'half': ({'1_at_bias': np.ones(4, dtype=np.float16)}, 'F16'),
}


@pytest.mark.parametrize('case', WRONG)
def test_arrays_that_do_not_fit_are_refused_and_nothing_changes(case, tmp_path):
    arrays, words = WRONG[case]
    model = convolutional()
    path, before = save_weights(moved(model), tmp_path / 'x.safetensors'), parameters(model)
    changed(path, **arrays)
    with pytest.raises(ModelFileError, match=words):
        load_weights(model, path)
    for layer, same in zip(parameters(model), before, strict=True):
        assert all(np.array_equal(layer[name], same[name]) for name in same)


def test_single_precision_and_what_pytorch_counts_are_taken(tmp_path):
    model = convolutional()
    path = save_weights(model, tmp_path / 'x.safetensors')
    single = {name: p.astype('f4') for name, p in load_file(path).items()}
    save_file({**single, '2.num_batches_tracked': np.array(7)}, path)
    other = moved(convolutional())
    load_weights(other, path)
    assert other.layers[1].p['W'].dtype == np.float64
    np.testing.assert_allclose(other.layers[1].p['W'], model.layers[1].p['W'], atol=1e-6)


def test_files_from_a_hostile_source_are_refused(tmp_path):
    model, path = convolutional(), tmp_path / 'x.safetensors'
    whole = save_weights(model, path).read_bytes()
    header = {'1.weight': {'dtype': 'F64', 'shape': [2**40, 2**20], 'data_offsets': [0, 8]}}
    text = json.dumps(header).encode()
    huge = len(text).to_bytes(8, 'little') + text + bytes(8)
    for data in (b'', b'x', whole[:-1], whole[:40], b'\xff' * 64, huge, whole + b'x'):
        path.write_bytes(data)
        with pytest.raises(ModelFileError):
            load_weights(model, path)
    rng = np.random.Generator(np.random.PCG64(0))
    for _ in range(100):
        data = bytearray(whole)
        for place in rng.integers(0, 700, 3):
            data[place] = rng.integers(0, 256)
        path.write_bytes(data)
        try:
            load_weights(model, path)
        except ModelFileError:
            continue


def test_arguments_are_checked(tmp_path):
    model, path = convolutional(), tmp_path / 'x.safetensors'
    for use in (save_weights, load_weights):
        with pytest.raises(ArgumentTypeError, match=f'{use.__name__}.model.: expected a network'):
            use(Dense(3), path)
        with pytest.raises(StateError, match='initialize'):
            use(EpyNN([Embedding(np.ones((4, 2)), np.ones(4)), Dense()]), path)
        for names in ({'1': '0'}, {7: '0'}, ['0'], {1: 0}):
            with pytest.raises(ArgumentTypeError, match=r'names\): expected a dict of numbers of'):
                use(model, path, names)
        with pytest.raises(ArgumentError):
            use(model, tmp_path / 'nowhere' / 'x')

    class Own(Dense):
        pass

    with pytest.raises(LayerError, match='save_weights: expected a layer of the library'):
        save_weights(network(Own(2), shape=(12, 2)), path)
    odd = network(Flatten(), Residual([Dense(96, relu)]))
    with pytest.raises(LayerError, match='a Dense behind Flatten'):
        save_weights(odd, path, channels_first=True)
