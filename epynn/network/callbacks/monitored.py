"""Callbacks that watch one value over the epochs: which it is, and when it is better."""

import math
import weakref
from typing import Any, ClassVar

from epynn.commons.arguments import as_choice, as_float, describe, suggest
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.loss import loss_functions
from epynn.commons.metrics import metrics_functions
from epynn.network.callbacks.callback import Callback
from epynn.network.history import PREFIXES, epoch_row, is_evaluated, loss_name
from epynn.network.state import Network

MODES = ('auto', 'min', 'max')


class Monitored(Callback):
    """Base of callbacks that watch a value: ``'loss'``, or the name of a metric.

    It is that of the validation set, of the training set where there is none, or the mean loss of
    the batches where these come from a stream; a column of
    ``model.history`` by name, such as ``'test_loss'``, is that one. Epochs that were not evaluated
    do not count.
    """

    remembers: ClassVar[tuple[str, ...]] = ('best', 'best_epoch', 'seen')

    def __init__(self, monitor: str, mode: str, min_delta: float) -> None:
        kind = type(self).__name__
        if not isinstance(monitor, str):
            raise ArgumentTypeError(
                f'{kind}.monitor', "'loss' or the name of a metric", describe(monitor),
                "For example 'accuracy'.",
            )  # fmt: skip
        self.monitor = monitor
        self.mode = as_choice(mode, f'{kind}.mode', MODES)
        self.min_delta = as_float(min_delta, f'{kind}.min_delta', low=0)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.best: float = math.nan
        self.best_epoch: int | None = None
        self.seen = 0

    def on_train_begin(self, model: Network) -> None:
        """Go on with this network, or begin anew with another one, or one initialized anew."""
        of: Any = vars(self).get('_of')
        if self.seen > model.progress[0] or not (of is None or of() is model):
            self.forget()
        self._of = weakref.ref(model)
        self.direction(model)

    def column(self, model: Network) -> str:
        """Return the column of the history that is watched."""
        row = epoch_row(model, 0)
        monitor = 'loss' if self.monitor == loss_name(model) else self.monitor
        data = model.embedding
        sets = ['val'] * data.dval.active + ['train' if data.batch_function is None else 'batch']
        for name in (monitor, *(f'{each}_{monitor}' for each in sets)):
            if name in row and name not in ('epoch', 'seconds', 'learning_rate'):
                return name
        names = ['loss', *(name for name in model.metrics if name != loss_name(model))]
        raise ArgumentError(
            f'{type(self).__name__}.monitor', f'one of {", ".join(names)}', repr(self.monitor),
            suggest(self.monitor, names, 'Or name a column of model.history.'),
        )  # fmt: skip

    def direction(self, model: Network) -> int:
        """Return 1 where more is better, -1 where less is."""
        if self.mode != 'auto':
            return 1 if self.mode == 'max' else -1
        begin, _, rest = self.column(model).partition('_')
        name = rest if begin in PREFIXES.values() or begin == 'batch' else f'{begin}_{rest}'
        if name in ('loss', 'RMSE', loss_name(model), *loss_functions()):
            return -1
        if name in metrics_functions():
            return 1
        raise ArgumentError(
            f'{type(self).__name__}.mode', f"'min' or 'max', as {name} is a metric of your own",
            "'auto'", "Write mode='max' where more is better, mode='min' where less is.",
        )  # fmt: skip

    def look(self, model: Network) -> bool | None:
        """Take in the epoch that is complete: whether it is the best; None if it does not count."""
        e, column = model.e, self.column(model)
        self.seen = e + 1
        if column != 'batch_loss' and not is_evaluated(model, e):
            return None
        value, sign = epoch_row(model, e)[column], self.direction(model)
        first = self.best_epoch is None and not math.isnan(value)
        better = first or sign * (value - self.best) > self.min_delta
        if better:
            self.best, self.best_epoch = value, e
        return better
