"""Heads of attention: products of all heads, softmax of scores, in threads that share the samples.

Arrays of heads are ``(m, heads, s, k)``. In memory the heads of a step lie side by side, as they
come from ``(m, s, u)`` and go back to it: to split and to join them copies nothing.
"""

import math
from collections.abc import Callable

import numpy as np

from epynn.kernels.arrays import beside, ndarray
from epynn.kernels.threads import count_shares, share

_ELEMENT = 16
"""What an exponential or its like costs, in multiply-adds."""

_MODERATE = 30
"""Scores up to this have exponentials whose sums neither overflow nor vanish, in any type."""


def split_heads(X: ndarray, heads: int) -> ndarray:
    """Give each head its share of the units: ``(m, s, u) -> (m, heads, s, k)``, a view."""
    m, s, u = X.shape
    return X.reshape(m, s, heads, u // heads).swapaxes(1, 2)


def join_heads(X: ndarray) -> ndarray:
    """Put the heads side by side: ``(m, heads, s, k) -> (m, s, u)``."""
    m, heads, s, k = X.shape
    return X.swapaxes(1, 2).reshape(m, s, heads * k)


def multiply_heads(X: ndarray, Y: ndarray) -> ndarray:
    """Multiply the matrices of each head: ``(m, heads, i, j) @ (m, heads, j, n)``.

    Where `Y` has fewer heads, each serves as many neighbours in `X`.
    """
    (m, heads, i, _), n = X.shape, Y.shape[-1]
    Z = np.empty((m, heads, i, n), dtype=np.result_type(X, Y), like=X)
    _multiply(X, Y, Z)
    return Z


def multiply_to_steps(X: ndarray, Y: ndarray) -> ndarray:
    """Multiply as :func:`multiply_heads`; the heads of a step come out side by side in memory."""
    (m, heads, i, _), n = X.shape, Y.shape[-1]
    Z = np.empty((m, i, heads, n), dtype=np.result_type(X, Y), like=X).swapaxes(1, 2)
    _multiply(X, Y, Z)
    return Z


def _multiply(X: ndarray, Y: ndarray, Z: ndarray) -> None:
    """Compute ``Z = X Y`` for each head of each sample."""
    (m, heads, i, j), (groups, n) = X.shape, Y.shape[1::2]
    # (m, heads, i, j) -> (m, groups, heads / groups, i, j), a view
    X, Z = (array.reshape(m, groups, heads // groups, i, array.shape[-1]) for array in (X, Z))
    Y = Y[:, :, np.newaxis]
    _by_samples(lambda part: np.matmul(X[part], Y[part], out=Z[part]), m, heads * i * j * n)


def sum_groups(X: ndarray, groups: int) -> ndarray:
    """Sum over the heads that share keys and values: ``(m, heads, s, k) -> (m, groups, s, k)``."""
    m, heads, s, k = X.shape
    return X if heads == groups else X.reshape(m, groups, heads // groups, s, k).sum(axis=2)


def softmax_scores(S: ndarray, seen: ndarray | None = None) -> ndarray:
    """Turn scores ``(m, heads, s, s)`` into weights, in place: along the last axis they sum to 1.

    Where `seen`, which spreads over `S`, is False, the weight is 0; a row that sees nothing is 0
    everywhere.
    """

    def work(part: slice) -> None:
        P = S[part]
        moderate = P.real.max(initial=0) <= _MODERATE and P.real.min(initial=0) >= -_MODERATE
        if seen is not None:
            hidden = beside(~(seen if len(seen) == 1 else seen[part]), P)
            np.copyto(P, -np.inf, where=hidden)
        with np.errstate(over='ignore', under='ignore'):
            if not moderate:  # the largest of a row leaves it, lest exponentials overflow
                top = P.max(axis=-1, keepdims=True)
                top[np.isneginf(top.real)] = 0
                P -= top
            np.exp(P, out=P)
            total = P.sum(axis=-1, keepdims=True)
            if seen is not None:
                total[total == 0] = 1
            P /= total

    _by_samples(work, len(S), _ELEMENT * math.prod(S.shape[1:]))
    return S


def softmax_gradient(dP: ndarray, P: ndarray) -> ndarray:
    """Compute ``dS = P (dP - sum(dP P))``, the sum along the last axis, in place of `dP`."""

    def work(part: slice) -> None:
        inner = np.einsum('mhij,mhij->mhi', dP[part], P[part])
        dP[part] -= inner[..., np.newaxis]
        dP[part] *= P[part]

    _by_samples(work, len(P), _ELEMENT * math.prod(P.shape[1:]))
    return dP


def draw_kept(rng: 'np.random.Generator', shape: tuple[int, ...], drop_prob: float) -> ndarray:
    """Draw which weights are kept, sample after sample: numbers drawn take memory of one alone."""
    D = np.empty(shape, dtype=bool)
    for kept in D:
        np.greater(rng.random(kept.shape), drop_prob, out=kept)
    return D


def drop(P: ndarray, D: ndarray, scale: float) -> ndarray:
    """Compute ``P * D / (1 - p)``, with ``scale`` for the factor, in one new array."""
    kept = P * D
    kept *= scale
    return kept


def turn_pairs(X: ndarray, cos: ndarray, sin: ndarray) -> ndarray:
    """Turn neighbours ``(x, y)`` along the last axis: ``(x cos - y sin, x sin + y cos)``."""
    Y = np.empty_like(X)
    x, y = X[..., ::2], X[..., 1::2]
    Y[..., ::2] = x * cos - y * sin
    Y[..., 1::2] = x * sin + y * cos
    return Y


def _by_samples(work: Callable[[slice], object], m: int, cost: int) -> None:
    """Do work on slices of the samples, one of which costs so many multiply-adds."""
    pieces = count_shares(m * cost, m)
    share(work, [slice(m * i // pieces, m * (i + 1) // pieces) for i in range(pieces)])
