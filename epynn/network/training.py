"""The training loop."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from epynn.commons.arguments import as_int
from epynn.commons.calls import in_words
from epynn.commons.logs import process_logs, progress_bar, write_line
from epynn.commons.memory import enough_memory, keep_memory
from epynn.commons.models import dataSet, walk_layers
from epynn.commons.optimize.optimizer import trained_layers
from epynn.commons.rows import take_weights
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.backward import loss_gradient
from epynn.network.callbacks.callback import Callback
from epynn.network.callbacks.hooks import Hooks, as_callbacks
from epynn.network.carrying import begin_anew, carried_by_rank
from epynn.network.finiteness import (
    require_finite_gradients,
    require_finite_loss,
    require_finite_parameters,
    shows_in_parameters,
)
from epynn.network.history import Tally, close_epoch, skip_evaluation
from epynn.network.label_checks import LEARNED, check_labels
from epynn.network.learning_rates import follows_losses, move_to, schedule_rates
from epynn.network.ownership import AtWork, require_data, require_ownership
from epynn.network.report import TrainingReport, choose_step, report_initialization
from epynn.network.sample_weights import sample_weights
from epynn.network.state import Network
from epynn.network.stopping import describe_stop, is_stopped
from epynn.network.undo import all_or_nothing

EXAMPLE = 'model.train(epochs=10); data are given to the Embedding.'
SMALLER = 'The step was not taken. Choose a smaller batch_size in the Embedding.'


@in_words('EpyNN.train', f'Write {EXAMPLE}')
def model_train(
    model: Network,
    epochs: int | None = None,
    verbose: int | None = None,
    init_logs: bool = True,
    *,
    until: int | None = None,
    callbacks: Callback | Iterable[Callback] = (),
    every: int = 1,
    parallel: Any = None,
) -> None:
    """Train for some epochs; a second call goes on where the first one ended.

    Each epoch shuffles the training samples, takes one step a batch, then computes every metric
    on every set. Layers that carry state carry it from batch to batch, and begin anew with each
    epoch.

    Training may be stopped at any moment, as by Ctrl-C, or by :meth:`stop`. Each step is taken
    whole or not at all, metrics are those of whole epochs, and the next call goes on with the next
    batch, as if nothing had been.

    The last column of the table is the time since this call began.

    Parameters
    ----------
    epochs : int, optional
        Epochs to add, though none beyond `until`. It may be left out where that is given.
    verbose : int, optional
        Show a row of the table every so many epochs, by default a tenth of those to come. 0 or
        False to show nothing at all.
    init_logs : bool, optional
        Show the tables of data sets, labels and hyper-parameters first.
    until : int, optional
        Epochs in all, those of earlier calls included, that schedules of the learning rate reckon
        with. One call ``train(until=50)``, ``train(1, until=50)`` in a loop, and another call after
        an interrupt give the same numbers, to the bit. None for those so far and `epochs`.
    callbacks : Callback or sequence of Callback, optional
        What hears of each epoch and batch, such as ``EarlyStopping()``, in this order.
    every : int, optional
        Compute the metrics every so many epochs, and after the last; 0 for after the last alone. In
        the others they are not a number. The mean loss of the batches, which costs nothing, then
        stands beside them.
    parallel : mpi4py communicator or True, optional
        The ranks that share the training, each in a process of its own that runs this same line:
        ``MPI.COMM_WORLD``, or True for that. See :mod:`epynn.parallel`.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If `epochs`, or `until` in its place, is not a whole number of at least 1, or another
        argument is not one of those above.
    CallbackError
        If a callback raised an error, unless that is one of this library: then it is that one.
    TrainingError
        If an output, the loss, a gradient or a parameter is no longer a finite number. The step is
        not taken.
    OutOfMemoryError
        If a batch is too large for the memory. The step is not taken.
    """
    if until is not None:
        until = as_int(until, 'EpyNN.train(until)')
    if epochs is not None or until is None:
        epochs = as_int(epochs, 'EpyNN.train(epochs)', remedy=f'Pass an int: {EXAMPLE}')
    if verbose is not None:
        verbose = int(verbose) if isinstance(verbose, bool) else verbose
        verbose = as_int(verbose, 'EpyNN.train(verbose)', minimum=0)
    every = as_int(every, 'EpyNN.train(every)', minimum=0)
    told = as_callbacks(callbacks)
    ranks = model.as_ranks(parallel)
    silent = verbose == 0 or not ranks.is_first
    if not model.initialized:
        model.initialize(verbose=not silent)
    require_data(model, 'train')
    model.is_first = ranks.is_first
    with ranks.training(model, epochs=epochs, until=until, every=every):
        hooks = Hooks(told, silent, ranks.is_first)
        train_epochs(model, epochs, until, every, hooks, verbose, init_logs)


def train_epochs(
    model: Network,
    epochs: int | None,
    until: int | None,
    every: int,
    hooks: Hooks,
    verbose: int | None,
    init_logs: bool,
) -> None:
    """Train for epochs, as :func:`model_train` was asked to."""
    silent = hooks.silent
    keep_memory()
    first = model.epochs
    if model.progress[0] != first:
        model.progress = first, -1
    horizon = until or first + (epochs or 0)
    last = horizon if epochs is None else min(first + epochs, horizon)
    unfinished = model.interrupted is not None and model.interrupted.unfinished
    if first >= last and not unfinished:
        if not silent:
            process_logs(f'{model.name}: until={until} asks for no more than {first} epochs.')
        return
    hooks.go_on(model)
    try:
        model.stopped = '' if model.interrupted is None else model.interrupted.stopped
        model.callbacks, model.interrupted = hooks.callbacks, None
        model.epochs = max(first, horizon)
        schedule_rates(model, done=first)
        if init_logs and not silent:
            report_initialization(model)
        adaptive = follows_losses(model)
        report = TrainingReport(model, every, verbose or choose_step(last - first, every))
        bar = progress_bar(last, first, model.name, silent)
        with (
            AtWork(model.owner), BlasOnOneThread(), bar as advance, hooks.training(model),
        ):  # fmt: skip
            hooks.catch_up(model)
            for e in () if is_stopped(model) else range(first, last):
                train_epoch(model, e, hooks, adaptive, every)
                if not silent and report.is_due(e, last):
                    report.row(e)
                if is_stopped(model):
                    break
                advance()
            if model.stopped and not silent:
                write_line(describe_stop(model))
    finally:
        close_training(model)


def close_training(model: Network) -> None:
    """Count the epochs that are complete, and keep their metrics."""
    done = model.progress[0]
    model.epochs = done
    move_to(model, max(done - 1, 0))
    columns = [values for lists in model.metrics.values() for values in lists]
    for values in (*columns, model.batch_loss, model.seconds):
        del values[done:]


def train_epoch(model: Network, e: int, hooks: Hooks, adaptive: bool, every: int) -> None:
    """Shuffle, take one step a batch, and compute the metrics if they are due.

    ``model.progress``, the epoch and the batches of it that are learned (-1 before the shuffle),
    moves on at once with what it counts. An epoch that was interrupted goes on from there. With
    `adaptive`, the rate of the next epoch depends on the losses so far. Callbacks are told outside
    of what is undone, when ``model.progress`` has moved.
    """
    move_to(model, e)
    model.tally = model.tally.go_on()
    if model.progress[1] < 0:
        hooks.tell('on_epoch_begin', model)
        with all_or_nothing(model):
            model.embedding.training_batches()
            begin_anew(walk_layers(model.layers))
            model.tally = Tally().go_on()
            model.progress = e, 0
    for batch in model.ranks.share(model.embedding.batch_dtrain[model.progress[1] :]):
        if is_stopped(model):
            return
        hooks.tell('on_batch_begin', model)
        with all_or_nothing(model), enough_memory('EpyNN.train', 'memory for a batch', SMALLER):
            train_step(model, batch)
            model.progress = e, model.progress[1] + 1
        hooks.tell('on_batch_end', model)
    due = e + 1 == model.epochs or (every and (e + 1) % every == 0)
    if due and model.embedding.dsets:
        model.evaluate()
    else:
        skip_evaluation(model)
    close_epoch(model, e)
    if adaptive and e + 1 < model.epochs:
        schedule_rates(model, done=e + 1, stop=e + 2)
    model.progress = e + 1, -1
    hooks.tell('on_epoch_end', model)


def train_step(model: Network, batch: dataSet) -> None:
    """Learn from one batch: forward, loss, backward, and only then the update."""
    assert batch.Y is not None
    # NumPy need not warn: numbers that are not finite stop the step
    with np.errstate(all='ignore'):
        # (1) Forward: outputs of the network
        with carried_by_rank(model, len(batch.X)):
            A = model.forward(batch.X, training=True, mask=batch.mask)
        if model.embedding.batch_function is not None and len(A):  # nobody looked at them before
            check_labels(model, batch.Y, A, [batch], LEARNED)
        loss = require_finite_loss(model, batch.Y, A, batch.mask)

        # (2) Loss: its gradient with respect to the outputs
        w = sample_weights(model, batch)
        dA, dZ = loss_gradient(model, batch.Y, A, w, batch.mask)

        # (3) Backward: gradients of all parameters
        model.backward(dA, dZ)
        weighted = loss if w is None else loss * take_weights(w, A.shape, batch.mask)
        totals = model.ranks.add_gradients(trained_layers(model.layers), weighted.sum(), len(loss))
        if not shows_in_parameters(model):
            require_finite_gradients(model)

        # (4) Update: all parameters, from the same pass
        model.update_parameters()
        require_finite_parameters(model)
    model.tally = model.tally.add(float(totals[0]), int(totals[1]))


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
