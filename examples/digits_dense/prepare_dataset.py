"""The 1,797 handwritten digits of scikit-learn, in the order they were written in."""

import numpy as np
from sklearn.datasets import load_digits


def prepare_dataset():
    """Return the digits in their natural order.

    Thirteen people wrote them, and what one person wrote stands together. Cut in this order, the
    last quarter is mostly by people of whom the network saw nothing: it has to read new hands, and
    learning the old ones by heart does not help. (digits_cnn shuffles, an easier question.)

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
