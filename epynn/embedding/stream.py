"""Batches that a function of the user's draws, once an epoch: no training set is in memory."""

import inspect
import operator
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count, islice
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from epynn.commons.arguments import as_function, describe
from epynn.commons.errors import ArgumentTypeError, DataError
from epynn.commons.io.sequences import cut_padding
from epynn.commons.models import dataSet
from epynn.commons.ranks import ALONE, Ranks
from epynn.embedding.batches import augmented
from epynn.embedding.separate import labelled_set, naming
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding

WHERE = 'Embedding.from_batches'
EXPECTED = 'a function f(), or f(rng), that returns the batches (X, Y) of an epoch'
ANEW = 'A function with yield returns new ones each time: def f(): ... yield X, Y.'


class BatchFunction:
    """The user's function, which is called for the batches of an epoch.

    Attributes
    ----------
    function : function
        ``f()`` or, where it needs an argument, ``f(rng)``.
    count : int
        Batches of the last epoch that was drawn to its end, or whose number is known; 0 for none.
    first : dataSet or None
        The first batch, for networks that are initialized before an epoch is drawn.
    sample : dataSet
        The first sample of it, by which files tell one stream from another.
    """

    sample: dataSet

    def __init__(self, function: Any) -> None:
        if isinstance(function, Iterator):
            raise ArgumentTypeError(
                WHERE, EXPECTED, f'what one returned ({type(function).__name__})',
                'It is called for each epoch: write from_batches(f), not from_batches(f()).',
            )  # fmt: skip
        if not callable(function) and hasattr(function, '__iter__'):
            raise ArgumentTypeError(
                WHERE, EXPECTED, describe(function),
                'If batches are in it, write from_batches(lambda: batches). Whole arrays go to '
                'Embedding(X, Y, batch_size=32).',
            )  # fmt: skip
        self.function: Callable[..., Any] = as_function(function, WHERE, 'f()')
        self.takes_rng = not takes(function, 0)
        if self.takes_rng and not takes(function, 1):
            raise ArgumentTypeError(
                WHERE, EXPECTED, f'{describe(function)}, which takes other arguments',
                'Write from_batches(lambda: f(...)).',
            )  # fmt: skip
        self.count = 0
        self.first: dataSet | None = None
        self.last: Any = None  # what it returned, if that can be read once only

    @contextmanager
    def drawing(self, key: int) -> Iterator[Iterator[Any]]:
        """Call the function, and close the generator that it may have returned in the end."""
        made = self.function(np.random.default_rng(key)) if self.takes_rng else self.function()
        try:
            drawn = iter(made)
        except TypeError:
            raise ArgumentTypeError(WHERE, EXPECTED, f'{describe(made)} from it', ANEW) from None
        if drawn is made and drawn is self.last:
            raise DataError(WHERE, 'new batches for each epoch', 'the same iterator again', ANEW)
        self.last = drawn if drawn is made else None
        self.count = operator.length_hint(made, self.count)
        try:
            yield drawn
        finally:
            if isinstance(drawn, Generator):
                drawn.close()

    def epoch(self, layer: 'Embedding', key: int) -> 'Stream':
        """Return the batches of an epoch, of which none is drawn yet."""
        return Stream(layer, key)

    def first_of(self, drawn: Iterator[Any]) -> Any:
        """Return the first batch; refuse an epoch without."""
        for item in drawn:
            return item
        raise no_batch()

    def __deepcopy__(self, memo: Any) -> 'BatchFunction':
        """Return one of the same function: what it holds is not copied."""
        copied = BatchFunction(self.function)
        vars(copied).update(vars(self))
        return copied


