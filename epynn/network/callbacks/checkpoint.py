"""The callback that writes the network to a file while it trains."""

from pathlib import Path
from typing import Any

from epynn.commons.arguments import as_flag, as_int, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.paths import as_path
from epynn.network.callbacks.monitored import Monitored
from epynn.network.history import epoch_row
from epynn.network.state import Network


class Checkpoint(Monitored):
    """Write the network to a file after epochs, by :meth:`EpyNN.write`.

    Parameters
    ----------
    path : str
        The file; one that exists is replaced. With columns of ``model.history`` in braces, there is
        a file for each epoch: ``'digits-{epoch:03d}-{val_loss:.3f}.safetensors'``.
    every : int, default 1
        Write after every so many epochs.
    best : bool, default False
        Write only an epoch that is better than all before it.
    monitor, mode : str, optional
        Which value has to be better, as in :class:`EarlyStopping`.
    resume : bool, default False
        Write the training under way too, so that another process can go on with it to the bit.
    """

    of_first_rank = True

    def __init__(
        self,
        path: str | Path,
        every: int = 1,
        best: bool = False,
        monitor: str = 'loss',
        mode: str = 'auto',
        resume: bool = False,
    ) -> None:
        self.path = str(as_path(path, 'Checkpoint.path'))
        self.every = as_int(every, 'Checkpoint.every')
        self.only_best = as_flag(best, 'Checkpoint.best')
        self.resume = as_flag(resume, 'Checkpoint.resume')
        super().__init__(monitor, mode, min_delta=0.0)

    def on_train_begin(self, model: Network) -> None:
        """See that the file can have that name."""
        if self.only_best:
            super().on_train_begin(model)
        self.name(epoch_row(model, 0))

    def on_epoch_end(self, model: Network) -> None:
        """Write the network, if this epoch is one to keep."""
        due = (model.e + 1) % self.every == 0
        if due and (not self.only_best or self.look(model)):
            model.write(self.name(epoch_row(model, model.e)), resume=self.resume)

    def name(self, row: dict[str, Any]) -> str:
        """Return the name of the file for an epoch."""
        try:
            return self.path.format(**row)
        except (KeyError, ValueError, IndexError, TypeError, AttributeError):
            raise ArgumentError(
                'Checkpoint.path', f'columns of the history in braces: {", ".join(row)}',
                describe(self.path), "For example 'run-{epoch:03d}.safetensors'.",
            ) from None  # fmt: skip
