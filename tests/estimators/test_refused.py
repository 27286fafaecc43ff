"""What estimators refuse, and in which words."""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from sklearn.datasets import load_iris

from epynn import (
    Dense,
)
from epynn.commons.errors import ArgumentTypeError, EpynnError
from epynn.estimators import EpyNNClassifier, EpyNNRegressor

X, y = load_iris(return_X_y=True)
NAMES = np.array(['setosa', 'versicolor', 'virginica'])
FEW = {'max_epochs': 5, 'random_state': 0}


REFUSED = {
    'max_epochs': (0, 'EpyNNClassifier.max_epochs'),
    'hidden': ((3, 0), 'EpyNNClassifier.hidden'),
    'batch_size': ('all', "or 'auto'"),
    'tol': (-1, 'EpyNNClassifier.tol'),
    'n_iter_no_change': (1.5, 'EpyNNClassifier.n_iter_no_change'),
    'early_stopping': ('yes', 'EpyNNClassifier.early_stopping'),
    'weight_decay': (-1, 'EpyNNClassifier.weight_decay'),
    'loss': ('cross', 'loss'),
    'optimizer': ('adm', 'optimizer'),
    'schedule': ('cosin', 'schedule'),
    'layers': ([Dense], 'EpyNNClassifier.layers'),
    'layers_kwargs': ({'units': 3}, 'layers_kwargs'),
    'class_weight': ({7: 2.0}, 'class_weight'),
    'dtype': ('int32', 'float32 or float64'),
    'callbacks': ([3], 'callbacks'),
}


@pytest.mark.parametrize('name', REFUSED)
def test_constructors_only_store_and_fit_refuses(name):
    value, words = REFUSED[name]
    model = EpyNNClassifier(**{**FEW, name: value})
    with pytest.raises((EpynnError, ValueError), match=words):
        model.fit(X, y)


def test_an_embedding_among_the_layers_is_refused():
    from epynn import Embedding

    with pytest.raises(ArgumentTypeError, match='Embedding'):
        EpyNNClassifier(layers=[Embedding(), Dense(3)], **FEW).fit(X, y)


def test_sparse_samples_are_refused_in_words():
    sparse = pytest.importorskip('scipy.sparse')
    with pytest.raises(TypeError, match=r'[Ss]parse.*dense'):
        EpyNNClassifier(**FEW).fit(sparse.csr_matrix(X), y)


def test_weights_below_zero_and_all_zero_are_refused():
    for w in (np.r_[-1.0, np.ones(149)], np.zeros(150)):
        with pytest.raises(ValueError, match='weight'):
            EpyNNClassifier(**FEW).fit(X, y, w)


def test_a_warm_start_with_other_targets_is_refused():
    model = EpyNNClassifier(warm_start=True, **FEW).fit(X, y)
    with pytest.raises(ValueError, match='classes'):
        model.fit(X, NAMES[y])
    amounts = EpyNNRegressor(warm_start=True, **FEW).fit(X, y)
    with pytest.raises(ValueError, match='1 amounts'):
        amounts.fit(X, np.c_[y, y])
