"""Numbers of any size: where exponentials, squares and differences leave what a type can hold."""

import numpy as np

MAGNITUDES = [0, 1, 37, 40, 88, 710, 800, 1e4]
LARGEST = {np.float64: 1e300, np.float32: 1e36}


def extremes(dtype):
    """Return numbers of either sign, up to the largest of the data type."""
    far = 1e300 if dtype is np.float64 else 1e30
    magnitudes = np.array([*MAGNITUDES, far, np.finfo(dtype).max], dtype=dtype)
    return np.concatenate([magnitudes, -magnitudes])


def logits(dtype, largest=None):
    """Return rows (m, 3) in which every size meets every other, of either sign."""
    sizes = np.array([*MAGNITUDES, largest or LARGEST[dtype]])
    values = np.concatenate([sizes, -sizes[1:]])
    a, b = np.meshgrid(values, values)
    return np.stack([a.ravel(), b.ravel(), np.zeros(a.size)], axis=1).astype(dtype)


def truth(m, kind):
    """Return labels (m, 3), one-hot or binary."""
    return np.eye(3)[np.arange(m) % 3] if kind == 'one-hot' else np.arange(3 * m).reshape(m, 3) % 2
