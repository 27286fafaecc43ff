"""Sequences of different lengths, on their way through an estimator as masked arrays of NumPy."""

from typing import Any

import numpy as np

from epynn.commons.io.sequences import pad_sequences, ragged_samples
from epynn.kernels.arrays import ndarray


def as_sequences(X: Any, like_before: bool) -> Any:
    """Return sequences as an array, masked where they are padded; None for other samples.

    With `like_before`, sequences were learned from: others of one length are some, too.
    """
    samples = ragged_samples(X)
    if samples is None and like_before and np.ndim(X) > 1:
        samples = list(X)
    if samples is None:
        return None
    array, mask = pad_sequences(samples, 'X')
    array = array if array.ndim == 2 else array.astype(np.result_type(array, np.float32))
    padding = ~mask.reshape(*mask.shape, *[1] * (array.ndim - 2))
    return np.ma.masked_array(array, np.broadcast_to(padding, array.shape))


def first_steps(X: Any) -> ndarray:
    """Return the first step of each sequence, ``(m, e)``, by which features are counted."""
    steps: ndarray = X.data[:, 0].reshape(len(X), -1)
    return steps


def unmasked(X: Any) -> tuple[ndarray, ndarray | None]:
    """Return samples as an array, and of sequences which steps are real, ``(m, s)``."""
    if not np.ma.isMaskedArray(X):
        return X, None
    padding = np.ma.getmaskarray(X)
    return X.data, ~padding.reshape(*X.shape[:2], -1)[..., 0]


def real_steps(X: Any, w: ndarray | None) -> tuple[ndarray, ndarray | None]:
    """Return samples and their weights; of sequences, real steps and the weight of each."""
    array, mask = unmasked(X)
    if mask is None:
        return array, w
    return array[mask], None if w is None else np.repeat(w, mask.sum(axis=1))
