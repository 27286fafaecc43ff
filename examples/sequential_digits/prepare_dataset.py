"""The 1,797 handwritten digits of scikit-learn, row after row."""

import numpy as np
from sklearn.datasets import load_digits


def prepare_dataset(seed=0):
    """Return the digits as sequences of rows, in a random order that is the same every time.

    Returns
    -------
    X : ndarray (1797, 8, 8)
        Eight steps, the rows from top to bottom, of eight grey levels from 0 (paper) to 1 (ink).
    Y : ndarray (1797,)
        What each image shows, 0 to 9.
    """
    digits = load_digits()
    X, Y = digits.images / 16, digits.target  # (m, s, e)

    order = np.random.default_rng(seed).permutation(len(X))
    return X[order], Y[order]
