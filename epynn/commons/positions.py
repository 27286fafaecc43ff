"""Positions of steps, counted over those that are real, and which steps a step may see."""

import numpy as np

from epynn.kernels.arrays import ndarray


def count_positions(s: int, mask: ndarray | None, before: ndarray | None = None) -> ndarray:
    """Return the position of each step: ``(s,)``, or ``(m, s)`` where only real steps count.

    Steps that pad have the position of the real one before, 0 if there is none. If steps of a pass
    before are carried on, the first position is their number, `before` ``(m,)``.
    """
    positions = np.arange(s) if mask is None else np.maximum(np.cumsum(mask, axis=1) - 1, 0)
    return positions if before is None else positions + before[:, np.newaxis]


def position_angles(positions: ndarray, n: int, base: float = 10000.0) -> ndarray:
    """Return the angle of each position for each pair of `n` numbers, ``t / base^(2 i / n)``.

    That of the first pair is the position ``t`` itself; later ones turn ever more slowly.
    ``(...) -> (..., n / 2)``
    """
    pairs = np.arange(0, n, 2, like=positions)
    angles: ndarray = positions[..., np.newaxis] * base ** (-pairs / n)
    return angles


def sinusoids(positions: ndarray, n: int) -> ndarray:
    """Return sine and cosine, in turn, of the angles of each position: ``(...) -> (..., n)``."""
    angles = position_angles(positions, n)
    pairs = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return pairs.reshape(*positions.shape, -1)[..., :n]


def find_seen(s: int, ks: int, mask: ndarray | None, causal: bool) -> ndarray | None:
    """Return which of `ks` steps the last `s` see, ``(1 or m, 1, s, ks)``; None for all of them.

    Steps that pad are seen by none. If `causal`, steps see themselves and those before them.
    """
    seen = None if mask is None else mask[:, np.newaxis, np.newaxis, :]
    if causal:
        before = np.tri(s, ks, ks - s, dtype=bool)[np.newaxis, np.newaxis]
        seen = before if seen is None else seen & before
    return seen
