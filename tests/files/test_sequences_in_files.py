"""Networks of sequences of different lengths in files: their scale, other data, and resuming."""

import numpy as np
import pytest
from files.interrupted import Interrupt
from networks import assert_same_parameters

import epynn
from epynn import LSTM, Dense, Embedding, EpyNN, Tokens, sigmoid
from epynn.commons.errors import DataError, ShapeError

rng = np.random.default_rng(0)
LENGTHS = rng.integers(2, 12, size=40)
SIGNALS = [rng.normal(size=(s, 2)) for s in LENGTHS]
TOKENS = [rng.integers(0, 5, size=s) for s in LENGTHS]
Y = LENGTHS % 2


def make(X=SIGNALS, y=Y, layers=(), **options):
    embedding = Embedding(X, y, (2, 1, 0), 5, **options)
    model = EpyNN([embedding, *layers, LSTM(3), Dense(1, sigmoid)], 'sequences')
    model.initialize(loss='BCE', seed=1, verbose=False)
    return model


@pytest.mark.parametrize(
    'options', [{}, {'bucket': True}, {'shuffle': False}, {'X_scale': True, 'drop_last': True}]
)
def test_a_training_goes_on_where_it_was(tmp_path, options):
    whole = make(**options)
    whole.train(until=4, verbose=0)
    model = make(**options)
    with pytest.raises(KeyboardInterrupt):
        model.train(until=4, verbose=0, callbacks=Interrupt(tmp_path / 'file', (1, 2)))
    data = Embedding(SIGNALS, Y, (2, 1, 0), 5, **options)
    again = epynn.read_model(tmp_path / 'file', data=data)
    again.train(until=4, verbose=0)
    assert_same_parameters(again, whole)
    assert again.metrics == whole.metrics


@pytest.mark.parametrize('changed', ['bucket', 'shuffle', 'mask'])
def test_a_training_does_not_go_on_with_others(tmp_path, changed):
    X = np.zeros((40, 11, 2))
    mask = np.arange(11) < LENGTHS[:, np.newaxis]
    X[mask] = np.concatenate(SIGNALS)
    path = make(X, mask=mask).write(tmp_path / 'file', resume=True)
    options = {
        'bucket': {'bucket': True, 'mask': mask},
        'shuffle': {'shuffle': False, 'mask': mask},
        'mask': {},
    }[changed]
    with pytest.raises(DataError, match=changed):
        epynn.read_model(path, data=Embedding(X, Y, (2, 1, 0), 5, **options))


def test_a_network_learns_on_from_sequences_of_other_lengths(tmp_path):
    model = make()
    model.train(1, verbose=0)
    path = model.write(tmp_path / 'file')
    for s in (3, 20):
        again = epynn.read_model(path, data=Embedding(rng.normal(size=(9, s, 2)), Y[:9]))
        again.train(1, verbose=0)
    tokens = make(TOKENS, layers=[Tokens(5, 3)]).write(tmp_path / 'tokens')
    longer = [[1, 2] * 10, [3, 4], [0]]
    epynn.read_model(tokens, data=Embedding(longer, [0, 1, 0])).train(1, verbose=0)


def test_the_scale_of_sequences_is_kept(tmp_path):
    model = make(X_scale=True)
    model.train(1, verbose=0)
    read = epynn.read_model(model.write(tmp_path / 'file'))
    others = [rng.normal(size=(s, 2)) for s in (20, 1, 4)]
    expected = model.predict(others, X_scale=True).A
    np.testing.assert_array_equal(read.predict(others, X_scale=True).A, expected)


def test_the_scale_of_those_before_is_taken(tmp_path):
    path = make(X_scale=True).write(tmp_path / 'file')
    others = [2 * x for x in SIGNALS[:9]]
    again = epynn.read_model(path, data=Embedding(others, Y[:9], (1, 0, 0), X_scale=True))
    scale = again.embedding.scale
    assert scale.minimum == min(x.min() for x in SIGNALS)
    dset = again.embedding.dtrain
    expected = (np.concatenate(others) - scale.minimum) / scale.span
    np.testing.assert_allclose(dset.X[dset.mask], expected, rtol=0, atol=1e-12)
    assert not dset.X[~dset.mask].any()


@pytest.mark.parametrize('X_scale', [False, True])
def test_samples_in_files_have_a_mask(tmp_path, X_scale):
    X = np.full((40, 11, 2), 5.0)
    mask = np.arange(11) < LENGTHS[:, np.newaxis]
    X[mask] = np.concatenate(SIGNALS)
    np.save(tmp_path / 'X.npy', X)
    stored = np.load(tmp_path / 'X.npy', mmap_mode='r')
    models = [make(data, mask=mask, X_scale=X_scale) for data in (X, stored)]
    for model in models:
        model.train(1, verbose=0)
    assert_same_parameters(*models)
    with pytest.raises(ShapeError, match='mask'):
        make(stored, mask=mask[:, :, np.newaxis], X_scale=X_scale)
