"""The callback that writes what came of each epoch to a table in a file."""

import csv
import math
from pathlib import Path

from epynn.commons.errors import ArgumentError
from epynn.commons.paths import as_path
from epynn.network.callbacks.callback import Callback
from epynn.network.history import epoch_row
from epynn.network.state import Network


class CSVLogger(Callback):
    """Write a line an epoch to a file of comma-separated values, with the columns of the history.

    Values that were not computed are left empty. A training that goes on adds its lines to those of
    before, less those of epochs that it computes anew because it goes on from an older file; one
    from the first epoch begins the table anew.

    Parameters
    ----------
    path : str
        The file.

    Attributes
    ----------
    epochs : int or None
        How many epochs are in it; None before the training begins.
    """

    remembers = ('epochs',)
    of_first_rank = True

    def __init__(self, path: str | Path) -> None:
        self.path = str(as_path(path, 'CSVLogger.path'))
        self.epochs: int | None = None

    def on_train_begin(self, model: Network) -> None:
        """Begin the table, or see that this training goes on with it."""
        header, file = list(epoch_row(model, 0)), Path(self.path)
        text = file.read_text('utf-8') if model.progress[0] and file.is_file() else ''
        if not text:
            self.write('w', [header])
            self.epochs = 0
            return
        before, *rows = csv.reader(text.splitlines())
        if before != header:
            raise ArgumentError(
                'CSVLogger.path', f'a file with the columns {",".join(header)}',
                f'{",".join(before)[:200]!r}',
                'Choose another file: this one is of another training.',
            )  # fmt: skip
        self.epochs = model.progress[0] if self.epochs is None else self.epochs
        whole = rows if text.endswith('\n') else rows[:-1]
        kept = [row for row in whole if int(row[0]) < self.epochs]
        if kept != rows:
            self.write('w', [header, *kept])

    def on_epoch_end(self, model: Network) -> None:
        """Add a line."""
        values = epoch_row(model, model.e).values()
        self.write('a', [['' if math.isnan(value) else repr(value) for value in values]])
        self.epochs = model.e + 1

    def write(self, mode: str, rows: list[list[str]]) -> None:
        """Write lines; the file is open no longer than that, and nothing is lost."""
        try:
            with open(self.path, mode, encoding='utf-8', newline='') as file:
                csv.writer(file, lineterminator='\n').writerows(rows)
        except OSError as error:
            raise ArgumentError(
                'CSVLogger.path', 'a file that can be written', f'{self.path} ({error.strerror})',
                'Check the name, and that its folder exists.',
            ) from error  # fmt: skip
