"""The 1,797 handwritten digits of scikit-learn, as images of one channel."""

import numpy as np
from sklearn.datasets import load_digits


def prepare_dataset(seed=0):
    """Return the digits in a random order, which is the same every time.

    The digits come in the order in which people wrote them. Cut in that order, the last quarter
    is by people of whom the network saw little or nothing: a harder question, see README.md. We
    shuffle, so that both parts are alike. The seed is a fixed one, so that networks with
    different seeds are compared on the same digits.

    Returns
    -------
    X : ndarray (1797, 8, 8, 1)
        Grey levels, 0 (paper) to 1 (ink).
    Y : ndarray (1797,)
        What each image shows, 0 to 9.
    """
    digits = load_digits()
    X = digits.images[..., np.newaxis] / 16  # (m, h, w) -> (m, h, w, d); levels 0 .. 16 -> 0 .. 1
    Y = digits.target

    order = np.random.default_rng(seed).permutation(len(X))
    return X[order], Y[order]
