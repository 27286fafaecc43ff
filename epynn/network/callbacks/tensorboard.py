"""The callback that writes what came of each epoch for TensorBoard."""

import math
from importlib import import_module
from pathlib import Path
from typing import Any

from epynn.commons.errors import MissingExtraError
from epynn.commons.paths import as_path
from epynn.network.callbacks.callback import Callback
from epynn.network.history import epoch_row
from epynn.network.state import Network

WRITERS = ('tensorboardX', 'torch.utils.tensorboard')
"""Modules that have a SummaryWriter."""


class TensorBoard(Callback):
    """Write the columns of the history for TensorBoard, one value an epoch.

    ``train_loss`` and ``val_loss`` are the curves ``loss/train`` and ``loss/val``, side by side.

    Parameters
    ----------
    folder : str
        Folder for its files; ``tensorboard --logdir folder`` shows them.

    Raises
    ------
    MissingExtraError
        If no writer is installed: neither tensorboardX nor torch with tensorboard.
    """

    of_first_rank = True

    def __init__(self, folder: str | Path) -> None:
        self.folder = str(as_path(folder, 'TensorBoard.folder'))
        import_writer()

    def on_train_begin(self, model: Network) -> None:
        """Open the files; epochs that are computed anew take the place of those of before."""
        self._writer: Any = import_writer()(self.folder, purge_step=model.progress[0])

    def on_epoch_end(self, model: Network) -> None:
        """Write the values that were computed."""
        row = epoch_row(model, model.e)
        for column, value in row.items():
            begin, _, rest = column.partition('_')
            name = f'{rest}/{begin}' if rest in ('loss', *model.metrics) else column
            if column != 'epoch' and not math.isnan(value):
                self._writer.add_scalar(name, value, row['epoch'])
        self._writer.flush()

    def on_train_end(self, model: Network) -> None:
        """Close the files."""
        writer = vars(self).pop('_writer', None)
        if writer is not None:
            writer.close()


def import_writer() -> Any:
    """Return the class that writes for TensorBoard, or say how to install one."""
    for name in WRITERS:
        try:
            return import_module(name).SummaryWriter
        except ImportError:
            continue
    raise MissingExtraError(
        'TensorBoard', 'a SummaryWriter, of tensorboardX or of torch with tensorboard', 'none',
        'Install one: python -m pip install tensorboardX',
    )  # fmt: skip
