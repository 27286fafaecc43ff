"""The ranks that a training is shared out among: processes, each of which has part of a batch.

The base class is a single process, which has all of it: nothing is added up, nothing is joined.
:mod:`epynn.parallel` has the one that speaks to others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from epynn.kernels.arrays import ndarray


class Ranks:
    """All ranks, as seen by one of them; this class is one that is alone.

    Every rank calls the same methods in the same order: they wait for each other.

    Attributes
    ----------
    rank, size : int
        The number of this one, and how many there are.
    places : list of list
        The machine of each, its process there, and the cores that this may use.
    """

    rank = 0
    size = 1
    places: Sequence[list[Any]] = ()

    @property
    def is_first(self) -> bool:
        """Whether this is the one that shows, plots and writes."""
        return self.rank == 0

    def add(self, x: Any) -> Any:
        """Return the sum over the ranks of an array, or of a number: on each the same bits."""
        return x

    def join(self, rows: ndarray) -> ndarray:
        """Return the rows of all ranks, those of the first one on top."""
        return rows

    def exchange(self, words: str) -> list[str]:
        """Return the words of each rank."""
        return [words]

    def agree(self, words: str) -> str:
        """Return the words of the first rank that has any."""
        anyone = self.add(int(bool(words)))
        return next(filter(None, self.exchange(words))) if anyone else ''

    def training(self, model: Any, **settings: Any) -> AbstractContextManager[None]:
        """Share the training of a network inside a block; `settings` are arguments of ``train``."""
        return nullcontext()

    def part(self, m: int) -> slice:
        """Return which of `m` samples are those of this rank: a stretch, that may be empty."""
        return slice(m * self.rank // self.size, m * (self.rank + 1) // self.size)

    def draw(self, draw: Callable[[tuple[int, ...]], ndarray], shape: tuple[int, ...]) -> ndarray:
        """Draw random numbers of a `shape` that begins by the samples of this rank.

        They are drawn for those of all ranks, so that none depends on how many there are.
        """
        if self.size == 1:
            return draw(shape)
        counts = self.join(np.array(shape[:1]))
        start = int(counts[: self.rank].sum())
        return draw((int(counts.sum()), *shape[1:]))[start : start + shape[0]]

    def share(self, batches: Any) -> Iterable[Any]:
        """Return batches with the samples of this rank; it reads no others, where it need not."""
        if self.size == 1:
            return batches  # type: ignore[no-any-return]
        if hasattr(batches, 'of_rank'):
            return batches.of_rank(self)  # type: ignore[no-any-return]
        return map(self.take, batches)

    def take(self, batch: Any) -> Any:
        """Return a batch, a data set, with the samples of this rank."""
        part = self.part(len(batch.X))
        Y, w, mask = (None if a is None else a[part] for a in (batch.Y, batch.w, batch.mask))
        X, ids = batch.X[part], batch.ids[part]
        return type(batch)(X, Y, batch.name, ids, w, batch.targets, batch.classes, mask)

    def add_gradients(self, layers: Iterable[Any], *numbers: float) -> list[float]:
        """Let layers have the sums over the ranks of their gradients; return those of numbers.

        All go in one array.
        """
        if self.size == 1:
            return list(numbers)
        places = [(layer.g, name) for layer in layers for name in layer.g]
        arrays = [g[name] for g, name in places]
        dtype = np.result_type(*arrays) if arrays else np.float64
        parts = [*(np.ravel(array) for array in arrays), np.array(numbers, dtype)]
        flat, end = self.add(np.concatenate(parts, dtype=dtype)), 0
        for (g, name), array in zip(places, arrays, strict=True):
            start, end = end, end + array.size
            g[name] = flat[start:end].reshape(array.shape).astype(array.dtype, copy=False)
        return [float(number) for number in flat[end:]]

    @contextmanager
    def added_up(self, layer: Any) -> Iterator[None]:
        """Let a layer have the gradients of all samples inside a block, for what is not linear.

        Behind it those of the first rank are what they are, and those of the others 0: later
        they are added up as any.
        """
        self.add_gradients([layer])
        yield
        if not self.is_first:
            layer.g = {name: np.zeros_like(g) for name, g in layer.g.items()}

    def __deepcopy__(self, memo: Any) -> 'Ranks':
        """Return itself: nothing in it changes."""
        return self

    def __reduce__(self) -> Any:
        """Be alone in another process."""
        return Ranks, ()


ALONE = Ranks()
"""One process."""
