"""The end of a training before its time, by ``model.stop('why')``."""

from epynn.commons.arguments import describe
from epynn.commons.calls import in_words
from epynn.commons.data_source import name_batch
from epynn.commons.errors import ArgumentTypeError, StateError
from epynn.network.state import Network


@in_words('EpyNN.stop', "Write model.stop('why').")
def model_stop(model: Network, why: str = 'model.stop() was called') -> None:
    """End the training under way after the batch under way.

    For callbacks, or another thread. After the last batch of an epoch its metrics are computed
    first, if they are due. The next ``train`` goes on with the next batch, as if nothing had been.

    Parameters
    ----------
    why : str, optional
        The reason; it stands below the table, and in ``model.stopped``. The first one counts.

    Raises
    ------
    StateError
        If the network is not training.
    """
    if not isinstance(why, str) or not why:
        raise ArgumentTypeError(
            'EpyNN.stop(why)', 'a reason in words', describe(why), "For example 'time is up'."
        )
    if not model.owner.busy:
        raise StateError(
            'EpyNN.stop', 'a training under way', 'none',
            'Call it from a callback, or from another thread while train() runs.',
        )  # fmt: skip
    model.stopped = model.stopped or why


def is_stopped(model: Network) -> bool:
    """Return whether training is to end, on this rank or another."""
    why = model.ranks.agree(model.stopped)
    if why:
        model.stopped = why
    return bool(why)


def describe_stop(model: Network) -> str:
    """Return where and why training stopped."""
    done, step = model.progress
    where = f'after epoch {done - 1}' if done else 'before the first epoch'
    if step >= 0:
        where = f'in epoch {done}, after {name_batch(model.embedding, step)}'
    return f'Stopped {where}: {model.stopped}.'
