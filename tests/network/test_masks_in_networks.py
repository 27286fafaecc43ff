"""Masks from the data to the last layer: in training, evaluation and prediction."""

import numpy as np
import pytest

from epynn import (
    LSTM,
    Dense,
    Embedding,
    EpyNN,
    Flatten,
    Layer,
    TimeDistributed,
    check_gradients,
    sigmoid,
)
from epynn.commons.errors import EpynnError
from epynn.network.report import report_initialization

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 8, size=30)
SIGNALS = [rng.normal(size=(s, 3)) for s in LENGTHS]
Y = [int(x.mean() > 0) for x in SIGNALS]


class MeanOfSteps(Layer):
    """A = the mean of real steps."""

    input_axes = ('m', 's', 'e')
    honours_mask = True

    def compute_shapes(self, A):
        self.d['m'], self.d['s'], self.d['e'] = A.shape

    def forward(self, A):
        X = self.receive_input(A)
        real = np.ones(X.shape[:2], bool) if self.mask is None else self.mask
        self.fc['w'] = (real / real.sum(axis=1, keepdims=True))[..., np.newaxis]
        A = self.fc['A'] = (X * self.fc['w']).sum(axis=1)
        return A

    def backward(self, dX):
        dA = self.bc['dA'] = self.receive_gradient(dX)
        dX = self.bc['dX'] = dA[:, np.newaxis] * self.fc['w']
        return dX

    def output_mask(self):
        return None


def padded(way):
    """Return samples as one array, padded by numbers that would show, and their mask."""
    mask = np.arange(10) < LENGTHS[:, np.newaxis]
    mask = {'right': mask, 'left': mask[:, ::-1]}[way]
    X = np.full((30, 10, 3), 1e3)
    X[mask] = np.concatenate(SIGNALS)
    return X, mask


def trained(X, mask=None, layers=(), **options):
    embedding = Embedding(X, Y, (2, 1, 0), batch_size=4, mask=mask, **options)
    model = EpyNN([embedding, *layers, MeanOfSteps(), Dense(1, sigmoid)])
    model.initialize(loss='BCE', seed=1, verbose=False)
    model.train(3, verbose=0)
    return model


@pytest.mark.parametrize('way', ['right', 'left'])
@pytest.mark.parametrize('X_scale', [False, True])
def test_padding_changes_nothing_of_what_is_learned(way, X_scale):
    X, mask = padded(way)
    model, ragged = trained(X, mask, X_scale=X_scale), trained(SIGNALS, X_scale=X_scale)
    for name in 'Wb':
        np.testing.assert_allclose(model.layers[2].p[name], ragged.layers[2].p[name], atol=1e-12)
    for name, sets in model.metrics.items():
        np.testing.assert_allclose(sets[:2], ragged.metrics[name][:2], atol=1e-12)
    A = ragged.predict(SIGNALS, X_scale=X_scale).A
    np.testing.assert_allclose(model.predict(X, X_scale=X_scale, mask=mask).A, A, atol=1e-12)
    alone = [ragged.predict([x], X_scale=X_scale).A[0] for x in SIGNALS]
    np.testing.assert_allclose(alone, A, atol=1e-12)
    assert model.evaluate(X, Y, X_scale=X_scale, mask=mask) == pytest.approx(
        ragged.evaluate(SIGNALS, Y, X_scale=X_scale), abs=1e-12
    )
    counts = model.confusion_matrix(X, Y, X_scale=X_scale, mask=mask).counts
    np.testing.assert_array_equal(
        counts, ragged.confusion_matrix(SIGNALS, Y, X_scale=X_scale).counts
    )


def test_a_mask_by_which_all_is_real_goes_nowhere():
    model = trained(SIGNALS)
    X = np.ones((2, 4, 3))
    model.forward(X, mask=np.ones((2, 4), bool))
    assert model.layers[1].mask is None
    model.forward(X, mask=np.arange(4) < np.array([[3], [4]]))
    assert model.layers[1].mask.sum() == 7
    model.predict(X)
    assert model.layers[1].mask.sum() == 7  # twins predict


@pytest.mark.parametrize(
    ('X', 'layers', 'where', 'remedy'),
    [
        (SIGNALS, [], 'Dense, layer 1', 'LSTM(8) or GlobalPooling()'),
        (SIGNALS, [Flatten()], 'Flatten, layer 1', 'LSTM(8), GlobalPooling(); or give all samples'),
        ([[1, 2], [3]] * 15, [], 'Dense, layer 1', 'LSTM(8), GlobalPooling(); or give all samples'),
        ([[1, 2], [3]] * 15, [LSTM(2)], 'LSTM, layer 1', 'put Tokens(vocabulary, units) before it'),
    ],
)
def test_what_a_network_of_sequences_needs_is_said(X, layers, where, remedy):
    model = EpyNN([Embedding(X, Y), *layers, Dense(1, sigmoid)])
    with pytest.raises(EpynnError) as caught:
        model.initialize(loss='BCE', verbose=False)
    assert caught.value.where == where
    assert remedy in caught.value.remedy


def test_the_table_of_data_sets_tells_lengths_within_80_columns(capsys):
    report_initialization(trained(SIGNALS))
    table = capsys.readouterr().out
    lengths = np.sort(LENGTHS[:20])
    assert f'{lengths[0]} / {np.median(lengths):g} / {lengths[-1]}' in table
    assert max(map(len, table.splitlines())) <= 80
    report_initialization(trained(np.ones((30, 4, 3))))
    assert 'median' not in capsys.readouterr().out


def test_hints_look_at_real_steps():
    X, mask = padded('left')  # by numbers of 1000
    trained(X, mask, [TimeDistributed([Dense(2)])])
    with pytest.warns(UserWarning, match='features as large as 1000'):
        trained(X, None, [TimeDistributed([Dense(2)])])
    X[mask] = 0.5
    model = trained(SIGNALS, X_scale=True)
    model.predict(X, mask=mask)
    with pytest.warns(UserWarning, match=r'EpyNN.predict\(X_data\)'):
        model.predict(X)


def test_gradients_of_sequences():
    assert check_gradients(MeanOfSteps(), SIGNALS[:4])
    X, mask = padded('left')
    model = trained(SIGNALS)
    assert check_gradients(model, X[:4] / 1e3, Y[:4], mask=mask[:4])

    class Leaks(MeanOfSteps):
        honours_mask = True

        def forward(self, A):
            return super().forward(A)

        def backward(self, dX):
            return super().backward(dX) + 0.1

    assert not check_gradients(Leaks(), SIGNALS[:4])
