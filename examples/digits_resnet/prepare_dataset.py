"""The 1,797 handwritten digits of scikit-learn, in the random order of digits_cnn."""

import numpy as np
from sklearn.datasets import load_digits


def prepare_dataset(seed=0):
    """Return the digits in a random order, which is the same every time, and that of digits_cnn.

    Both networks learn from the same digits, and the same ones are held out.

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
