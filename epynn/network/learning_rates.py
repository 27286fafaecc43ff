"""Learning rates: each layer has a list, one rate an epoch, from its schedule."""

import math

from epynn.commons.models import walk_layers
from epynn.commons.schedule import schedule_functions, schedule_named
from epynn.network.hyperparameters import layer_hyperparameters
from epynn.network.state import Network


def schedule_rates(model: Network, done: int = 0, stop: int | None = None) -> None:
    """Give every layer its learning rates, one an epoch over all epochs asked for so far.

    Rates of the `done` epochs stay, and their losses are shown to the schedules; new ones end
    before `stop`, if there is one. The work grows with the epochs whose rates are new.
    """
    epochs = max(model.epochs, 1)
    losses = reported_losses(model)
    if len(losses) > done:
        losses = losses[:done]
    for layer in walk_layers(model.layers):
        asked = range(min(done, len(layer.lrate)), epochs if stop is None else stop)
        hPars = {
            **layer_hyperparameters(model, layer),
            'epochs': epochs, 'asked': asked, 'losses': losses, 'gaps': True,
            'memory': model.schedule_memory,
        }  # fmt: skip
        rates = schedule_functions(hPars['schedule'], hPars)
        if stop is None:
            layer.lrate[asked.start :] = rates
        else:
            layer.lrate[asked.start : asked.stop] = rates


def move_to(model: Network, e: int) -> None:
    """Let the network and its layers be in epoch `e`, and take the learning rate of that one."""
    model.e = e
    for layer in model.layers:
        layer.e = e


def reported_losses(model: Network) -> list[float]:
    """Return the loss of each epoch: of the validation set if it has one for each.

    Where the training batches come from a stream it is their mean loss, if there is no such set.
    It is not a number in an epoch that was not evaluated.
    """
    assert model.training_loss is not None
    if model.embedding.batch_function is not None and not model.embedding.dval.active:
        return model.batch_loss
    dtrain, dval, _ = model.metrics[model.training_loss.__name__]
    gaps = (math.isnan(loss) for loss in dtrain)
    complete = dval and not any(
        math.isnan(loss) and not gap for loss, gap in zip(dval, gaps, strict=False)
    )
    return dval if complete else dtrain


def first_rate(model: Network, e: int) -> float:
    """Return the rate in an epoch of the first layer that learns; 0 where none does."""
    rates = (layer.lrate for layer in model.layers if layer.trainable)
    rate = next(rates, [])
    return rate[e] if e < len(rate) else 0.0


def follows_losses(model: Network) -> bool:
    """Return whether a schedule depends on how the loss falls."""
    schedules = (
        schedule_named(layer_hyperparameters(model, layer)['schedule'])
        for layer in walk_layers(model.layers)
    )
    return any(getattr(schedule, 'follows_losses', False) for schedule in schedules)
