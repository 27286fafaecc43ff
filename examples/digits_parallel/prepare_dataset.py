"""The 1,797 handwritten digits of scikit-learn."""

import numpy as np
from sklearn.datasets import load_digits


def prepare_dataset():
    """Return the digits in a random order, the same on every rank.

    Returns
    -------
    X : ndarray (1797, 8, 8, 1)
        Grey levels, 0 (paper) to 1 (ink).
    Y : ndarray (1797,)
        What each image shows, 0 to 9.
    """
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    return digits.images[order, :, :, np.newaxis] / 16, digits.target[order]