class Stream:
    """The batches of one epoch, drawn one at a time by whoever walks through them.

    ``stream[k:]`` are those after the first `k`, which are drawn and left out, and ``stream[0]`` is
    the first. How many there are may be unknown: ``operator.length_hint(stream, 0)``.
    """

    def __init__(self, layer: 'Embedding', key: int, start: int = 0, ranks: Ranks = ALONE) -> None:
        self.layer, self.key, self.start, self.ranks = layer, key, start, ranks

    @overload
    def __getitem__(self, k: int) -> dataSet: ...

    @overload
    def __getitem__(self, k: slice) -> 'Stream': ...

    def __getitem__(self, k: int | slice) -> 'dataSet | Stream':
        if isinstance(k, slice) and k.stop is k.step is None and (k.start or 0) >= 0:
            return Stream(self.layer, self.key, self.start + (k.start or 0), self.ranks)
        if k != 0 or isinstance(k, slice):
            raise ArgumentTypeError(
                'batches of a stream', 'their order, [k:] or [0]', f'[{k}]', 'Draw them in a loop.'
            )
        if self.source.first is not None:
            return self.source.first
        with self.source.drawing(self.key) as drawn:
            return self.read(0, self.source.first_of(drawn))

    def __iter__(self) -> Iterator[dataSet]:
        self.source.first = None
        with self.source.drawing(self.key) as drawn:
            # No name holds a batch here: the one before is gone when the next one is made
            self.done = sum(1 for _ in islice(drawn, self.start))
            if self.done < self.start:
                raise DataError(
                    WHERE, f'the {self.start} batches of this epoch that were learned, and others',
                    f'{self.done}', 'Return the same batches for the same epoch: what is random '
                    'comes from the argument of f(rng).',
                )  # fmt: skip
            yield from map(self.read, count(self.start), drawn)
            self.require_same()
            if self.done == 0:
                raise no_batch()
            self.source.count = self.done

    def __length_hint__(self) -> int:
        return max(self.source.count - self.start, 0)

    @property
    def source(self) -> BatchFunction:
        """What draws them."""
        assert self.layer.batch_function is not None
        return self.layer.batch_function

    def read(self, number: int, item: Any) -> dataSet:
        """Return what the user yielded as batch `number`, checked, encoded and augmented."""
        layer = self.layer
        with naming_batch(number):
            batch = labelled_set(layer, as_batch(item), 'batch', weighs=False)
        self.require_same(np.array(batch.X.shape), batch.Y, batch.w, batch.mask)
        part = self.ranks.part(len(batch.X))
        # Of samples in a file, these are read now
        X = np.asarray(batch.X[part] if layer.augment is None else batch.X)
        X, batch.Y, batch.w, batch.mask = cut_padding(X, batch.Y, batch.w, batch.mask)
        if layer.augment is not None:  # which may change them where they are
            rng = np.random.default_rng([self.key, number])
            X = augmented(layer.augment, X.copy(), rng)[part]
        self.done = number + 1
        ids, names = batch.ids[part], (batch.targets, batch.classes)
        Y, w, mask = (None if a is None else a[part] for a in (batch.Y, batch.w, batch.mask))
        return dataSet(X, Y, batch.name, ids, w, *names, mask)

    def require_same(self, *arrays: ndarray | None) -> None:
        """Refuse a batch with other labels than on another rank, or its end; that has no arrays."""
        if self.ranks.size == 1:
            return
        sums = [None if a is None else zlib.crc32(a.tobytes(), a.size) for a in arrays]
        if len(set(self.ranks.exchange(str(sums)))) > 1:
            raise DataError(
                WHERE, 'the same batches on all ranks', f'others as batch {self.done}',
                'Take what is random from rng, def f(rng): ..., and no other source.',
            )  # fmt: skip

    def of_rank(self, ranks: Ranks) -> 'Stream':
        """Return them with the samples of one rank of several."""
        return Stream(self.layer, self.key, self.start, ranks)


def naming_batch(number: int) -> AbstractContextManager[None]:
    """Let errors inside name the batch, and what they are about as it was yielded."""
    names = {'X_data': 'X', 'Y_data': 'Y'}
    return naming(f'from_batches, batch {number}: ', names)


def as_batch(item: Any) -> Sequence[Any]:
    """Return samples, labels, and perhaps weights and mask that the user yielded."""
    if not isinstance(item, (tuple, list)) or len(item) not in (2, 3, 4):
        raise ArgumentTypeError(
            'what was yielded', 'a tuple (X, Y), or (X, Y, sample_weight, mask)', describe(item),
            'Write yield X, Y.',
        )  # fmt: skip
    return item


def takes(function: Callable[..., Any], arguments: int) -> bool:
    """Return whether a function can be called with so many arguments, as far as it tells."""
    try:
        inspect.signature(function).bind(*range(arguments))
    except TypeError:
        return False
    except ValueError:  # of a function that is not written in Python
        pass
    return True


def no_batch() -> DataError:
    """Return the error for an epoch without batches."""
    return DataError(
        WHERE, 'at least one batch for each epoch', 'none',
        f'If they were drawn before: {ANEW[0].lower()}{ANEW[1:]}',
    )  # fmt: skip
