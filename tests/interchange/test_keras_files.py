"""Files of Keras: both layouts, what does not fit, and hostile ones."""

import numpy as np
import pytest
from test_keras_weights import STEPS, network, refuse

from epynn import GRU, Bidirectional, Dense, tanh
from epynn.commons.errors import ArgumentError, EpynnError, ModelFileError, ShapeError
from epynn.interchange import keras_weights, load_keras_weights


@pytest.fixture
def h5py():
    return pytest.importorskip('h5py')


@pytest.mark.parametrize('top', ['', 'model_weights/'])
def test_files_of_keras_2_name_their_layers_in_order(h5py, tmp_path, top):
    model = network(STEPS, Bidirectional(GRU(2, sequences=True)))
    file, weights = tmp_path / 'there.h5', [array + 1 for array in keras_weights(model)]
    layers = {'input_1': [], 'both': weights[:6], 'dropout': [], 'answer': weights[6:]}
    with h5py.File(file, 'w') as opened:
        group = opened.require_group(top or '/')
        group.attrs['layer_names0'] = np.array(['input_1', 'both'], 'S')  # a long list is cut
        group.attrs['layer_names1'] = np.array(['dropout', 'answer'], 'S')
        for layer, arrays in layers.items():
            names = [f'{layer}/array_{k}:0' for k in range(len(arrays))]
            group.require_group(layer).attrs['weight_names'] = np.array(names, 'S')
            for name, array in zip(names, arrays, strict=True):
                group[f'{layer}/{name}'] = array
    load_keras_weights(model, file)
    for ours, theirs in zip(keras_weights(model), weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with h5py.File(file, 'a') as opened:
        opened[top or '/'].attrs['layer_names0'] = ['input_1', 'none']  # as Keras 3 writes them
    refuse(model, ShapeError, r'kernel: expected \(4, 6\), got \(20, 3\)', file)


def write(h5py, path, arrays, **more):
    """Write a file as Keras 3 lays it out."""
    with h5py.File(path, 'w') as file:
        for name, array in arrays.items():
            file[f'layers/{name}'] = array
        for name, thing in more.items():
            file[f'layers/{name}'] = thing
    return path


SMALL = {
    'dense/vars/0': np.ones((4, 3)), 'dense/vars/1': np.ones(3), 'dense_1/vars/0': np.ones((3, 3)),
    'dense_1/vars/1': np.ones(3),
}  # fmt: skip


@pytest.fixture
def small():
    return network((6, 4), Dense(3, tanh))


def test_files_that_do_not_fit_are_refused(h5py, small, tmp_path):
    file = tmp_path / 'x.weights.h5'
    load_keras_weights(small, write(h5py, file, SMALL))
    assert keras_weights(small)[0].max() == 1
    refuse(small, ArgumentError, 'a file that can be read', tmp_path / 'none.h5')
    refuse(small, ArgumentError, 'a file that can be read', tmp_path)
    third = {**SMALL, 'dense_2/vars/0': np.ones((3, 3))}
    refuse(small, ModelFileError, 'layers of the network alone, got more: layers/dense_2/vars/0',
           write(h5py, file, third))  # fmt: skip
    first = {name: SMALL[name] for name in list(SMALL)[:2]}
    refuse(small, ModelFileError, r'one more layer dense .* got none', write(h5py, file, first))
    renamed = {name.replace('dense', 'own'): array for name, array in SMALL.items()}
    refuse(small, ModelFileError, r'layer dense .* got own', write(h5py, file, renamed))
    more = {**SMALL, 'dense/vars/2': np.ones(3)}
    refuse(small, ArgumentError, r'2 arrays \(kernel, bias\), got 3', write(h5py, file, more))


def test_files_with_more_than_plain_arrays_are_refused(h5py, small, tmp_path):
    file, other = tmp_path / 'x.weights.h5', write(h5py, tmp_path / 'other.h5', SMALL)
    rest = {name: array for name, array in SMALL.items() if name != 'dense/vars/0'}
    layout = h5py.VirtualLayout((4, 3), 'f8')
    layout[:] = h5py.VirtualSource(other, 'layers/dense/vars/0', (4, 3))
    (tmp_path / 'raw').write_bytes(bytes(96))
    raw = [(str(tmp_path / 'raw'), 0, 96)]

    def with_array(make):
        write(h5py, file, rest)
        with h5py.File(file, 'a') as opened:
            make(opened.require_group('layers/dense/vars'))
        return file

    for make in (
        lambda group: group.create_virtual_dataset('0', layout),
        lambda group: group.create_dataset('0', (4, 3), 'f8', external=raw),
        lambda group: group.create_dataset('0', (4, 3), h5py.string_dtype()),
        lambda group: group.create_dataset('0', (4, 3), 'c16'),
        lambda group: group.create_dataset('0', (4, 3), 'f8', compression='gzip'),
        lambda group: group.create_dataset('0', (2**40, 2**10), 'f8', chunks=(64, 64)),
        lambda group: group.create_dataset('0', (4, 3), 'f8'),  # never written
        lambda group: group.__setitem__('0', h5py.ExternalLink(str(other), 'layers/dense/vars/0')),
    ):
        refuse(small, ModelFileError, 'expected a file of weights of Keras, with', with_array(make))
    soft = with_array(lambda group: group.__setitem__('0', h5py.SoftLink('/layers/dense_1/vars/0')))
    refuse(small, ShapeError, r'kernel: expected \(4, 3\), got \(3,\)', soft)

    def cycle(group):
        group['0'], group['again'] = np.ones((4, 3)), group

    load_keras_weights(small, with_array(cycle))


def test_damaged_files_raise_one_typed_error(h5py, small, tmp_path):
    rng = np.random.default_rng(0)
    whole = np.frombuffer(write(h5py, tmp_path / 'whole.h5', SMALL).read_bytes(), np.uint8)
    file, refused = tmp_path / 'damaged.h5', 0
    for trial in range(200):
        damaged = whole.copy()
        places = rng.integers(0, len(whole), 1 + trial % 8)
        damaged[places] ^= rng.integers(1, 256, len(places)).astype(np.uint8)
        file.write_bytes(damaged[: rng.integers(len(whole))] if trial % 5 == 0 else damaged)
        try:
            load_keras_weights(small, file)
        except EpynnError:
            refused += 1
    assert refused > 40
