"""What is refused before a network learns: layers, labels and functions that make no sense."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.activation import BoundActivation
from epynn.commons.arguments import describe
from epynn.commons.composite import require_composites
from epynn.commons.errors import (
    ArgumentError,
    ArgumentTypeError,
    EpynnError,
    LabelError,
    LayerError,
    ShapeError,
)
from epynn.commons.loss import CCE, MSLE, Hinge, takes_labels, takes_shares
from epynn.commons.maths import softmax
from epynn.commons.models import Layer, require_state, walk_layers
from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.network.models import EpyNN


def check_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Refuse layers that make no network, and return them as a list."""
    if isinstance(layers, (str, Layer)) or not isinstance(layers, Sequence):
        raise ArgumentTypeError(
            'EpyNN.layers',
            'a list of layers',
            describe(layers),
            'Write layers=[Embedding(...), ...].',
        )
    for number, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            remedy = 'Add parentheses.' if isinstance(layer, type) else 'Pass Layer objects.'
            raise LayerError(f'EpyNN.layers[{number}]', 'a layer', describe(layer), remedy)
        require_state(layer)
        if hasattr(layer, 'training_batches') != (number == 0):
            raise LayerError(
                'EpyNN.layers', 'an Embedding as the first layer and nowhere else',
                f'{layer.name} as layer {number}', 'Start the list by Embedding(X_data, Y_data).',
            )  # fmt: skip
    if len(layers) < 2:
        raise LayerError(
            'EpyNN.layers', 'an Embedding and a layer after it', f'only {len(layers)}',
            'For example EpyNN([Embedding(X_data, Y_data), Dense()]).',
        )  # fmt: skip
    inside = list(walk_layers(layers))
    if len({id(layer) for layer in inside}) < len(inside):
        raise LayerError(
            'EpyNN.layers', 'each layer once', 'the same object twice', 'Make a second layer.'
        )
    return list(layers)


def check_network(model: 'EpyNN') -> None:
    """Refuse a network whose layers changed to what makes none since it was constructed."""
    model.layers = check_layers(model.layers)
    require_composites(model.layers)
    if model.embedding is not model.layers[0]:
        raise LayerError(
            'EpyNN.embedding', 'the first of model.layers', 'another Embedding',
            'Make a new network: EpyNN([Embedding(X, Y), *model.layers[1:]]).',
        )  # fmt: skip


def check_dtype(dtype: Any) -> np.dtype[Any]:
    """Return float32 or float64 as a dtype, and refuse others."""
    choices = {str(choice): choice for choice in (np.dtype(np.float32), np.dtype(np.float64))}
    try:
        return choices[str(np.dtype(dtype))]
    except (KeyError, TypeError):
        raise ArgumentError(
            'EpyNN.initialize(dtype)', 'float32 or float64', describe(dtype), "Write 'float32'."
        ) from None


@contextmanager
def naming(number: int) -> Iterator[None]:
    """Add the number of the layer to what an error says: ``Dense, layer 3``."""
    try:
        yield
    except EpynnError as error:
        raise numbered(error, number) from None


def numbered(error: EpynnError, number: int) -> EpynnError:
    """Return the error of a layer, with the layer's number."""
    named = type(error)(f'{error.where}, layer {number}', error.expected, error.got, error.remedy)
    return named.with_traceback(error.__traceback__)


def check_array(layer: Layer, method: str, array: Any, shape: tuple[int, ...]) -> Array:
    """Return what a pass of a layer returned, if it is an array whose shape begins as it has to."""
    got = getattr(array, 'shape', None)
    if got is None or got[: len(shape)] != shape:
        beginning = f'({", ".join(map(str, shape))}, ...)' if method == 'forward' else f'{shape}'
        raise LayerError(
            f'{layer.name}.{method}', f'an array of shape {beginning} to be returned',
            describe(array), 'Return A (or dX, going backward) for every sample.',
        )  # fmt: skip
    return array  # type: ignore[no-any-return]


