"""Samples that are read from a file batch by batch: the same numbers, and no copy in memory."""

import tracemalloc

import numpy as np
import pytest
from networks import assert_same_parameters, make_data, quiet

from epynn import Callback, Dense, Embedding, EpyNN, read_model, softmax, tanh
from epynn.commons.errors import DataError
from epynn.commons.io.stored import Stored

OPTIONS = [{}, {'X_scale': True}, {'stratify': True}, {'X_scale': True, 'stratify': True}]


class File:
    """An array in a file, as strict as h5py."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __getitem__(self, key):
        if not isinstance(key, slice) and np.any(np.diff(key) <= 0):
            raise TypeError('Indexing elements must be in increasing order')
        return self.array[key]


def in_file(X, kind, folder):
    """Return samples in a file of that kind."""
    if kind == 'object':
        return File(X)
    if kind == 'memory map':
        np.save(folder / 'X.npy', X)
        return np.load(folder / 'X.npy', mmap_mode='r')
    module = pytest.importorskip(kind)
    if kind == 'h5py':
        module.File(folder / 'X.h5', 'w')['X'] = X
        return module.File(folder / 'X.h5')['X']
    array = module.create_array(
        store=folder / 'X.zarr', shape=X.shape, dtype=X.dtype, chunks=(7, 4)
    )
    array[:] = X
    return array


def train(X, y, **options):
    """Return a network that learned for two epochs."""
    data = Embedding(X, y, (2, 1, 1), 7, Y_encode=True, **options)
    model = quiet(EpyNN([data, Dense(5, tanh), Dense(3, softmax)]), metrics=['accuracy'])
    model.train(2, verbose=0)
    return model


@pytest.mark.parametrize('options', OPTIONS, ids=map(str, OPTIONS))
@pytest.mark.parametrize('dtype', [np.float32, np.int16])
@pytest.mark.parametrize('kind', ['object', 'memory map', 'h5py', 'zarr'])
def test_all_is_as_with_the_array_in_memory(kind, dtype, options, tmp_path):
    X, y = make_data(60)
    X = (X * 20).astype(dtype)
    stored, scale = in_file(X, kind, tmp_path), options.get('X_scale', False)
    expected, model = train(X, y, **options), train(stored, y, **options)
    assert_same_parameters(model, expected)
    assert model.metrics == expected.metrics
    given = {'X_scale': scale}
    assert model.evaluate(stored, y, **given) == expected.evaluate(X, y, **given)
    A = model.predict(stored, **given).A
    np.testing.assert_array_equal(A, expected.predict(X, **given).A)
    lazy = kind != 'memory map' or options != {}
    assert isinstance(model.embedding.dtrain.X, Stored) == lazy
    np.testing.assert_array_equal(np.asarray(model.embedding.dval.X), expected.embedding.dval.X)


def test_one_embedding_in_a_file_serves_several_networks():
    X, y = make_data(60)
    first = train(File(X), y)
    second = quiet(EpyNN([first.embedding, Dense(3, softmax)]))
    first.train(1, verbose=0)
    second.train(1, verbose=0)
    expected = train(X, y)
    expected.train(1, verbose=0)
    assert_same_parameters(first, expected)


def test_sets_of_their_own_augmentation_and_weights():
    X, y = make_data(60)
    models = []
    for wrap in (File, np.asarray):
        options = {'sample_weight': np.arange(60.0), 'augment': lambda X, rng: X + rng.random()}
        sets = {'validation': (wrap(X[:9] * 2), y[:9])}
        data = Embedding(wrap(X), y, batch_size=8, Y_encode=True, X_scale=True, **options, **sets)
        models.append(quiet(EpyNN([data, Dense(3, softmax)])))
        models[-1].train(2, verbose=0)
    assert models[0].metrics == models[1].metrics


def test_a_network_read_from_a_file_goes_on_with_samples_in_one(tmp_path):
    X, y = make_data(60)
    model = train(X, y, X_scale=True)
    model.write(tmp_path / 'model')
    models = []
    for data in (X / 2, File(X / 2)):
        data = Embedding(data, y, (2, 1, 1), 7, Y_encode=True, X_scale=True)
        models.append(read_model(tmp_path / 'model', data=data))
        models[-1].train(1, verbose=0)
    assert_same_parameters(*models)


def test_numbers_are_checked_wherever_they_are():
    X, y = make_data(60)
    X[50, 2] = np.inf
    with pytest.raises(DataError, match=r'X_data: expected finite numbers, got inf at index \(50'):
        Embedding(File(X), y)
    with pytest.raises(DataError, match='Y_data: expected as many labels as samples'):
        Embedding(File(X[:40]), y)
    with pytest.raises(DataError, match='X_data: expected at least one sample'):
        Embedding(File(X[:0]), y[:0])


class ResetPeak(Callback):
    """Leaves out what `train` sets aside before it begins."""

    def on_train_begin(self, model):
        self.before = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()


def peaks(m, options, path):
    """Return what making the network, and training and evaluation, take at most."""
    X = np.lib.format.open_memmap(path, mode='w+', dtype=np.float32, shape=(m, 8192))
    X[:, 0] = y = np.arange(m) % 3  # the rest is a hole in the file
    tracemalloc.start()
    try:
        data = Embedding(X, y, (3, 1, 0), batch_size=256, Y_encode=True, **options)
        settings = {'dtype': 'float32', 'learning_rate': 1e-3}
        model = quiet(EpyNN([data, Dense(3, softmax)]), **settings)
        making = tracemalloc.get_traced_memory()[1]
        model.train(1, verbose=0, callbacks=ResetPeak())
        model.evaluate(X[:704], y[:704], X_scale='X_scale' in options)
        return making, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        path.unlink()


@pytest.mark.parametrize('options', OPTIONS[::3], ids=map(str, OPTIONS[::3]))
def test_the_peak_of_memory_is_that_of_a_file_twenty_times_as_small(options, tmp_path):
    """Of 460 MB; what grows are labels and outputs."""
    one, twenty = (peaks(m, options, tmp_path / 'X.npy') for m in (704, 14080))
    assert twenty[0] < 1.1 * one[0]
    assert twenty[1] < 1.1 * one[1]
