"""Images taken apart by the strides of a window, so that NumPy goes through long runs.

Phase ``(p, q)`` holds the points ``X[:, p::sh, q::sw]``. In it windows move by steps of one, so
that what all windows see at their point (tap) ``(a, c)`` is phase ``(a % sh, c % sw)`` from some
row and column on.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from epynn.kernels.arrays import ndarray
from epynn.kernels.fast.pieces import PASS, Piece, cut
from epynn.kernels.window import Window

_PASS = PASS // 2
"""Work for each number of the images: a share of pooling pays from twice the size on."""


@dataclass(frozen=True)
class Phases:
    """How images of depth `d` fall apart under a window of that size with ``(oh, ow)`` places."""

    size: tuple[int, int]
    strides: tuple[int, int]
    places: tuple[int, int]
    d: int

    @classmethod
    def of(cls, window: Window, d: int) -> 'Phases':
        """Return how images in their frame fall apart."""
        return cls(window.size, window.strides, window.size_out, d)

    @property
    def points(self) -> int:
        """Points of the window."""
        return math.prod(self.size)

    @property
    def counts(self) -> tuple[int, int]:
        """Phases that a window sees, along the height and along the width."""
        return min(self.size[0], self.strides[0]), min(self.size[1], self.strides[1])

    @property
    def plane(self) -> tuple[int, int, int]:
        """Height, width and depth ``(H, W, d)`` of a phase: the output, and where windows reach."""
        (fh, fw), (sh, sw), (oh, ow) = self.size, self.strides, self.places
        return oh + (fh - 1) // sh, ow + (fw - 1) // sw, self.d

    @property
    def overlap(self) -> bool:
        """Whether a point may lie in two windows, so that phases are larger than the output."""
        return self.plane[:2] != self.places

    def clear_unseen(self, X: ndarray) -> None:
        """Set to 0 the points of images that no window sees."""
        (fh, fw), (sh, sw), (oh, ow) = self.size, self.strides, self.places
        if fh < sh or fw < sw:  # between windows, too
            X[...] = 0
        X[:, (oh - 1) * sh + fh :] = 0
        X[:, :, (ow - 1) * sw + fw :] = 0

    def split(self, X: ndarray) -> ndarray:
        """Copy images ``(n, h, w, d)`` into their phases ``(.., .., n, H, W, d)``."""
        P = np.empty((*self.counts, len(X), *self.plane), dtype=X.dtype)
        points, phases = as_points(X), as_points(P)
        for p, q in np.ndindex(*self.counts):
            phase = self._view(points, p, q)
            phases[p, q][:, : phase.shape[1], : phase.shape[2]] = phase
        return P

    def put(self, plane: ndarray, X: ndarray, p: int, q: int) -> None:
        """Copy a phase ``(n, H, W, d)`` to where it lies in the images ``(n, h, w, d)``."""
        phase = self._view(as_points(X), p, q)
        phase[...] = as_points(plane)[:, : phase.shape[1], : phase.shape[2]]

    def see_windows(self, X: ndarray) -> ndarray:
        """View images as points under windows, ``(fh, fw, n, oh, ow)``.

        Where windows lie apart, it may be written to.
        """
        points = as_points(X)
        sample, row, point = points.strides
        steps = row, point, sample, row * self.strides[0], point * self.strides[1]
        return as_strided(points, (*self.size, len(X), *self.places), steps)

    def see(self, X: ndarray, piece: Piece) -> tuple['Phases', ndarray]:
        """Return how a piece of the output sees images, and what it sees of them."""
        n, *sides = piece
        axes = zip(sides, self.strides, self.size, strict=True)
        rows, columns = (slice(i.start * s, (i.stop - 1) * s + f) for i, s, f in axes)
        oh, ow = (i.stop - i.start for i in sides)
        return replace(self, places=(oh, ow)), X[n, rows, columns]

    def cut(self, X: ndarray) -> list[list[Piece]]:
        """Cut the output into pieces that see as much of images as the cache holds."""
        places = len(X), *self.places
        return cut(places, X.nbytes // math.prod(places), _PASS * X.size)

    def cut_stacks(self, X: ndarray) -> list[list[Piece]]:
        """Cut the output into pieces whose stack the cache holds."""
        return cut((len(X), *self.places), self.points * self.d * X.itemsize, _PASS * X.size)

    def cut_samples(self, X: ndarray, seen_bytes: int = 0) -> list[list[Piece]]:
        """Cut the samples alone into pieces that the cache holds, with so much for each output."""
        outputs = math.prod(self.places) * self.d
        sample_bytes = X.nbytes // max(1, len(X)) + seen_bytes * outputs
        return cut((len(X), 1, 1), sample_bytes, _PASS * X.size)

    def make_stack(self, Z: ndarray, dtype: np.dtype[Any]) -> ndarray:
        """Return scratch for :meth:`stack`, for outputs as large as `Z` at most."""
        return np.empty(self.points * Z.size, dtype=dtype)

    def cut_stack(self, scratch: ndarray, n: int) -> ndarray:
        """View scratch as a run for each tap, for `n` images: ``(fh * fw, n * oh * ow * d)``."""
        taps, run = self.points, n * math.prod(self.places) * self.d
        return scratch[: taps * run].reshape(taps, run)

    def stack(self, X: ndarray, taps: ndarray) -> None:
        """Copy what windows see, a run for each tap: one call then goes through all."""
        shape = (*self.size, len(X), *self.places, self.d)
        as_points(taps.reshape(shape))[...] = self.see_windows(X)

    def unstack(self, taps: ndarray, X: ndarray) -> None:
        """Copy taps to where they lie in the images, under windows that lie apart."""
        shape = (*self.size, len(X), *self.places, self.d)
        self.see_windows(X)[...] = as_points(taps.reshape(shape))

    def _view(self, points: ndarray, p: int, q: int) -> ndarray:
        """View a phase of images in those, without the rest that no window sees."""
        (sh, sw), (H, W, _) = self.strides, self.plane
        return points[:, p::sh, q::sw][:, :H, :W]


def as_points(X: ndarray) -> ndarray:
    """View an array in C order with the numbers of each point as one item, quick to copy."""
    if X.shape[-1] == 0:
        return X
    return X.view(np.dtype((np.void, X.shape[-1] * X.itemsize)))[..., 0]
