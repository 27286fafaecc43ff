"""The 569 breast tumours of scikit-learn (Wisconsin Diagnostic), in five splits."""

import numpy as np
from sklearn.datasets import load_breast_cancer

SPLITS = 5


def prepare_dataset(split=0, seed=0):
    """Return the tumours of one split: those to learn from first, then a fifth that is held out.

    Over the five splits each tumour is held out once. The order is random, and the same every time.
    Each feature is standardised by mean and standard deviation of the tumours to learn from: what
    is held out is not known yet, not even its mean.

    Returns
    -------
    X : ndarray (569, 30)
        Size, shape and texture of the nuclei in an image of each tumour.
    Y : ndarray (569,)
        1 malignant (212 of them), 0 benign.
    n_train : int
        How many are there to learn from.
    """
    X, benign = load_breast_cancer(return_X_y=True)
    parts = np.array_split(np.random.default_rng(seed).permutation(len(X)), SPLITS)
    held_out = parts.pop(split)
    train = np.concatenate(parts)

    X = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    order = np.concatenate([train, held_out])
    return X[order], 1 - benign[order], len(train)
