"""Callbacks by which an estimator follows the training of its network."""

from collections.abc import Callable
from typing import Any

from epynn.network.callbacks import Callback, EarlyStopping
from epynn.network.state import Network


class BestScore(EarlyStopping):
    """Stop when the score of samples that were held out has not got better for a while.

    The network gets the parameters of the best epoch back.

    Parameters
    ----------
    score : function
        ``f(model)``, more is better.
    patience, min_delta
        As for :class:`EarlyStopping`.
    """

    def __init__(self, score: Callable[[Network], float], patience: int, min_delta: float) -> None:
        super().__init__(patience=patience, min_delta=min_delta, mode='max')
        self.score = score
        self.scores: list[float] = []

    def column(self, model: Network) -> str:
        """Return the words for what is watched."""
        return 'validation score'

    def look(self, model: Network) -> bool:
        """Compute the score of the epoch that is complete: whether it is the best."""
        self.scores.append(self.score(model))
        self.seen = model.e + 1
        better = self.best_epoch is None or self.scores[-1] > self.best + self.min_delta
        if better:
            self.best, self.best_epoch = self.scores[-1], model.e
        return better


class Tasks(Callback):
    """Tell the callbacks of scikit-learn of each epoch, as a task of ``fit``.

    Parameters
    ----------
    estimator : estimator
        The one that is fitted.
    context : CallbackContext
        Its root.
    data : dict
        What they are told of the data: ``X``, ``y``, ``metadata``.
    attributes : function
        ``f(model)``, the attributes that make a fitted estimator of this moment.
    """

    def __init__(
        self,
        estimator: Any,
        context: Any,
        data: dict[str, Any],
        attributes: Callable[[Network], dict[str, Any]],
    ) -> None:
        self.context, self.attributes = context, attributes
        self.told = {'estimator': estimator, **data}

    def on_epoch_begin(self, model: Network) -> None:
        """Begin a task."""
        self.task = self.context.subcontext(task_name='epoch')
        self.task.call_on_fit_task_begin(**self.told)

    def on_epoch_end(self, model: Network) -> None:
        """End it; any of the callbacks may end training."""
        made = {'reconstruction_attributes': lambda: self.attributes(model)}
        if self.task.call_on_fit_task_end(**self.told, **made):
            model.stop('a callback of scikit-learn says so')
