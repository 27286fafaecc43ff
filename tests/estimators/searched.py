"""What the tests of searches do in other processes, which have to be able to import it."""

import os

from joblib import Parallel, delayed
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from epynn.estimators import EpyNNClassifier
from epynn.estimators.networks import one_core
from epynn.kernels import threads

GRID = {'hidden': [(4,), (8,), (8, 4)], 'learning_rate': [0.01, 0.03], 'weight_decay': [0.1, 1.0]}


def search(n_jobs):
    """Return what a search of 12 candidates over 3 folds found: scores, and the best parameters."""
    model = EpyNNClassifier(batch_size=32, max_epochs=3, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    found = GridSearchCV(model, GRID, cv=folds, n_jobs=n_jobs).fit(*load_iris(return_X_y=True))
    return found.cv_results_['mean_test_score'].tolist(), found.best_params_


def look():
    """Return the process, and whether an estimator would compute without helpers here."""
    with one_core():
        return os.getpid(), threads._own.serves


def look_around(n_jobs=2):
    """Return that of as many tasks as there are workers, and more."""
    return Parallel(n_jobs=n_jobs)(delayed(look)() for _ in range(6))
