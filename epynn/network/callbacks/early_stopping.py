"""The callback that ends a training which no longer gets better, and keeps the best."""

import numpy as np

from epynn.commons.arguments import as_flag, as_int
from epynn.commons.errors import StateError
from epynn.commons.logs import write_line
from epynn.commons.models import Layer, walk_layers
from epynn.kernels.arrays import ndarray
from epynn.network.callbacks.monitored import Monitored
from epynn.network.state import Network
from epynn.network.undo import all_or_nothing


class EarlyStopping(Monitored):
    """End training when a value has not got better for a while, with the best parameters.

    An epoch is better where its value is below the best so far (above it, where more is better) by
    more than `min_delta`.

    Parameters
    ----------
    monitor : str, default 'loss'
        ``'loss'`` or the name of a metric: of the validation set, of the training set where there
        is none. Or a column of ``model.history``.
    patience : int, default 10
        Training stops after so many epochs in a row that are not better. Epochs that are not
        evaluated do not count.
    min_delta : float, default 0
        What a better value has to be better by.
    restore_best : bool, default True
        When training ends, give the network back the parameters, and running statistics, of the
        best epoch; also where it was not stopped early. Not where training can go on as if it had
        not ended: after an error, Ctrl-C or a stop for another reason, or before the epoch that
        ``train(until=)`` names. :meth:`put_best` does it there.
    mode : str, default 'auto'
        ``'min'`` or ``'max'``, for a metric of your own: which of them is better.

    Attributes
    ----------
    best, best_epoch : float, int or None
        The best value, and its epoch.
    waited : int
        How many epochs in a row were not better.
    why : str
        Why it stopped the training; empty if it did not.

    Notes
    -----
    One that was used before goes on where it was, if that was with this network; with another, or
    after ``initialize``, it begins anew. What the optimizer remembers stays that of the last step.

    References
    ----------
    Prechelt, 1998. Early stopping - but when? The criterion UP in steps of an epoch. EarlyStopping
    of Keras, with ``restore_best_weights``.
    """

    remembers = (*Monitored.remembers, 'waited', 'weights', 'why')

    def __init__(
        self,
        monitor: str = 'loss',
        patience: int = 10,
        min_delta: float = 0.0,
        restore_best: bool = True,
        mode: str = 'auto',
    ) -> None:
        self.patience = as_int(patience, 'EarlyStopping.patience')
        self.restore_best = as_flag(restore_best, 'EarlyStopping.restore_best')
        super().__init__(monitor, mode, min_delta)

    def forget(self) -> None:
        """Begin anew."""
        super().forget()
        self.waited = 0
        self.weights: list[ndarray] = []
        self.why = ''

    def on_epoch_end(self, model: Network) -> None:
        """Keep what is best, and stop where nothing gets better."""
        better = self.look(model)
        if better is None:
            return
        self.waited = 0 if better else self.waited + 1
        if better and self.restore_best:
            self.weights = copy_weights(model)
        self.why = ''
        if self.waited >= self.patience:
            epochs = 'epoch' if self.waited == 1 else f'{self.waited} epochs'
            self.why = (
                f'{self.column(model)} not better in the last {epochs} than {self.best:.5g} in '
                f'epoch {self.best_epoch}'
            )
            model.stop(self.why)

    def on_train_end(self, model: Network) -> None:
        """Give back the best parameters, if this is the end."""
        done = model.progress[0]
        stopped = self.why and model.stopped == self.why
        if self.restore_best and self.weights and (stopped or done >= model.epochs):
            self.put_best(model)

    def put_best(self, model: Network) -> None:
        """Give the network the parameters, and running statistics, of the best epoch.

        Raises
        ------
        StateError
            If there are none: no epoch was evaluated, or `restore_best` is False.
        """
        if not self.weights:
            raise StateError(
                'EarlyStopping.put_best', 'parameters of a best epoch', 'none',
                'Train with restore_best=True, and with epochs that are evaluated.',
            )  # fmt: skip
        put_weights(model, self.weights)
        if not self.silent:
            write_line(f'Parameters are those of epoch {self.best_epoch}, the best one.')


def copy_weights(model: Network) -> list[ndarray]:
    """Return copies of all parameters and running statistics, in the order of the layers."""
    return [
        array.copy() for leaf in leaves(model) for array in [*leaf.p.values(), *leaf.s.values()]
    ]


def put_weights(model: Network, weights: list[ndarray]) -> None:
    """Give the layers parameters and statistics that were copied: all of them, or none."""
    shapes = [array.shape for array in copy_weights(model)]
    if [np.shape(array) for array in weights] != shapes:
        raise StateError(
            'EarlyStopping', 'parameters and statistics like those of the network',
            'others, of another network', 'Make a new EarlyStopping().',
        )  # fmt: skip
    arrays = iter(weights)
    with all_or_nothing(model):
        for leaf in leaves(model):
            leaf.p = {name: next(arrays).copy() for name in leaf.p}
            leaf.s = {name: next(arrays).copy() for name in leaf.s}


def leaves(model: Network) -> list[Layer]:
    """Return the layers that hold parameters themselves, not in layers inside them."""
    return [layer for layer in walk_layers(model.layers) if not layer.children()]
