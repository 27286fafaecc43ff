"""The tables of training: what it starts from, and how it goes."""

import textwrap
import time
from typing import Any

import numpy as np

from epynn.commons.calls import in_words
from epynn.commons.data_source import count_batches
from epynn.commons.dataset import SETS, dataSet
from epynn.commons.logs import WIDTH, StreamTable, show_table, write_line
from epynn.commons.targets import AMOUNTS
from epynn.network.history import is_evaluated, loss_name, value_of
from epynn.network.learning_rates import first_rate
from epynn.network.state import Network


def report_initialization(model: Network) -> None:
    """Show what training starts from: data sets, label balance, hyper-parameters, rates."""
    embedding = model.embedding
    streams, dtrain = embedding.batch_function is not None, embedding.dtrain
    batch = embedding.se_dataset['batch_size'] or len(dtrain.X)
    batch = batch if streams else min(batch, len(dtrain.X))
    rows = [
        [
            dset.name,
            len(dset.X) if dset.active else 'a stream',
            f'{count_batches(embedding) or "?"} x {batch}' if dset is dtrain else '',
            str(dset.X.shape[1:]),
            '' if dset.Y is None else str(dset.Y.shape[1:]),
        ]
        for dset in [*[dtrain] * streams, *embedding.dsets]
    ]
    headers = ['Set', 'Samples', 'Batches', 'Sample shape', 'Label shape']
    if any(dset.lengths is not None for dset in embedding.dsets):
        headers.append('Steps: least /\nmedian / most')
        for row, dset in zip(rows, [*[dtrain] * streams, *embedding.dsets], strict=True):
            row.append(describe_lengths(dset))
    show_table(headers, rows, 'Data sets')
    report_labels(model)

    keys = ('learning_rate', 'schedule', 'decay_k', 'cycle_epochs', 'cycle_descent')
    alphas = ('ELU_alpha', 'LRELU_alpha', 'softmax_temperature')
    settings = [[key, model.se_hPars[key]] for key in keys + alphas]
    settings += [['optimizer', repr(model.optimizer).removesuffix('()')]]
    settings += [['seed', model.seed], ['reduction', model.reduction], ['dtype', model.dtype]]
    assert model.training_loss is not None
    settings.insert(0, ['loss', model.training_loss.__name__])
    settings += [['', '']] * (len(settings) % 2)
    settings = [[key, format_setting(value)] for key, value in settings]
    half = len(settings) // 2
    pairs = [left + right for left, right in zip(settings[:half], settings[half:], strict=True)]
    show_table(['Setting', 'Value', 'Setting', 'Value'], pairs, 'Hyper-parameters')

    rates = [
        [number, layer.name, f'{layer.lrate[0]:.3g}', f'{layer.lrate[-1]:.3g}']
        for number, layer in enumerate(model.layers)
        if layer.trainable
    ]
    show_table(['', 'Layer', 'First epoch', 'Last epoch'], rates, 'Learning rates')

    places = [[rank, *place[:2]] for rank, place in enumerate(model.ranks.places)]
    if places:
        show_table(['Rank', 'Machine', 'Process'], places, 'Ranks')


def describe_lengths(dset: dataSet) -> str:
    """Return how many steps the shortest, the median and the longest sequence of a set have."""
    if not dset.active:
        return ''
    lengths = np.full(1, dset.X.shape[1]) if dset.lengths is None else dset.lengths
    return f'{lengths.min()} / {np.median(lengths):g} / {lengths.max()}'


def format_setting(value: Any) -> str:
    """Return a setting in lines of at most 20 characters, if its words are not longer."""
    text = value.__name__ if hasattr(value, '__name__') else str(value)
    # An opening bracket may end a line, as a space does.
    lines = textwrap.wrap(text.replace('(', '( '), 20, break_long_words=False)
    return '\n'.join(line.replace('( ', '(') for line in lines)


def report_labels(model: Network) -> None:
    """Show how many samples have each label, if there are labels, and few of them."""
    embedding = model.embedding
    labels = sorted({label for dset in embedding.dsets for label in dset.b})
    if not labels or len(labels) > 20 or embedding.targets == AMOUNTS:
        return
    rows = []
    counts = [0 if dset.Y is None else len(dset.rows(dset.Y)) for dset in embedding.dsets]
    for label in labels:
        name = label if embedding.classes is None else embedding.classes[int(label)]
        shares = [
            f'{dset.b.get(label, 0)} ({dset.b.get(label, 0) / count:.1%})'
            for dset, count in zip(embedding.dsets, counts, strict=True)
        ]
        rows.append([name, *shares])
    show_table(['Label', *(dset.name for dset in embedding.dsets)], rows, 'Label balance')


