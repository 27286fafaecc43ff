"""Files of Keras: both layouts, what does not fit, and hostile ones."""

import sys

import numpy as np
import pytest
from test_keras_weights import STEPS, network, refuse

from epynn import GRU, Bidirectional, Dense, tanh
from epynn.commons.errors import ArgumentError, MissingExtraError, ModelFileError, ShapeError
from epynn.interchange import keras_weights, load_keras_weights
from epynn.interchange.keras import files


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
PLACE = 'layers/dense/vars/0'


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


def test_files_with_more_than_plain_arrays_are_refused(h5py, small, tmp_path, monkeypatch):
    file, other = tmp_path / 'x.weights.h5', write(h5py, tmp_path / 'other.h5', SMALL)
    rest = {name: array for name, array in SMALL.items() if name != 'dense/vars/0'}
    layout = h5py.VirtualLayout((4, 3), 'f8')
    layout[:] = h5py.VirtualSource(other, PLACE, (4, 3))
    (tmp_path / 'raw').write_bytes(bytes(96))
    raw = [(str(tmp_path / 'raw'), 0, 96)]

    def with_array(make):
        write(h5py, file, rest)
        with h5py.File(file, 'a') as opened:
            make(opened.require_group('layers/dense/vars'))
        return file

    for make, expected in (
        (lambda group: group.create_virtual_dataset('0', layout), 'all numbers'),
        (lambda group: group.create_dataset('0', (4, 3), 'f8', external=raw), 'all numbers'),
        (lambda group: group.create_dataset('0', (4, 3), h5py.string_dtype()), 'real numbers'),
        (lambda group: group.create_dataset('0', (4, 3), 'c16'), 'real numbers'),
        (lambda group: group.create_dataset('0', (4, 3), 'f8'), 'numbers'),  # never written
        (lambda group: group.__setitem__('0', h5py.ExternalLink(str(other), PLACE)), 'no links'),
        (lambda group: group.__setitem__('0', h5py.SoftLink(f'/{PLACE}')), 'no links'),  # to itself
        (lambda group: group.require_group('in/' * 70), 'groups at most 64 deep'),
    ):
        match = f'expected a file of weights of Keras, with {expected}'
        refuse(small, ModelFileError, match, with_array(make))
    huge = with_array(lambda group: group.create_dataset('0', (2**40, 2**10), 'f8', chunks=(1, 1)))
    with h5py.File(huge, 'a') as opened:
        opened[PLACE][0, 0] = 1  # all others are 0, and lie nowhere
    refuse(small, ShapeError, r'kernel: expected \(4, 3\), got \(1099511627776, 1024\)', huge)

    def cycle(group):
        group['0'], group['again'] = np.ones((4, 3)), group

    load_keras_weights(small, with_array(cycle))
    monkeypatch.setattr(files, 'MOST', 5)
    refuse(small, ModelFileError, 'with at most 5 groups and arrays', huge)


@pytest.mark.parametrize('libver', ['earliest', 'latest'])
def test_compressed_arrays_are_read_whatever_version_wrote_them(h5py, small, tmp_path, libver):
    path = tmp_path / 'x.weights.h5'
    with h5py.File(path, 'w', libver=libver) as file:
        for k, (name, array) in enumerate(SMALL.items()):
            file.create_dataset(f'layers/{name}', data=array + k, compression='gzip', chunks=True)
    load_keras_weights(small, path)
    for k, ours in enumerate(keras_weights(small)):
        assert (ours == 1 + k).all()


def test_what_hdf5_cannot_read_is_one_typed_error(h5py, small, tmp_path):
    whole = write(h5py, tmp_path / 'whole.h5', SMALL).read_bytes()
    file = tmp_path / 'damaged.h5'
    for damaged in (b'', b'no file of HDF5', whole[:8], whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        refuse(small, ModelFileError, 'file of weights of Keras, whole, got', file)
    with h5py.File(file, 'w') as opened:
        for name, array in SMALL.items():
            opened.create_dataset(f'layers/{name}', data=array, compression='gzip')
        place = opened[PLACE].id.get_chunk_info(0).byte_offset
    with file.open('r+b') as opened:
        opened.seek(place)
        opened.write(bytes(8))
    refuse(small, ModelFileError, 'file of weights of Keras, whole, got .*filter', file)


def test_without_h5py_it_is_said_how_to_install_it(small, tmp_path, monkeypatch):
    (tmp_path / 'x.weights.h5').touch()
    monkeypatch.setitem(sys.modules, 'h5py', None)
    with pytest.raises(MissingExtraError, match=r"h5py.*pip install 'epynn-numpy\[keras\]'"):
        load_keras_weights(small, tmp_path / 'x.weights.h5')
    load_keras_weights(small, keras_weights(small))
