"""The Solver: trains any model that has ``params`` and ``loss(X, y)``."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from epynn.commons.arguments import as_int, function_named
from epynn.commons.logs import process_logs
from epynn.coursework.cs231n.optim import adam, rmsprop, sgd, sgd_momentum
from epynn.coursework.cs231n.params import read_settings
from epynn.kernels.arrays import ndarray

__all__ = ['Solver']

UpdateRule = Callable[[ndarray, ndarray, dict[str, Any]], tuple[ndarray, dict[str, Any]]]


class Model(Protocol):
    """What the Solver asks of a model."""

    params: dict[str, ndarray]

    def loss(self, X: ndarray, y: ndarray | None = None) -> Any:
        """Return the scores, or with labels the loss and its gradients."""


class Solver:
    """Train a model on batches, and keep the parameters of its best epoch.

    Parameters
    ----------
    model : object
        With the dict ``params``, and ``loss(X, y)`` that returns ``(loss, grads)``, ``loss(X)`` the
        scores; such as :class:`FullyConnectedNet`.
    data : dict of array
        ``X_train``, ``y_train``, ``X_val``, ``y_val``.
    update_rule : str or function, optional
        ``'sgd'``, ``'sgd_momentum'``, ``'rmsprop'``, ``'adam'``, or ``f(w, dw, config)``.
    optim_config : dict, optional
        Settings of the rule, copied for each parameter: ``{'learning_rate': 1e-3}``.
    lr_decay : float, optional
        Factor of the learning rate after each epoch.
    batch_size : int, optional
        Samples a batch, drawn with replacement by ``np.random.choice`` as the course has it.
    num_epochs : int, optional
        Number of epochs, of ``max(1, N // batch_size)`` batches each.
    num_train_samples, num_val_samples : int or None, optional
        Samples, drawn anew each time, to tell the accuracy from; None for all of them.
    print_every : int, optional
        Iterations from one line about the loss to the next.
    verbose : bool, optional
        False for no lines at all.

    Attributes
    ----------
    loss_history : list of float
        The loss of each batch.
    train_acc_history, val_acc_history : list of float
        The accuracies, from the first iteration on and after each epoch.
    best_val_acc : float
        The highest of them; ``best_params`` are the parameters that reached it, which the model has
        when training ends.
    """

    def __init__(
        self,
        model: Model,
        data: Mapping[str, ndarray],
        *,
        update_rule: str | UpdateRule = 'sgd',
        optim_config: Mapping[str, Any] | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        print_every: int = 10,
        verbose: bool = True,
    ) -> None:
        rules = {rule.__name__: rule for rule in (sgd, sgd_momentum, rmsprop, adam)}
        self.model = model
        self.X_train, self.y_train, self.X_val, self.y_val = read_settings(
            data, 'data', 'X_train', 'y_train', 'X_val', 'y_val'
        )
        self.update_rule: UpdateRule = function_named('update_rule', rules, update_rule)
        self.lr_decay = lr_decay
        self.batch_size = as_int(batch_size, 'batch_size')
        self.num_epochs = as_int(num_epochs, 'num_epochs', minimum=0)
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.print_every = as_int(print_every, 'print_every')
        self.verbose = verbose

        self.epoch = 0
        self.best_val_acc = 0.0
        self.best_params: dict[str, ndarray] = {}
        self.loss_history: list[float] = []
        self.train_acc_history: list[float] = []
        self.val_acc_history: list[float] = []
        self.optim_configs = {name: dict(optim_config or {}) for name in model.params}

    def train(self) -> None:
        """Train for the number of epochs; the model ends with the parameters of the best one."""
        per_epoch = max(1, len(self.X_train) // self.batch_size)
        iterations = self.num_epochs * per_epoch
        for t in range(1, iterations + 1):
            self._step()
            if (t - 1) % self.print_every == 0:
                self._tell(f'(Iteration {t} / {iterations}) loss: {self.loss_history[-1]:f}')
            end_of_epoch = t % per_epoch == 0
            if end_of_epoch:
                self.epoch += 1
                for config in self.optim_configs.values():
                    config['learning_rate'] *= self.lr_decay
            if end_of_epoch or t == 1:
                self._keep_best()
        if self.best_params:
            self.model.params = self.best_params

    def check_accuracy(
        self, X: ndarray, y: ndarray, num_samples: int | None = None, batch_size: int = 100
    ) -> float:
        """Return the share of samples, from 0 to 1, whose highest score is that of their label.

        Where there are more than `num_samples`, that many are drawn; the model is given
        `batch_size` at a time.
        """
        if num_samples is not None and len(X) > num_samples:
            drawn = np.random.choice(len(X), num_samples)  # noqa: NPY002  the course's seeds
            X, y = X[drawn], y[drawn]
        starts = range(0, len(X), batch_size)
        scores = [self.model.loss(X[start : start + batch_size]) for start in starts]
        return float(np.mean(np.concatenate(scores).argmax(axis=1) == y))

    def _step(self) -> None:
        """Update all parameters from the gradients of one batch."""
        drawn = np.random.choice(len(self.X_train), self.batch_size)  # noqa: NPY002  likewise
        loss, grads = self.model.loss(self.X_train[drawn], self.y_train[drawn])
        self.loss_history.append(float(loss))
        for name, w in self.model.params.items():
            moved = self.update_rule(w, grads[name], self.optim_configs[name])
            self.model.params[name], self.optim_configs[name] = moved

    def _keep_best(self) -> None:
        """Tell the accuracies, and keep a copy of the parameters if they are the best so far."""
        train = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
        val = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
        self.train_acc_history.append(train)
        self.val_acc_history.append(val)
        progress = f'(Epoch {self.epoch} / {self.num_epochs})'
        self._tell(f'{progress} train acc: {train:f}; val_acc: {val:f}')
        if val > self.best_val_acc:
            self.best_val_acc = val
            self.best_params = {name: w.copy() for name, w in self.model.params.items()}

    def _tell(self, msg: str) -> None:
        """Show a line, unless the Solver is silent."""
        if self.verbose:
            process_logs(msg)