def choose_step(epochs: int, every: int) -> int:
    """Return how many epochs go by between two rows: a tenth, or the next that is evaluated."""
    step = max(1, epochs // 10)
    return step if every < 2 else -(-step // every) * every


class TrainingReport:
    """The table of training, whose rows appear while it runs.

    One row an epoch, with a column for each metric on each set. Where that is wider than the page,
    one row an epoch and metric, with a column for each set.

    Where not every epoch is evaluated, and where batches come from a stream, the mean loss of the
    batches stands beside; rows are then
    those of every `step`-th epoch, by default of one that is evaluated.
    """

    def __init__(self, model: Network, every: int = 1, step: int = 1) -> None:
        self.model, self.every, self.step = model, every, step
        self.start = time.perf_counter()
        history = [lists for lists in model.metrics.values() if any(lists)]
        self.sets = [
            i
            for i, name in enumerate(SETS)
            if getattr(model.embedding, name).active or (history and history[0][i])
        ]
        self.names = list(model.metrics)
        columns = [(name, i) for name in self.names for i in self.sets]
        # The mean loss of the batches, in a column like those of metrics
        self.shows_batches = every != 1 or model.embedding.batch_function is not None
        batches = [f'{loss_name(model)}\nbatches'] * self.shows_batches
        widths = [7, 8, *(max(9, len(name) + 2) for name, _ in columns), *(9 for _ in batches), 7]
        self.wide = sum(widths) + 2 * (len(widths) - 1) > WIDTH
        if self.wide:
            headers = ['epoch', 'lrate', 'metric', *(SETS[i] for i in self.sets), 'time']
            widths = [7, 8, min(max(map(len, self.names)), 18), *(9 for _ in self.sets), 7]
        else:
            heads = [*(f'{name}\n{SETS[i]}' for name, i in columns), *batches]
            headers = ['epoch', 'lrate', *heads, 'time']
        self.table = StreamTable(headers, widths)

    def is_due(self, e: int, last: int) -> bool:
        """Return whether the row of epoch `e` is to be shown, of a training up to `last`."""
        if e + 1 == last or self.model.stopped:
            return self.model.progress[0] > e
        return (e if self.every == 1 else e + 1) % self.step == 0

    def row(self, e: int, timed: bool = True) -> None:
        """Show the metrics of epoch `e`."""
        lead = [str(e), f'{first_rate(self.model, e):.3g}']
        tail = [format_seconds(time.perf_counter() - self.start) if timed else '']
        known = is_evaluated(self.model, e)
        values = [
            [format_value(self.model.metrics[name][i][e]) if known else '-' for i in self.sets]
            for name in self.names
        ]
        names, batches = self.names, []
        if self.shows_batches:
            batches = [format_value(value_of(self.model.batch_loss, e))]
        if self.wide:
            if not known and batches:
                names, values = [], []
            if batches:
                names, values = (
                    [*names, 'batches'],
                    [*values, batches + [''] * (len(self.sets) - 1)],
                )
            for name, row in zip(names, values, strict=True):
                self.table.row([*lead, name[:18], *row, *tail])
                lead, tail = ['', ''], ['']  # once an epoch
        else:
            self.table.row([*lead, *(value for row in values for value in row), *batches, *tail])


def format_value(value: float) -> str:
    """Return a metric in at most nine characters."""
    return f'{value:.5f}' if 1e-3 <= abs(value) < 1e3 or value == 0 else f'{value:.2e}'


def format_seconds(seconds: float) -> str:
    """Return a duration: ``12.3s`` or ``4m05s``."""
    minutes, rest = divmod(int(seconds), 60)
    return f'{minutes}m{rest:02d}s' if minutes else f'{seconds:.1f}s'


@in_words('EpyNN.report')
def model_report(model: Network) -> None:
    """Show the metrics of the epochs so far, at most about ten of them."""
    if not model.is_first:
        return
    columns = [values for lists in model.metrics.values() for values in lists]
    done = max(map(len, [*columns, model.batch_loss]))
    if not done:
        write_line(f'{model.name}: no epoch so far. Call train() or evaluate().')
        return
    known = [e for e in range(done) if is_evaluated(model, e)]
    report = TrainingReport(model, every=1 if len(known) == done else 0)
    shown = known or range(done)
    step = max(1, len(shown) // 10)
    for i, e in enumerate(shown):
        if i % step == 0 or i + 1 == len(shown):
            report.row(e, timed=False)
