"""Small estimators and data, for pipelines."""

import numpy as np
import pytest

pytest.importorskip('sklearn')

from sklearn.datasets import load_diabetes, load_iris

from epynn.estimators import EpyNNClassifier, EpyNNRegressor

X, y = load_iris(return_X_y=True)
NAMES = np.array(['setosa', 'versicolor', 'virginica'])[y]
A, b = (array[:120] for array in load_diabetes(return_X_y=True))
SMALL = {'hidden': (12,), 'batch_size': 32, 'max_epochs': 20, 'random_state': 0}


def classifier(**settings):
    return EpyNNClassifier(**{**SMALL, **settings})


def regressor(**settings):
    return EpyNNRegressor(**{**SMALL, **settings})
