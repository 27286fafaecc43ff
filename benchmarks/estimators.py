"""Estimators beside those of scikit-learn: ``python -m benchmarks.estimators`` prints the table.

Six data sets that come with scikit-learn, as they are, and all estimators with their defaults: its
networks, ours, and gradient boosting. Scores are means over five splits, accuracy or R2, with their
standard error. Times are those of fit and score on one core, as ratios to those of its networks:
all three take turns on each split, and the least of some turns counts.
"""

import argparse
import os
import time
import warnings

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_friedman1,
)
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from epynn import set_threads
from epynn.estimators import EpyNNClassifier, EpyNNRegressor

CLASSIFIERS = MLPClassifier, EpyNNClassifier, HistGradientBoostingClassifier
REGRESSORS = MLPRegressor, EpyNNRegressor, HistGradientBoostingRegressor


def load():
    """Return the data sets by name, each with the estimators for it."""
    bundled = {
        'iris': load_iris, 'wine': load_wine, 'breast cancer': load_breast_cancer,
        'digits': load_digits,
    }  # fmt: skip
    cases = {name: (*read(return_X_y=True), CLASSIFIERS) for name, read in bundled.items()}
    cases['diabetes'] = *load_diabetes(return_X_y=True), REGRESSORS
    cases['Friedman #1'] = *make_friedman1(1000, noise=1.0, random_state=0), REGRESSORS
    return cases


def measure(X, y, kinds, turns, seed=0):
    """Return scores and seconds of each estimator ``(kinds, splits)``."""
    estimators = [kind(random_state=seed) for kind in kinds]
    splitter = StratifiedKFold if is_classifier(estimators[0]) else KFold
    splits = list(splitter(5, shuffle=True, random_state=seed).split(X, y))
    scores = np.zeros((len(kinds), len(splits)))
    seconds = np.full(scores.shape, np.inf)
    for number, (train, test) in enumerate(splits):
        for _ in range(turns):
            for row, estimator in enumerate(map(clone, estimators)):
                start = time.process_time()
                estimator.fit(X[train], y[train])
                scores[row, number] = estimator.score(X[test], y[test])
                seconds[row, number] = min(seconds[row, number], time.process_time() - start)
    return scores, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--turns', type=int, default=3, help='how often each is fitted')
    parser.add_argument('--seed', type=int, default=0, help='of splits and estimators')
    arguments = parser.parse_args()
    warnings.simplefilter('ignore', ConvergenceWarning)  # of networks with their defaults
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    set_threads(1)
    print('| data | MLP of scikit-learn | EpyNN | gradient boosting | time: EpyNN, boosting |')
    print('|---|---|---|---|---|')
    for name, (X, y, kinds) in load().items():
        with threadpool_limits(1):
            scores, seconds = measure(X, y, kinds, arguments.turns, arguments.seed)
        errors = scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])
        cells = [f'{m:.3f} ± {e:.3f}' for m, e in zip(scores.mean(axis=1), errors, strict=True)]
        ratios = seconds.sum(axis=1) / seconds[0].sum()
        print(f'| {name} | {" | ".join(cells)} | {ratios[1]:.2f}, {ratios[2]:.2f} |', flush=True)


if __name__ == '__main__':
    main()
