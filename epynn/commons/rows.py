"""Real steps of sequences as rows, one below the other: ``(m, s, ...) <-> (M, ...)``.

What takes samples ``(m, ...)`` - layers, losses, metrics - takes steps so: `M` of them are real,
and those that pad sequences to one length are left out. Losses and metrics of a network see rows,
of samples ``(m, c)`` or of steps ``(M, c)``, and never more than two axes.
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


def take_rows(array: ndarray, mask: ndarray | None = None) -> ndarray:
    """Return labels or outputs as rows: ``(m, c)`` as they are, real steps of ``(m, s, c)``."""
    return take_steps(array, mask) if array.ndim == 3 else array


def put_rows(rows: ndarray, shape: tuple[int, ...], mask: ndarray | None = None) -> ndarray:
    """Put rows back to the `shape` that they were taken from, such as ``(m, s, c)``."""
    return put_steps(rows, shape, mask) if len(shape) == 3 else rows


def take_weights(w: ndarray, shape: tuple[int, ...], mask: ndarray | None = None) -> ndarray:
    """Return the weight of each row of labels or outputs of that shape.

    Weights are of samples ``(m,)``, each for all its steps, or of steps ``(m, s)``.
    """
    if len(shape) != 3:
        return w
    each = w[:, np.newaxis] if w.ndim == 1 else w
    return take_steps(np.broadcast_to(each, shape[:2]), mask)
