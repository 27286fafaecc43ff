"""The 1,797 handwritten digits of scikit-learn, and a way to shift them."""

import numpy as np
from sklearn.datasets import load_digits


def prepare_dataset():
    """Return the digits in the order they were written in.

    Returns
    -------
    X : ndarray (1797, 8, 8, 1)
        Grey levels, 0 (paper) to 1 (ink).
    Y : ndarray (1797,)
        What each image shows, 0 to 9.
    """
    digits = load_digits()
    X = digits.images[..., np.newaxis] / 16  # (m, h, w) -> (m, h, w, d); levels 0 .. 16 -> 0 .. 1
    return X, digits.target


def shift(X, rng):
    """Return images moved by a point to a side, up or down, or not at all."""
    step, axis = rng.integers(-1, 2), rng.integers(1, 3)
    return np.roll(X, step, axis)
