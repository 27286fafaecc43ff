"""The 442 patients of scikit-learn's diabetes data, in five splits, with or without slips."""

import numpy as np
from sklearn.datasets import load_diabetes

SPLITS = 5


def prepare_dataset(split=0, slips=0.0, seed=0):
    """Return the patients of one split: those to learn from first, then a fifth that is held out.

    Over the five splits each patient is held out once. The order is random, and the same every
    time. Features are standardised by mean and standard deviation of the patients to learn from,
    targets by median and median distance from it, which a few wrong ones hardly move.

    Parameters
    ----------
    split : int
        0 to 4.
    slips : float
        Share of the targets to learn from that were written down with a slip of the decimal point:
        ten times too large. Those held out are always right.
    seed : int
        Of the order and the slips.

    Returns
    -------
    X : ndarray (442, 10)
        Age, sex, body mass index, blood pressure and six blood serum measurements.
    Y : ndarray (442,)
        How far the disease went on within a year.
    n_train : int
        How many are there to learn from.
    """
    X, Y = load_diabetes(return_X_y=True, scaled=False)
    rng = np.random.default_rng(seed)
    parts = np.array_split(rng.permutation(len(X)), SPLITS)
    held_out = parts.pop(split)
    train = np.concatenate(parts)
    wrong = train[rng.random(len(train)) < slips]
    Y[wrong] *= 10

    X = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    median = np.median(Y[train])
    Y = (Y - median) / np.median(np.abs(Y[train] - median))
    order = np.concatenate([train, held_out])
    return X[order], Y[order], len(train)
