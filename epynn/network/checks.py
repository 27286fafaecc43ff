"""What is refused before a network learns: layers, a data type or a loss that make no sense."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.data_source import as_data_source
from epynn.commons.errors import ArgumentError, LayerError, ShapeError
from epynn.commons.models import Layer, as_layers, walk_layers
from epynn.commons.strays import require_composites
from epynn.kernels.arrays import ndarray
from epynn.network.state import Network


def check_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Refuse layers that make no network, and return them as a list."""
    found = as_layers(
        layers, 'EpyNN.layers', 'a list of layers', 'Write layers=[Embedding(...), ...].'
    )
    for number, layer in enumerate(found):
        if layer.holds_data != (number == 0):
            raise LayerError(
                'EpyNN.layers', 'an Embedding as the first layer and nowhere else',
                f'{layer.name} as layer {number}', 'Start the list by Embedding(X_data, Y_data).',
            )  # fmt: skip
    if len(found) < 2:
        raise LayerError(
            'EpyNN.layers', 'an Embedding and a layer after it', f'only {len(found)}',
            'For example EpyNN([Embedding(X_data, Y_data), Dense()]).',
        )  # fmt: skip
    for layer in walk_layers(found):
        check_activations(layer)
    return found


def check_activations(layer: Layer) -> None:
    """Refuse a function that was put in the place of an activation by hand."""
    for argument in layer.activation:
        activate = getattr(layer, argument)
        if not isinstance(activate, BoundActivation):
            raise LayerError(
                f'{layer.name}.{argument}', 'an activation with its hyper-parameters',
                describe(activate), f'Write layer.set_activations({argument}=...).',
            )  # fmt: skip


def check_network(model: Network) -> None:
    """Refuse a network whose layers were changed, since it was made, so that they make none."""
    model.layers = check_layers(model.layers)
    require_composites(model.layers)
    if model.embedding is not as_data_source(model.layers[0]):
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


def check_loss(model: Network, Y: ndarray, A: ndarray) -> None:
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
