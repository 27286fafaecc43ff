"""The 1,797 handwritten digits of scikit-learn, as rows of 64 grey levels."""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def prepare_dataset():
    """Return digits to search with, and digits to judge by what was found.

    Returns
    -------
    X, X_new : ndarray (1347, 64), (450, 64)
        Grey levels, 0 (paper) to 16 (ink). The estimator scales them.
    y, y_new : ndarray (1347,), (450,)
        What each image shows, 0 to 9: each digit as often in both parts.
    """
    X, y = load_digits(return_X_y=True)
    X, X_new, y, y_new = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
    return X, y, X_new, y_new
