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
    before; one from the first epoch begins the file anew.

    Parameters
    ----------
    path : str
        The file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(as_path(path, 'CSVLogger.path'))

    def on_train_begin(self, model: Network) -> None:
        """Begin the file, or see that this training goes on with it."""
        header = ','.join(epoch_row(model, 0))
        if model.progress[0] == 0 or not Path(self.path).is_file():
            self.write('w', header.split(','))
            return
        with open(self.path, encoding='utf-8', newline='') as file:
            before = file.readline().strip()
        if before != header:
            raise ArgumentError(
                'CSVLogger.path', f'a file with the columns {header}', f'{before[:200]!r}',
                'Choose another file: this one is of another training.',
            )  # fmt: skip

    def on_epoch_end(self, model: Network) -> None:
        """Add a line."""
        values = epoch_row(model, model.e).values()
        self.write('a', ['' if math.isnan(value) else repr(value) for value in values])

    def write(self, mode: str, cells: list[str]) -> None:
        """Write a line; the file is open no longer than that, and nothing is lost."""
        try:
            with open(self.path, mode, encoding='utf-8', newline='') as file:
                csv.writer(file, lineterminator='\n').writerow(cells)
        except OSError as error:
            raise ArgumentError(
                'CSVLogger.path', 'a file that can be written', f'{self.path} ({error.strerror})',
                'Check the name, and that its folder exists.',
            ) from error  # fmt: skip