def check_labels(model: 'EpyNN', Y: Array | None, A: Array) -> None:
    """Refuse labels that do not fit the output of the network or its loss."""
    where = 'Embedding.Y_data'
    if Y is None:
        raise LabelError(where, 'labels to learn from', 'none', 'Pass Y_data to the Embedding.')
    assert model.training_loss is not None
    output = model.layers[-1].name
    labels = np.concatenate([dset.Y for dset in model.embedding.dsets])
    if A.ndim != 2:
        raise LabelError(
            where, 'a network whose output has 2 axes (m, u)', f'{output} with {A.ndim} {A.shape}',
            'End the network by Flatten() and Dense(units).',
        )  # fmt: skip
    if takes_labels(model.training_loss):
        check_integer_labels(model, A)
    elif Y.shape != A.shape:
        raise LabelError(
            where, f'one column for each of the {A.shape[1]} units of the output layer {output}',
            f'labels of shape {Y.shape}',
            f'Give {output} as many units as the labels have columns, or encode class labels into '
            'columns by Embedding(Y_encode=True).',
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
    elif model.training_loss is CCE and A.shape[1] > 1:
        sums = labels.sum(axis=1)
        wrong = np.flatnonzero(np.abs(sums - 1) > 1e-3)
        if wrong.size:
            raise LabelError(
                where, 'labels whose columns add up to 1, as CCE is about one class',
                f'{sums[wrong[0]]:g} in sample {wrong[0]}',
                'Where several classes may hold at once, take sigmoid and loss="BCE".',
            )  # fmt: skip


def check_outputs(model: 'EpyNN', A: Array) -> None:
    """Refuse outputs that are no probabilities where the loss takes some, or have no choice."""
    layer, loss = model.layers[-1], model.training_loss
    assert loss is not None
    activate = getattr(layer, 'activate', None)
    if A.shape[1] == 1 and isinstance(activate, BoundActivation) and activate.function is softmax:
        raise LayerError(
            f'{layer.name}.units', 'at least 2 units with softmax', '1, whose output is always 1',
            'Take sigmoid for yes or no, or two units and Embedding(Y_encode=True).',
        )  # fmt: skip
    probabilities = loss is not Hinge and (takes_labels(loss) or takes_shares(loss))
    if probabilities and (A.min() < 0 or A.max() > 1):
        raise LayerError(
            f'{layer.name}.activate', f'outputs from 0 to 1, which {loss.__name__} is made for',
            f'outputs from {A.min():.3g} to {A.max():.3g}',
            'Take sigmoid with BCE, softmax with CCE and ICCE.',
        )  # fmt: skip


def check_integer_labels(model: 'EpyNN', A: Array) -> None:
    """Refuse labels that are not the number of an output, one a sample."""
    u = A.shape[1]
    for dset in model.embedding.dsets:
        Y = dset.Y
        wrong = Y[~np.isin(Y, np.arange(u))] if Y.shape[1] == 1 else Y
        if wrong.size:
            raise LabelError(
                'Embedding.Y_data', f'one label a sample, a whole number from 0 to {u - 1}, as '
                f'{model.layers[-1].name} has {u} units', f'{wrong[0]}',
                'Number the classes from 0, or encode them by Embedding(Y_encode=True) for CCE.',
            )  # fmt: skip


def check_loss(model: 'EpyNN', Y: Array, A: Array) -> None:
    """Refuse a loss that does not return numbers of the shape that it has to."""
    loss = model.training_loss
    assert loss is not None
    with np.errstate(all='ignore'):  # whether they are finite is for training to see
        losses, gradient = loss(Y, A), loss(Y, A, deriv=True)
    for given, shape, what in (
        (losses, A.shape[:1], 'f(Y, A): one number a sample'),
        (gradient, A.shape, 'f(Y, A, deriv=True): one for each output'),
    ):
        if np.shape(given) != shape or np.asarray(given).dtype.kind not in 'fiub':
            raise ShapeError(
                f'loss {loss.__name__}', f'an array of shape {shape} from {what}', describe(given),
                'Return the loss of each sample, not their mean.',
            )  # fmt: skip


def check_metrics(model: 'EpyNN', Y: Array, A: Array) -> None:
    """Refuse metrics that cannot be computed of such labels and outputs."""
    with np.errstate(all='ignore'):
        for name, function in model.metrics_functions.items():
            if function is not model.training_loss:  # which was checked
                check_metric(name, function(Y, A))


def check_metric(name: str, value: Any) -> float:
    """Return what a metric returned as one number, the mean of those of samples."""
    numbers = np.asarray(value)
    if numbers.dtype.kind not in 'fiub':
        raise ArgumentTypeError(
            f'metrics {name}', 'a number from f(Y, A)', describe(value), 'Return a float.'
        )
    return float(numbers.mean() if numbers.ndim else numbers)
