"""Samples that stay where they are stored and are read when they are used; arrays in pieces."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError
from epynn.kernels.arrays import ndarray

PIECE = 2**22
"""Bytes of a piece, about: few enough to leave the memory alone, and many for one reading."""
IN_MEMORY = ('__array_interface__', '__dlpack__', 'to_numpy', 'toarray', 'numpy')
"""Attributes of what NumPy reads without a copy, or other errors tell how to."""


class Stored:
    """Samples of an array in a file, such as those of zarr and h5py, or a memory map.

    ``stored[ids]`` reads samples into an array, and ``np.asarray(stored)`` all of them. But for
    memory maps they are read in the order of the file, each once, as h5py wants it.

    Parameters
    ----------
    source : object
        Has ``shape``, ``dtype``, and is indexed by slices and by arrays of int.
    rows : array of int
        The samples, by their numbers in the source.
    change : function, optional
        What to make of an array of them.
    dtype : data type, optional
        That of the arrays that are read.
    """

    def __init__(
        self,
        source: Any,
        rows: ndarray,
        change: Callable[[ndarray], ndarray] | None = None,
        dtype: Any = None,
    ) -> None:
        self.source, self.rows, self.change = source, rows, change
        self.dtype = np.dtype(source.dtype if dtype is None else dtype).newbyteorder('=')
        self.shape: tuple[int, ...] = (len(rows), *map(int, source.shape[1:]))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of numbers."""
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: Any) -> ndarray:
        """Read samples: one by its number, or those of a slice, a mask or an array of numbers."""
        if isinstance(key, tuple) or key is None or key is Ellipsis:
            raise ArgumentTypeError(
                'samples in a file', 'the number of a sample, a slice or an array of numbers',
                describe(key), 'Read samples first: dset.X[:10][:, 0].',
            )  # fmt: skip
        rows = self.rows[key]
        return self.read(rows.ravel()).reshape(*rows.shape, *self.shape[1:])

    def read(self, rows: ndarray) -> ndarray:
        """Read the samples of these numbers in the source, ``(m,)``."""
        X = self.gather(rows) if isinstance(self.source, np.ndarray) else self.fetch(rows)
        if self.change is not None:
            X = self.change(X)
        return X.astype(self.dtype, copy=False)

    def gather(self, rows: ndarray) -> ndarray:
        """Return these samples of a memory map, as one stretch of it where they are one."""
        source, m = np.asarray(self.source), len(rows)  # indexed faster than the map itself
        if m and rows[-1] - rows[0] == m - 1 and (np.diff(rows) == 1).all():
            return source[int(rows[0]) : int(rows[0]) + m]
        return source[rows]

    def fetch(self, rows: ndarray) -> ndarray:
        """Read these samples from a file, in its order and each once."""
        once, places = np.unique(rows, return_inverse=True)
        if len(once) and once[-1] - once[0] == len(once) - 1:
            X = np.asarray(self.source[int(once[0]) : int(once[-1]) + 1])
        elif len(once):
            X = np.asarray(self.source[once])
        else:
            return np.empty((0, *self.shape[1:]), self.dtype)
        if X.shape != (len(once), *self.shape[1:]):
            raise DataError(
                'X_data', f'an array of shape {(len(once), *self.shape[1:])} for {len(once)} of '
                'its samples', f'one of shape {X.shape}',
                'Wrap it in an object that is indexed along the first axis, as NumPy is.',
            )  # fmt: skip
        return X if np.array_equal(places, np.arange(len(once))) else X[places]

    def part(self, rows: Any) -> 'Stored':
        """Return some of the samples, unread: those of a slice or an array of numbers."""
        return Stored(self.source, self.rows[rows], self.change, self.dtype)

    def changed(self, change: Callable[[ndarray], ndarray], dtype: Any) -> 'Stored':
        """Return the samples, unread, with what is to be made of them when they are."""
        before = self.change
        both = change if before is None else lambda X: change(before(X))
        return Stored(self.source, self.rows, both, dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        return np.asarray(self.read(self.rows), dtype)

    def __deepcopy__(self, memo: Any) -> 'Stored':
        """Return itself: it is never changed, and a file cannot be copied."""
        return self

    def __repr__(self) -> str:
        return f'Stored({self.shape}, {self.dtype}, in a {type(self.source).__name__})'


def is_stored(data: Any) -> bool:
    """Return whether data are an array that is not in memory: shape, dtype, and what it reads."""
    if isinstance(data, (np.ndarray, np.generic, list, tuple, str)):
        return False
    if not all(hasattr(data, name) for name in ('shape', 'dtype', '__getitem__')):
        return False
    if any(hasattr(data, name) for name in IN_MEMORY):
        return False
    try:
        return np.dtype(data.dtype).kind in 'fiub' and len(data.shape) > 0
    except (TypeError, ValueError):
        return False


def as_stored(data: Any) -> Stored:
    """Return data that are an array in a file as samples that are read when they are used."""
    return data if isinstance(data, Stored) else Stored(data, np.arange(data.shape[0]))


def pieces(X: Any) -> Iterator[tuple[int, ndarray]]:
    """Yield the samples some at a time, each piece with the number of its first sample."""
    m = len(X)
    step = max(1, PIECE * m // max(1, X.size * X.dtype.itemsize))
    for start in range(0, m, step):
        yield start, X[start : start + step]
