"""Sequences of different lengths in estimators of scikit-learn."""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from epynn import GRU, LSTM, GlobalPooling, Tokens
from epynn.commons.errors import LayerError, ShapeError
from epynn.estimators import EpyNNClassifier, EpyNNRegressor, EpyNNTransformer

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 9, size=90)
SIGNALS = [rng.normal(5, 3, size=(s, 2)) for s in LENGTHS]
WORDS = [rng.integers(0, 6, size=s) for s in LENGTHS]
y = np.array(['high' if x[:, 0].mean() > 5 else 'low' for x in SIGNALS])
OPTIONS = {'batch_size': 16, 'random_state': 0, 'max_epochs': 15}


@pytest.mark.parametrize(
    ('X', 'layers'),
    [(SIGNALS, [LSTM(6)]), (WORDS, [Tokens(6, 4), GRU(6)])],
    ids=['signals', 'words'],
)
def test_classes_of_sequences(X, layers):
    model = EpyNNClassifier(layers=layers, early_stopping=True, **OPTIONS)
    y = ['high' if np.mean(x) > np.mean(np.concatenate(X)) else 'low' for x in X]
    assert cross_val_score(model, X, y, cv=3).mean() > 0.65
    model.fit(X, y, sample_weight=np.arange(90) % 3)
    P = model.predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X[:1]), P[:1], rtol=0, atol=1e-12)
    alike = [i for i in range(90) if LENGTHS[i] == 3]
    stacked = np.stack([X[i] for i in alike])
    np.testing.assert_allclose(model.predict_proba(stacked), P[alike], rtol=0, atol=1e-12)


def test_amounts_of_sequences():
    amounts = np.array([x[:, 0].mean() for x in SIGNALS])
    model = EpyNNRegressor(layers=[GRU(8, sequences=True), GlobalPooling()], **OPTIONS)
    assert model.fit(SIGNALS, amounts).score(SIGNALS, amounts) > 0.8
    scale = model.feature_scale_
    np.testing.assert_allclose(scale.mean, np.concatenate(SIGNALS).mean(axis=0))
    assert model.n_features_in_ == 2
    features = EpyNNTransformer(clone(model)).fit_transform(SIGNALS, amounts)
    assert features.shape == (90, 8)


def test_others_are_refused():
    model = EpyNNClassifier(layers=[LSTM(3)], **{**OPTIONS, 'max_epochs': 1})
    model.fit(SIGNALS, y)
    with pytest.raises((ValueError, ShapeError)):
        model.predict([np.ones((2, 3)), np.ones((4, 3))])
    with pytest.raises(LayerError, match='Flatten'):
        EpyNNClassifier(**OPTIONS).fit(SIGNALS, y)


def test_sequences_of_one_length_are_as_ever():
    X = rng.normal(size=(90, 4, 2))
    model = EpyNNClassifier(layers=[LSTM(3)], **OPTIONS).fit(X, y)
    P = model.predict_proba(X)
    ragged = [X[0], X[1, :2]]
    np.testing.assert_allclose(model.predict_proba(ragged)[0], P[0], rtol=0, atol=1e-12)
