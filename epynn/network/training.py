"""The training loop."""

from typing import TYPE_CHECKING

from epynn.commons.arguments import as_int
from epynn.commons.logs import progress_bar
from epynn.commons.models import dataSet, walk_layers
from epynn.network.backward import loss_gradient
from epynn.network.evaluate import require_data
from epynn.network.hyperparameters import follows_losses, schedule_rates
from epynn.network.report import TrainingReport, report_initialization
from epynn.network.weights import sample_weights

if TYPE_CHECKING:
    from epynn.network.models import EpyNN


def model_train(
    model: 'EpyNN', epochs: int, verbose: int | None = None, init_logs: bool = True
) -> None:
    """Train for some epochs; a second call goes on where the first one ended.

    Each epoch shuffles the training samples, takes one step a batch, then computes every metric
    on every set.

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
    """
    epochs = as_int(epochs, 'EpyNN.train(epochs)')
    step = max(1, epochs // 10) if verbose is None else as_int(int(verbose), 'verbose', minimum=0)
    silent = step == 0
    if not model.initialized:
        model.initialize(verbose=not silent)
    require_data(model, 'train')
    first = model.e + 1 if model.epochs else 0
    model.epochs = first + epochs
    schedule_rates(model, done=first)
    if init_logs and not silent:
        report_initialization(model)

    report, done = TrainingReport(model), first
    try:
        with progress_bar(model.epochs, first, model.name, silent) as bar:
            for e in range(first, model.epochs):
                train_epoch(model, e)
                done = e + 1
                if not silent and (e % step == 0 or done == model.epochs):
                    report.row(e)
                bar.update()
    finally:  # an epoch that was interrupted counts as not begun
        model.e, model.epochs = max(done - 1, 0), done


def train_epoch(model: 'EpyNN', e: int) -> None:
    """Shuffle, take one step a batch, and compute the metrics."""
    model.e = e
    for layer in walk_layers(model.layers):
        layer.e = e
    model.embedding.training_batches()
    for batch in model.embedding.batch_dtrain:
        train_step(model, batch)
    model.evaluate()
    if follows_losses(model):
        schedule_rates(model, done=e + 1)


def train_step(model: 'EpyNN', batch: dataSet) -> None:
    """Learn from one batch: forward, loss, backward, and only then the update."""
    # (1) Forward: outputs of the network
    A = model.forward(batch.X, training=True)

    # (2) Loss: its gradient with respect to the outputs
    assert batch.Y is not None
    dA, dZ = loss_gradient(model, batch.Y, A, sample_weights(model, batch))

    # (3) Backward: gradients of all parameters
    model.backward(dA, dZ)

    # (4) Update: all parameters, from the same pass
    model.optimizer.clip(model.layers)
    for layer in model.layers:
        layer.update_parameters()
