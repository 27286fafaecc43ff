"""The training loop."""

import numpy as np

from epynn.commons.arguments import as_int
from epynn.commons.logs import progress_bar
from epynn.commons.memory import enough_memory, keep_memory
from epynn.commons.models import dataSet
from epynn.commons.names import in_words
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.backward import loss_gradient
from epynn.network.finiteness import (
    require_finite_gradients,
    require_finite_loss,
    require_finite_parameters,
    shows_in_parameters,
)
from epynn.network.learning_rates import follows_losses, schedule_rates
from epynn.network.ownership import AtWork, require_data, require_ownership
from epynn.network.report import TrainingReport, report_initialization
from epynn.network.sample_weights import sample_weights
from epynn.network.state import Network
from epynn.network.undo import all_or_nothing

EXAMPLE = 'model.train(epochs=10); data are given to the Embedding.'
SMALLER = 'The step was not taken. Choose a smaller batch_size in the Embedding.'


@in_words('EpyNN.train', f'Write {EXAMPLE}')
def model_train(
    model: Network,
    epochs: int,
    verbose: int | None = None,
    init_logs: bool = True,
) -> None:
    """Train for some epochs; a second call goes on where the first one ended.

    Each epoch shuffles the training samples, takes one step a batch, then computes every metric
    on every set.

    Training may be stopped at any moment, as by Ctrl-C. Each step is taken whole or not at all,
    metrics are those of whole epochs, and the next call goes on with the next batch, as if nothing
    had been.

    The last column of the table is the time since this call began.

    Parameters
    ----------
    epochs : int
        Epochs to add.
    verbose : int, optional
        Show a row of the table every so many epochs, by default a tenth of `epochs`. 0 or False to
        show nothing at all.
    init_logs : bool, optional
        Show the tables of data sets, labels and hyper-parameters first.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If `epochs` is not a whole number of at least 1.
    TrainingError
        If an output, the loss, a gradient or a parameter is no longer a finite number. The step is
        not taken.
    OutOfMemoryError
        If a batch is too large for the memory. The step is not taken.
    """
    epochs = as_int(epochs, 'EpyNN.train(epochs)', remedy=f'Pass an int: {EXAMPLE}')
    step = max(1, epochs // 10)
    if verbose is not None:
        verbose = int(verbose) if isinstance(verbose, bool) else verbose
        step = as_int(verbose, 'EpyNN.train(verbose)', minimum=0)
    silent = step == 0
    if not model.initialized:
        model.initialize(verbose=not silent)
    require_data(model, 'train')
    keep_memory()
    first = model.epochs
    if model.progress[0] != first:
        model.progress = first, -1
    try:
        model.epochs = first + epochs
        schedule_rates(model, done=first)
        if init_logs and not silent:
            report_initialization(model)
        adaptive = follows_losses(model)
        report = TrainingReport(model)
        bar = progress_bar(model.epochs, first, model.name, silent)
        with AtWork(model.owner), BlasOnOneThread(), bar as advance:
            for e in range(first, model.epochs):
                train_epoch(model, e, adaptive)
                if not silent and (e % step == 0 or e + 1 == model.epochs):
                    report.row(e)
                advance()
    finally:
        close_training(model)


def close_training(model: Network) -> None:
    """Count the epochs that are complete, and keep their metrics."""
    done = model.progress[0]
    model.e, model.epochs = max(done - 1, 0), done
    for layer in model.layers:
        layer.e = model.e
    for lists in model.metrics.values():
        for values in lists:
            del values[done:]


def train_epoch(model: Network, e: int, adaptive: bool) -> None:
    """Shuffle, take one step a batch, and compute the metrics.

    ``model.progress``, the epoch and the batches of it that are learned (-1 before the shuffle),
    moves on at once with what it counts. An epoch that was interrupted goes on from there. With
    `adaptive`, the rate of the next epoch depends on the losses so far.
    """
    model.e = e
    for layer in model.layers:
        layer.e = e
    if model.progress[1] < 0:
        with all_or_nothing(model):
            model.embedding.training_batches()
            model.progress = e, 0
    for batch in model.embedding.batch_dtrain[model.progress[1] :]:
        with all_or_nothing(model), enough_memory('EpyNN.train', 'memory for a batch', SMALLER):
            train_step(model, batch)
            model.progress = e, model.progress[1] + 1
    model.evaluate()
    if adaptive and e + 1 < model.epochs:
        schedule_rates(model, done=e + 1, stop=e + 2)
    model.progress = e + 1, -1


def train_step(model: Network, batch: dataSet) -> None:
    """Learn from one batch: forward, loss, backward, and only then the update."""
    assert batch.Y is not None
    # NumPy need not warn: numbers that are not finite stop the step
    with np.errstate(all='ignore'):
        # (1) Forward: outputs of the network
        A = model.forward(batch.X, training=True)
        require_finite_loss(model, batch.Y, A)

        # (2) Loss: its gradient with respect to the outputs
        dA, dZ = loss_gradient(model, batch.Y, A, sample_weights(model, batch))

        # (3) Backward: gradients of all parameters
        model.backward(dA, dZ)
        if not shows_in_parameters(model):
            require_finite_gradients(model)

        # (4) Update: all parameters, from the same pass
        model.update_parameters()
        require_finite_parameters(model)


@in_words('EpyNN.update_parameters', 'Write model.update_parameters().')
def model_update_parameters(model: Network) -> None:
    """Take a step: every layer moves its parameters by the gradients of the last backward pass.

    Gradients are limited first where the optimizer says so. The learning rate of a layer is
    ``layer.lrate[layer.e]``, that of the current epoch.

    Raises
    ------
    StateError
        If a layer belongs to another network.
    """
    require_ownership(model, 'update_parameters')
    model.optimizer.clip(model.layers)
    for layer in model.layers:
        layer.update_parameters()
