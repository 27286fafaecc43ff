"""Boolean vectors, labelled by what they hold more of."""

import numpy as np


def prepare_dataset(n_samples=1000, n_features=11, seed=0):
    """Draw vectors of zeros and ones; the label is 1 where there are more ones than zeros.

    Each feature is 0 or 1 with equal probability. Their number is odd, so that there is no tie,
    and both labels are equally likely.

    Returns
    -------
    X : ndarray (n_samples, n_features)
        Zeros and ones.
    Y : ndarray (n_samples,)
        The labels, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2, size=(n_samples, n_features))
    Y = (X.sum(axis=1) > n_features / 2).astype(int)
    return X, Y
