"""Whether labels, loss and the outputs of the network fit each other."""

from collections.abc import Sequence

import numpy as np

from epynn.commons.errors import LabelError, LayerError
from epynn.commons.loss import (
    MAE,
    MSE,
    MSLE,
    Hinge,
    Huber,
    takes_labels,
    takes_one_class,
    takes_probabilities,
    takes_shares,
)
from epynn.commons.maths import softmax
from epynn.commons.models import Layer, dataSet
from epynn.kernels.arrays import ndarray
from epynn.network.state import Network

LOSSES_OF_AMOUNTS = (MSE, MAE, MSLE)
"""Losses of outputs that come close to the targets themselves, as Huber."""

ROUNDING = 1e-6
"""How far a target that was scaled may lie out of range."""


WHERE, LEARNED = 'Embedding.Y_data', 'Embedding.from_batches, Y'
"""Labels to learn from, in the words of the user: all of them, or those of a batch."""


def check_labels(
    model: Network,
    Y: ndarray | None,
    A: ndarray,
    dsets: Sequence[dataSet] | None = None,
    where: str = WHERE,
) -> None:
    """Refuse labels that do not fit the output of the network or its loss.

    Of a batch, labels `Y` and outputs `A` say whether the shapes fit; the numbers of all labels are
    looked at, of the sets of the Embedding or of `dsets`, which the user gave as `where`.
    """
    if Y is None:
        raise LabelError(where, 'labels to learn from', 'none', 'Pass Y_data to the Embedding.')
    assert model.training_loss is not None
    output = model.layers[-1].output_layer().name
    if dsets is None:
        dsets = model.embedding.dsets
    labels = np.concatenate([dset.rows(dset.Y) for dset in dsets])
    check_steps(Y, A, output, where)
    if takes_labels(model.training_loss):
        check_integer_labels(model, A, dsets, where)
    elif Y.shape != A.shape:
        raise LabelError(
            where, f'one column for each of the {A.shape[-1]} units of the output layer {output}',
            f'labels of shape {Y.shape}', fitting_output(model, Y.shape[-1]),
        )  # fmt: skip
    elif takes_shares(model.training_loss) and (labels.min() < 0 or labels.max() > 1):
        raise LabelError(
            where, f'labels from 0 to 1, as {model.training_loss.__name__} takes probabilities',
            f'labels from {labels.min()} to {labels.max()}',
            'Encode class labels by Embedding(Y_encode=True), or choose loss="MSE".',
        )  # fmt: skip
    elif model.training_loss is MSLE and labels.min() <= -1:
        raise LabelError(
            where, 'labels above -1, as MSLE takes the logarithm of 1 + Y',
            f'labels from {labels.min()}', 'Shift the labels, or choose loss="MSE".',
        )  # fmt: skip
    elif takes_one_class(model.training_loss) and A.shape[-1] > 1:
        sums = labels.sum(axis=1)
        wrong = np.flatnonzero(np.abs(sums - 1) > 1e-3)
        if wrong.size:
            raise LabelError(
                where, f'labels whose columns add up to 1, as {model.training_loss.__name__} is '
                'about one class',
                f'{sums[wrong[0]]:g} in {"sample" if Y.ndim == 2 else "real step"} {wrong[0]}',
                'Where several classes may hold at once, take sigmoid and loss="BCE".',
            )  # fmt: skip
    elif where in (WHERE, LEARNED) and (  # others may be a little beyond
        model.training_loss in LOSSES_OF_AMOUNTS or isinstance(model.training_loss, Huber)
    ):
        check_reach(model, labels, where)


def check_steps(Y: ndarray, A: ndarray, output: str, where: str) -> None:
    """Refuse labels of samples with outputs of steps, or the other way round, or of other steps."""
    if A.ndim == 2 and Y.ndim == 3:
        raise LabelError(
            where, 'a network that answers at each step, (m, s, u), as each has a label',
            f'{output} with 2 axes {A.shape}', 'Give recurrent layers sequences=True, and end the '
            'network by TimeDistributed(Dense(units)).',
        )  # fmt: skip
    if A.ndim == 3 and Y.shape == A.shape[:2]:
        raise LabelError(
            where, f'a label for each step, as {output} answers at each, {A.shape}',
            f'labels of shape {Y.shape}, which may be one a step, or columns',
            'If they are one a step, write Embedding(..., per_step=True). For columns end the '
            'network by Flatten() and Dense(units).',
        )  # fmt: skip
    if A.ndim not in (2, 3) or Y.ndim < A.ndim:
        raise LabelError(
            where, 'a network whose output has 2 axes (m, u), as labels are of samples',
            f'{output} with {A.ndim} {A.shape}',
            'End the network by a layer that gives its last state, or by Flatten() and '
            'Dense(units).' if A.ndim == 3 else 'End the network by Flatten() and Dense(units).',
        )  # fmt: skip
    if A.ndim == 3 and Y.shape[1] != A.shape[1]:
        raise LabelError(
            where, f'labels for the {A.shape[1]} steps of the output of {output}, {A.shape}',
            f'labels of shape {Y.shape}', 'Keep all steps, by strides 1 and padding="same"; or '
            'give labels for those that are left.',
        )  # fmt: skip


