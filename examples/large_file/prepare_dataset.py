"""Recordings of an instrument, written to a file that need not fit into memory."""

import shutil

import numpy as np
from numpy.lib.format import open_memmap

from epynn.commons.errors import DataError

POINTS, KINDS = 8192, 10
"""Points of a recording, which takes 32 kB in float32; and how many kinds of signal there are."""
FAINT = 0.05
"""Size of a signal; that of the noise is 1."""


def record(count, rng):
    """Return recordings: noise, and in each one of ten signals, too faint to be seen.

    Each signal is a row of random numbers, the same in all its recordings. Nothing is measured:
    all of it is drawn.

    Returns
    -------
    X : ndarray (count, POINTS), float32
        The recordings.
    Y : ndarray (count,)
        The kind of signal, 0 to 9.
    """
    signals = np.random.default_rng(0).standard_normal((KINDS, POINTS), dtype=np.float32)
    Y = rng.integers(KINDS, size=count)
    X = rng.standard_normal((count, POINTS), dtype=np.float32)
    X += FAINT * signals[Y]
    return X, Y


def prepare_dataset(path, megabytes=2000, seed=1):
    """Write recordings to a file, some at a time, and return them as a map of it.

    Parameters
    ----------
    path : Path
        The file, in the format of NumPy.
    megabytes : int
        Its size.

    Returns
    -------
    X : memmap (m, POINTS), float32
        The recordings. They stay in the file, of which parts are read when they are used.
    Y : ndarray (m,)
        The kind of signal in each.
    """
    free = shutil.disk_usage(path.parent).free // 10**6
    if free < 1.1 * megabytes:
        raise DataError(
            'large_file', f'{1.1 * megabytes:.0f} MB of room in {path.parent}', f'{free} MB',
            'Free some, set TMPDIR to another folder, or write less: python train.py 200.',
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    m = megabytes * 10**6 // (4 * POINTS)
    X = open_memmap(path, 'w+', dtype=np.float32, shape=(m, POINTS))
    Y = np.empty(m, dtype=np.int64)
    for start in range(0, m, 256):
        stop = min(start + 256, m)
        X[start:stop], Y[start:stop] = record(stop - start, rng)
    X.flush()
    return np.load(path, mmap_mode='r'), Y
