"""The base of callbacks: what hears of a training, and may keep a state of its own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentError
from epynn.commons.foreign import CALLBACK
from epynn.commons.names import Named
from epynn.network.state import Network


class Callback(Named):
    """Hears of the beginning and the end of a training, an epoch, a batch.

    A class of your own defines any of the six methods; those that it does not define cost nothing.
    ``model.train(10, callbacks=[MyCallback()])`` calls them, each callback in its turn, in the
    order of the list. They may read all of the network, write it to a file, and end the training by
    ``model.stop('why')``. They run between two steps: whatever they raise, the network is whole.

    Attributes
    ----------
    remembers : tuple of str
        Names of the attributes that are its state: numbers, strings, None, arrays, and lists and
        dictionaries of these. A class of your own gives them in its body. Attributes whose names
        begin with ``_`` are not copied with it.
    silent : bool
        Whether this training shows nothing.
    of_first_rank : bool
        Whether of ranks that share a training the first one alone calls it, as what writes a file.
        A class of your own says so in its body. Others are called on all ranks, and do the same on
        each.

    Examples
    --------
    >>> class Count(Callback):
    ...     remembers = ('batches',)
    ...
    ...     def __init__(self):
    ...         self.batches = 0
    ...
    ...     def on_batch_end(self, model):
    ...         self.batches += 1
    """

    elsewhere = CALLBACK
    remembers: ClassVar[tuple[str, ...]] = ()
    silent = False
    of_first_rank: ClassVar[bool] = False

    def on_train_begin(self, model: Network) -> None:
        """Before a call of ``train``, which may go on with what was interrupted."""

    def on_train_end(self, model: Network) -> None:
        """After it: all epochs are done, or it was stopped, or an error or Ctrl-C ends it.

        ``model.stopped`` is the reason, if there was one; ``model.progress[0]`` is the number of
        epochs that are complete, and ``model.epochs`` that of those asked for.
        """

    def on_epoch_begin(self, model: Network) -> None:
        """Before epoch ``model.e``, but not before the rest of one that was interrupted."""

    def on_epoch_end(self, model: Network) -> None:
        """After epoch ``model.e``, with its metrics if they were due."""

    def on_batch_begin(self, model: Network) -> None:
        """Before a batch: number ``model.progress[1]`` of the epoch."""

    def on_batch_end(self, model: Network) -> None:
        """After a batch; ``model.tally.mean()`` is the loss of those of this epoch so far."""

    def state(self) -> dict[str, Any]:
        """Return what it remembers, by name."""
        return {name: getattr(self, name) for name in self.remembers}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state that :meth:`state` returned, of this callback or of one like it.

        Raises
        ------
        ArgumentError
            If it has other names than those this callback remembers.
        """
        if not isinstance(state, Mapping) or set(state) != set(self.remembers):
            raise ArgumentError(
                f'{type(self).__name__}.restore(state)',
                f'a dict of {", ".join(self.remembers) or "nothing"}',
                f'one of {", ".join(map(str, state))}' if isinstance(state, Mapping)
                else describe(state),
                'Pass what state() of such a callback returned.',
            )  # fmt: skip
        for name in self.remembers:
            setattr(self, name, state[name])

    def __getstate__(self) -> dict[str, Any]:
        """Leave out of copies what belongs to this process, such as an open file."""
        return {name: value for name, value in vars(self).items() if not name.startswith('_')}