def fitting_output(model: Network, columns: int) -> str:
    """Return what to do where the outputs have more or fewer columns than the labels."""
    output = model.layers[-1].output_layer()
    units = f'{columns} unit' if columns == 1 else f'{columns} units'
    remedy = f'Give {output.name} {units}'
    if not output.draws_parameters():
        remedy = f'End the network by a layer of {units}, Dense({columns})'
    if model.embedding.classes is not None:
        classes = '1 class' if columns == 1 else f'{columns} classes'
        return f'{remedy}, as the labels are of {classes}.'
    if columns == 1:
        remedy += ', or encode class labels into columns by Embedding(Y_encode=True)'
    return f'{remedy}.'


def check_reach(model: Network, labels: ndarray, where: str) -> None:
    """Refuse targets that the last activation cannot come close to, whatever is learned."""
    layer, bounds = output_range(model)
    low, high = bounds or (-np.inf, np.inf)
    if labels.min() < low - ROUNDING or labels.max() > high + ROUNDING:
        raise LabelError(
            where,
            f'targets {reach(low, high)}, as {said_by(layer)} gives no others',
            f'targets from {labels.min():g} to {labels.max() + 0:g}',
            'For amounts take identity as the last activation, or scale them; encode class labels '
            'by Embedding(Y_encode=True).',
        )  # fmt: skip


def output_range(model: Network) -> tuple[Layer, tuple[float, float] | None]:
    """Return the layer that computes the outputs, and the range of its numbers if it is known."""
    layer = model.layers[-1]
    for layer in reversed(model.layers[1:]):
        if not (layer.moves_only and layer.has_passes_of('moves_only', 'forward')):
            break
    layer = layer.output_layer()
    return layer, layer.output_range() if layer.has_passes_of('output_range', 'forward') else None


def said_by(layer: Layer) -> str:
    """Return the words for what bounds the numbers of a layer: its activation, or all of it."""
    function = layer.activation.get('activate')
    return f'{function} of {layer.name}' if function else layer.name


def reach(low: float, high: float) -> str:
    """Return the words for a range: ``from 0 to 1``, ``of at least 0``, ``of any size``."""
    if high < np.inf:
        return f'from {low:.3g} to {high:.3g}'
    return f'of at least {low:.3g}' if low > -np.inf else 'of any size'


def check_outputs(model: Network, A: ndarray) -> None:
    """Refuse outputs that are no probabilities where the loss takes some, or have no choice.

    Where the activation is known, so is what it can give. Otherwise outputs of a batch tell.
    """
    layer, bounds = output_range(model)
    loss, activation = model.training_loss, model.layers[-1].output_layer().last_activation()
    assert loss is not None
    where = f'{layer.name}.activate'
    if A.shape[1] == 1 and activation is not None and activation.function is softmax:
        raise LayerError(
            f'{layer.name}.units', 'at least 2 units with softmax', '1, whose output is always 1',
            'Take sigmoid for yes or no, or two units and Embedding(Y_encode=True).',
        )  # fmt: skip
    by = f'{layer.activation["activate"]}, ' if bounds and 'activate' in layer.activation else ''
    low, high = bounds or (A.min(), A.max())
    if loss is Hinge and bounds and not low <= -1 < 1 <= high:
        raise LayerError(
            where, 'outputs on both sides of 0, by 1 and more, which Hinge is made for',
            f'{by}outputs {reach(low, high)}', 'Take identity; or, for probabilities, loss="BCE".',
        )  # fmt: skip
    if not takes_probabilities(loss):
        return
    if low < 0 or high > 1:
        raise LayerError(
            where, f'outputs from 0 to 1, which {loss.__name__} is made for',
            f'{by}outputs {reach(low, high)}', 'Take sigmoid with BCE, softmax with CCE and ICCE.',
        )  # fmt: skip
    sums = A.sum(axis=1)
    by_itself = activation is not None and activation.is_bundled and activation.is_elementwise
    if takes_one_class(loss) and (by_itself or np.abs(sums - 1).max() > 1e-3):
        remedy = 'Take softmax; or, where several classes may hold at once, loss="BCE".'
        if A.shape[1] == 1:
            remedy = 'For yes or no by one unit take loss="BCE".'
        raise LayerError(
            where, f'outputs that sum to 1, which {loss.__name__} is made for',
            f'{by}each output by itself' if by_itself else f'sums {reach(sums.min(), sums.max())}',
            remedy,
        )  # fmt: skip


def check_integer_labels(model: Network, A: ndarray, dsets: Sequence[dataSet], where: str) -> None:
    """Refuse labels that are not the number of an output, one a sample."""
    u = A.shape[-1]
    for dset in dsets:
        Y = dset.rows(dset.Y)
        wrong = Y[~np.isin(Y, np.arange(u))] if Y.shape[1] == 1 else Y
        if wrong.size:
            remedy = 'Number the classes from 0, or take Embedding(Y_encode=True) and loss="CCE".'
            if Y.shape[1] > 1:
                remedy = 'Labels in columns are for loss="CCE".'
            raise LabelError(
                where, f'one label a sample, a whole number from 0 to {u - 1}, as '
                f'{model.layers[-1].output_layer().name} has {u} units', f'{wrong[0]}', remedy,
            )  # fmt: skip
