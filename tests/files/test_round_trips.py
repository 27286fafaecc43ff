"""Networks that are written and read: the same predictions to the bit, and all that is known."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from networks import make_classifier, quiet
from saved_networks import (
    TABLE,
    assert_same_network,
    make_from_row,
    make_images,
    make_tokens,
    new_input,
)

from epynn.commons.library import read_model
from epynn.commons.maths import identity, tanh
from epynn.dense.models import Dense
from epynn.embedding.models import Embedding
from epynn.lstm.models import LSTM
from epynn.network.models import EpyNN


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    """Return networks of every kind with the files they were written to."""
    folder = tmp_path_factory.mktemp('written')
    models = [make_from_row(row) for row in TABLE.values()]
    models += [make_from_row(TABLE[name], np.float32) for name in ('dense', 'lstm', 'batchnorm')]
    models += [make_tokens(), make_images()]
    return [(model, model.write(folder / f'{i}.file')) for i, model in enumerate(models)]


def test_read_networks_are_the_written_ones(written):
    for model, path in written:
        again = read_model(path)
        assert_same_network(model, again)
        X, options = new_input(model)
        A = model.predict(X, **options).A
        np.testing.assert_array_equal(again.predict(X, **options).A, A, strict=True)


PREDICT = """
import sys, numpy as np
sys.path.insert(0, sys.argv[1])
import saved_networks as here
from epynn import read_model
for path in sys.argv[2:]:
    model = read_model(path)
    X, options = here.new_input(model)
    dset = model.predict(X, **options)
    np.savez(path + '.npz', A=dset.A, P=dset.P)
"""


def test_predictions_in_another_process_are_the_same_to_the_bit(written):
    tests = Path(__file__).resolve().parent.parent
    paths = [str(path) for _, path in written]
    command = [sys.executable, '-W', 'error', '-c', PREDICT, str(tests), *paths]
    subprocess.run(command, check=True, timeout=600)
    for model, path in written:
        X, options = new_input(model)
        dset = model.predict(X, **options)
        with np.load(f'{path}.npz') as theirs:
            assert theirs['A'].tobytes() == dset.A.tobytes(), model.name
            assert theirs['P'].tobytes() == dset.P.tobytes(), model.name


def test_a_read_network_is_written_as_it_was(written, tmp_path):
    for _, path in written:
        first = read_model(path)
        second = read_model(first.write(tmp_path / 'again'))
        assert_same_network(first, second)


def test_nothing_of_the_data_is_in_the_file(tmp_path):
    rng = np.random.default_rng(3)
    X, Y = rng.standard_normal((8, 5)), rng.standard_normal(8)
    embedding = Embedding(X, Y, (2, 1, 1), sample_weight=rng.uniform(1, 2, 8))
    model = quiet(EpyNN([embedding, Dense(3, tanh), Dense(1, identity)]), loss='MSE')
    model.train(2, verbose=0)
    model.predict(X)
    data = model.write(tmp_path / 'model').read_bytes()
    arrays = [X, Y, embedding.dtrain.w, *(dset.A for dset in embedding.dsets)]
    for number in np.concatenate([np.ravel(array) for array in arrays]):
        assert number.tobytes() not in data
        assert np.float32(number).tobytes() not in data
        assert repr(float(number)).encode() not in data
    assert model.layers[1].p['W'].tobytes() in data


@pytest.mark.parametrize('units', [3, 16, 31])
def test_parameters_lie_in_memory_as_files_hold_them(units, tmp_path, rng):
    X = rng.standard_normal((5, 3, 16))
    model = EpyNN([Embedding(X, np.arange(5) % 2), LSTM(units), Dense(1)])
    model.initialize(seed=units, verbose=False)
    # Orthogonal draws come by columns, and a matrix product rounds by the order of memory.
    assert all(p.flags.c_contiguous for layer in model.layers for p in layer.p.values())
    read = read_model(model.write(tmp_path / 'model.safetensors'))
    for m in (1, 2, 5):
        assert np.array_equal(read.predict(X[:m]).A, model.predict(X[:m]).A)


def test_an_evaluation_that_was_interrupted_does_not_count(tmp_path):
    def sometimes(Y, A):
        if model.e == 2:
            raise KeyboardInterrupt
        return 1.0

    model = make_classifier()
    quiet(model, metrics=['accuracy', sometimes])
    with pytest.raises(KeyboardInterrupt):
        model.train(5, verbose=0)
    model.metrics['accuracy'][0].append(0.5)  # as if it had come in between
    again = read_model(model.write(tmp_path / 'model'), custom=[sometimes])
    assert (again.e, again.epochs) == (1, 2)
    assert [len(values) for values in again.metrics['accuracy']] == [2, 2, 0]
    again.report()
