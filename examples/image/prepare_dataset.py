"""Random images, and random images with one row and one column wiped out."""

import numpy as np


def prepare_dataset(n_samples=1200, size=16, levels=16, seed=0):
    """Draw images of random grey levels; in about half of them, blank a row and a column.

    Every point takes one of `levels` grey levels from 0 to 1 with equal probability. Label 1: all
    points of one row and of one column, each chosen at random, are set to 0. Label 0: nothing is.

    Returns
    -------
    X : ndarray (n_samples, size, size, 1)
        The images.
    Y : ndarray (n_samples,)
        The labels, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    X = rng.integers(0, levels, size=(n_samples, size, size, 1)) / (levels - 1)
    Y = rng.integers(0, 2, size=n_samples)

    blank = np.flatnonzero(Y)
    X[blank, rng.integers(0, size, size=len(blank)), :] = 0
    X[blank, :, rng.integers(0, size, size=len(blank))] = 0
    return X, Y
