"""The callback that shows how far a long epoch is."""

from contextlib import ExitStack

from epynn.commons.data_source import count_batches
from epynn.commons.logs import progress_bar
from epynn.network.callbacks.callback import Callback
from epynn.network.state import Network


class BatchBar(Callback):
    """Show a progress bar for the batches of each epoch, below that of the epochs.

    In terminals and notebooks only, and not where ``train(verbose=0)`` shows nothing.
    """

    def on_batch_begin(self, model: Network) -> None:
        """Show the bar."""
        if '_bar' not in vars(self):
            total = count_batches(model.embedding) or None
            label, step = f'epoch {model.e}', model.progress[1]
            self._bar = ExitStack()
            shown = progress_bar(total, step, label, self.silent, unit='batch')
            self._advance = self._bar.enter_context(shown)

    def on_batch_end(self, model: Network) -> None:
        """One more batch; the first after an interrupt may have begun before it."""
        if '_bar' in vars(self):
            self._advance()

    def on_epoch_end(self, model: Network) -> None:
        """Take the bar away."""
        self.on_train_end(model)

    def on_train_end(self, model: Network) -> None:
        """Take the bar away, in the middle of an epoch."""
        bar = vars(self).pop('_bar', None)
        if bar is not None:
            bar.close()
