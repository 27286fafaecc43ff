"""What came of each epoch: metrics, mean loss of its batches, learning rate, and seconds."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from epynn.commons.dataset import SETS
from epynn.commons.errors import MissingExtraError
from epynn.network.learning_rates import first_rate, reported_losses
from epynn.network.state import Network

PREFIXES = {'dtrain': 'train', 'dval': 'val', 'dtest': 'test'}
"""Data set -> what its columns begin with."""


class Tally(NamedTuple):
    """What is known of the epoch under way: of its batches that are learned."""

    loss: float = 0.0
    """Sum over the samples."""
    samples: int = 0
    seconds: float = 0.0
    """Time that they took, until `since`."""
    since: float = 0.0
    """When these seconds were counted, by a clock of this process."""

    def add(self, loss: float, samples: int) -> 'Tally':
        """Return it with one more batch."""
        now = time.perf_counter()
        seconds = self.seconds + now - self.since
        return Tally(self.loss + loss, self.samples + samples, seconds, now)

    def go_on(self) -> 'Tally':
        """Return it for a call of ``train`` that goes on with the epoch: time counts from now."""
        return self._replace(since=time.perf_counter())

    def mean(self) -> float:
        """Return the mean loss of the samples; not a number before the first of them."""
        return self.loss / self.samples if self.samples else math.nan


class History(dict[str, list[Any]]):
    """Columns by name, one value an epoch: what :attr:`EpyNN.history` returns."""

    def to_pandas(self) -> Any:
        """Return it as a frame of pandas.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        try:
            pandas = import_module('pandas')
        except ImportError:
            raise MissingExtraError(
                'history.to_pandas', 'pandas', 'no such package',
                'Install it: python -m pip install pandas',
            ) from None  # fmt: skip
        return pandas.DataFrame(dict(self))


def model_history(model: Network) -> History:
    """Return what came of each epoch that is complete, as columns.

    ``epoch``, ``learning_rate`` (of the first layer that learns), ``seconds``, ``batch_loss``, then
    ``train_loss``, ``val_loss``, ``test_loss`` and the same for each metric: ``val_accuracy``. A
    set without samples has no columns. What was not computed is not a number.
    """
    done = complete_epochs(model)
    rows = [epoch_row(model, e) for e in range(done)] or [epoch_row(model, 0)]
    return History({name: [row[name] for row in rows[:done]] for name in rows[0]})


def complete_epochs(model: Network) -> int:
    """Return how many epochs are complete, also while the network trains."""
    return model.progress[0] if model.owner.busy else model.epochs


@contextmanager
def only_complete_epochs(model: Network) -> Iterator[None]:
    """Have ``model.e`` and ``model.epochs`` count complete epochs inside a block, as for a file.

    While the network trains they are those under way and asked for.
    """
    before, done = (model.e, model.epochs), complete_epochs(model)
    if model.owner.busy:
        model.e, model.epochs = max(done - 1, 0), done
    try:
        yield
    finally:
        model.e, model.epochs = before


def epoch_row(model: Network, e: int) -> dict[str, Any]:
    """Return what is known of one epoch, by the columns of the history."""
    row = {
        'epoch': e,
        'learning_rate': first_rate(model, e),
        'seconds': value_of(model.seconds, e),
        'batch_loss': value_of(model.batch_loss, e),
    }
    loss = loss_name(model)
    columns = [(loss, 'loss' if 'loss' not in model.metrics else loss)]
    columns += [(name, name) for name in model.metrics if name != loss]
    for name, column in columns:
        for values, dset in zip(model.metrics.get(name, ()), SETS, strict=False):
            if values or getattr(model.embedding, dset).active:
                row[f'{PREFIXES[dset]}_{column}'] = value_of(values, e)
    return row


def value_of(values: list[float], e: int) -> float:
    """Return the value of an epoch; not a number where there is none."""
    return values[e] if e < len(values) else math.nan


def put(values: list[float], e: int, value: float) -> None:
    """Make a value the one of epoch `e`, and the last; epochs before that lack one have NaN."""
    values += [math.nan] * (e - len(values))
    values[e:] = [value]


def loss_name(model: Network) -> str:
    """Return the name of the loss among the metrics."""
    return '' if model.training_loss is None else str(model.training_loss.__name__)


def is_evaluated(model: Network, e: int) -> bool:
    """Return whether the metrics of an epoch were computed: a loss that was is finite."""
    lists = model.metrics.get(loss_name(model), [])
    return any(not math.isnan(value_of(values, e)) for values in lists)


def skip_evaluation(model: Network) -> None:
    """Let the current epoch have no metrics: they are not a number, and later ones keep place."""
    for lists in model.metrics.values():
        for values, name in zip(lists, SETS, strict=True):
            if getattr(model.embedding, name).active or values:
                put(values, model.e, math.nan)


def close_epoch(model: Network, e: int) -> None:
    """Note the batch loss and the seconds of an epoch."""
    tally = model.tally.add(0.0, 0)
    put(model.batch_loss, e, tally.mean())
    put(model.seconds, e, tally.seconds)


def model_best_epoch(model: Network) -> int | None:
    """Return the epoch of the best value that a callback watches, or else of the lowest loss.

    That of the validation set, of the training set where there is none, or of the batches of a
    stream where there is neither; None before any epoch.
    """
    for callback in model.callbacks:
        if getattr(callback, 'best_epoch', None) is not None:
            return int(callback.best_epoch)
    if loss_name(model) not in model.metrics:
        return None
    losses = reported_losses(model)
    known = [e for e in range(len(losses)) if not math.isnan(losses[e])]
    return min(known, key=losses.__getitem__, default=None)
