"""Numbers that have to be finite: what happens when a loss, a gradient or a parameter is NaN."""

from typing import Any

import numpy as np

from epynn.commons.data_source import name_batch
from epynn.commons.errors import TrainingError
from epynn.commons.optimize.optimizer import trained_layers
from epynn.commons.rows import take_rows
from epynn.kernels.arrays import is_finite, ndarray
from epynn.network.state import Network
from epynn.network.undo import updates_are_ours

REMEDY = (
    'The parameters are those of the step before. Choose a smaller learning_rate, or limit the '
    'gradients: optimizer={}(clip_norm=1).'
)


def is_finite_moment(moment: Any) -> bool:
    """Return whether what an optimizer remembers is finite, where it is a number or an array."""
    numbers = isinstance(moment, (np.ndarray, np.floating, float))
    return not numbers or is_finite(np.asarray(moment))


def require_finite(x: ndarray, expected: str, what: str) -> None:
    """Refuse outputs or a loss that are not finite."""
    x = np.asarray(x)
    if not is_finite(x):
        raise TrainingError(
            f'EpyNN.{what}', expected, f'{x[~np.isfinite(x)][0]}',
            'Numbers grew too large. Choose a smaller learning_rate, or scale the data by '
            'X_scale=True, and initialize again.',
        )  # fmt: skip


def require_finite_loss(
    model: Network, Y: ndarray, A: ndarray, mask: ndarray | None = None
) -> ndarray:
    """Return the loss of each sample, or of each real step; stop if it or an output is not finite.

    The error names the layer where it began.
    """
    assert model.training_loss is not None
    if is_finite(A):
        Y, A = take_rows(Y, mask), take_rows(A, mask)
        loss = np.asarray(model.training_loss(Y, A))
        if is_finite(loss):
            return loss
    for number, layer in enumerate(model.layers):
        output = layer.fc.get('A')
        if output is not None and not is_finite(output):
            raise refuse(model, number, 'outputs', output, 'A')
    raise refuse(model, len(model.layers) - 1, 'a finite loss', model.training_loss(Y, A), 'loss')


def require_finite_gradients(model: Network) -> None:
    """Stop a step whose gradients are not finite, and name the layer where it began."""
    for number, layer in reversed(list(enumerate(model.layers))):
        for leaf in trained_layers([layer]):
            for name, g in leaf.g.items():
                if not is_finite(g):
                    raise refuse(model, number, 'gradients', g, name)


def shows_in_parameters(model: Network) -> bool:
    """Return whether a gradient that is not finite makes a parameter so: one check then does.

    The updates of the library do. One that cuts gradients off, or takes their signs, may not.
    """
    return updates_are_ours(model) and model.optimizer.clip_value is None


def require_finite_parameters(model: Network) -> None:
    """Stop a step that took parameters beyond the range of their data type, or gradients did.

    So does one that took there what the optimizer remembers, such as a sum of squares: divided by
    infinity, all steps to come would be 0.
    """
    for number, layer in enumerate(model.layers):
        for leaf in trained_layers([layer]):
            for name, p in leaf.p.items():
                if not is_finite(p):
                    require_finite_gradients(model)
                    raise refuse(model, number, 'parameters', p, name)
                for symbol, moment in leaf.moments.get(name, {}).items():
                    if not is_finite_moment(moment):
                        require_finite_gradients(model)
                        what = 'moments of the optimizer'
                        raise refuse(model, number, what, moment, f'{symbol} of {name}')


def refuse(model: Network, number: int, what: str, x: ndarray, name: str) -> TrainingError:
    """Return the error to raise."""
    e, batch = model.progress
    x = np.asarray(x)
    return TrainingError(
        f'{model.layers[number].name}, layer {number}',
        f'{what if what.startswith("a ") else "finite " + what} in epoch {e}, '
        f'{name_batch(model.embedding, batch + 1)}',
        f'{x[~np.isfinite(x)][0]} in {name}',
        REMEDY.format(type(model.optimizer).__name__),
    )
