"""Real steps of sequences as rows, one below the other: ``(m, s, ...) <-> (M, ...)``.

What takes samples ``(m, ...)`` - layers, losses, metrics - takes steps so: `M` of them are real,
and those that pad sequences to one length are left out.
"""

import numpy as np

from epynn.kernels.arrays import ndarray


def take_steps(X: ndarray, mask: ndarray | None = None) -> ndarray:
    """Return the real steps of sequences as rows: ``(m, s, ...) -> (M, ...)``.

    Without a mask ``(m, s)`` all are real, and the rows are a view.
    """
    if mask is not None:
        return X[mask]
    return X.reshape(X.shape[0] * X.shape[1], *X.shape[2:])


def put_steps(rows: ndarray, shape: tuple[int, ...], mask: ndarray | None = None) -> ndarray:
    """Put rows back where their steps are: ``(M, ...) -> (m, s, ...)``, 0 where a step pads.

    `shape` begins by ``(m, s)``.
    """
    shape = (*shape[:2], *rows.shape[1:])
    if mask is None:
        return rows.reshape(shape)
    X = np.zeros_like(rows, shape=shape)
    X[mask] = rows
    return X
