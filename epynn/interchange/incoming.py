"""Networks made of layers that come from elsewhere, with their parameters: checked, and ready."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError, EpynnError, ShapeError
from epynn.commons.loss import BCE, CCE, MSE
from epynn.commons.maths import sigmoid, softmax
from epynn.commons.models import Layer, walk_layers
from epynn.commons.targets import AMOUNTS
from epynn.embedding.models import Embedding
from epynn.files.continuing import adopt, what_is_known
from epynn.files.rehearsal import rehearse_twin
from epynn.kernels.arrays import is_finite
from epynn.network.checks import check_dtype
from epynn.network.hints import list_settings
from epynn.network.hyperparameters import default_hyperparameters, give_settings
from epynn.network.learning_rates import schedule_rates
from epynn.network.models import EpyNN
from epynn.network.ownership import collect_layers, take_layers
from epynn.network.reported_metrics import DEFAULT_METRICS, collect_metrics
from epynn.network.summary import describe_layer


def as_network(
    layers: Sequence[Layer],
    shape: tuple[int, ...],
    where: str,
    name: str,
    data: Embedding | None = None,
    dtype: Any = np.float64,
    known: Embedding | None = None,
) -> EpyNN:
    """Return a network of layers that have their parameters already.

    It predicts. With data it waits for ``initialize(loss=..., params=False)``, and then trains on.
    No sample passes through: sizes that a file makes up take no memory.

    Parameters
    ----------
    layers : sequence of Layer
        All but the Embedding, outside of other networks.
    shape : tuple of int
        That of one sample.
    where : str
        Whose layers they are, for errors: ``'from_torch'``.
    name : str
        Name of the network.
    data : Embedding, optional
        Data to train on.
    dtype : data type, optional
        ``float64`` or ``float32``, for the parameters and all that is computed.
    known : Embedding, optional
        One without data that has the tokens, labels and scale that the network learned.

    Raises
    ------
    ArgumentTypeError, DataError, LabelError, ShapeError
        If parameters do not fit the layers, or layers each other, or data the network.
    """
    embedding = Embedding() if known is None else known
    model = EpyNN([embedding, *layers], name)
    model.dtype = check_dtype(dtype)
    output = layers[-1].output_layer().last_activation()
    pairs = {softmax: CCE, sigmoid: BCE}
    model.training_loss = MSE if output is None else pairs.get(output.function, MSE)
    model.se_hPars = {**model.se_hPars, **default_hyperparameters()}
    model.metrics_functions = collect_metrics(model, DEFAULT_METRICS)
    model.metrics = {each: [[], [], []] for each in model.metrics_functions}
    take_layers(model)
    give_settings(model)
    schedule_rates(model)
    for number, layer in enumerate(model.layers):
        model.network[number], shape = size_layer(layer, shape, f'{where}, layer {number}')
    if len(shape) > 2:
        embedding.targets = AMOUNTS  # nobody decides of images
    # Of all settings it was trained with, what it learned of the data is known alone
    settings = list_settings(model)
    model.owner.settings = {key: settings[key] for key in ('tokens', 'labels', 'scale')}
    if data is None:
        model.prepared = collect_layers(model)
    else:
        give_data(model, data, where)
    model.initialized = True
    return model


def size_layer(
    layer: Layer, shape: tuple[int, ...], where: str
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Tell a layer and those inside what input they have; return their row, and the output."""
    try:
        layer.cast_parameters()
        twin = layer.twin()
        for seen in walk_layers([twin]):
            if seen.draws_parameters() and not seen.children():
                vars(seen)['initialize_parameters'] = partial(require_none, seen)
        shape = rehearse_twin(twin, shape)
        for inner, seen in zip(walk_layers([layer]), walk_layers([twin]), strict=True):
            sample = np.zeros((), inner.dtype)
            inner.compute_shapes(np.broadcast_to(sample, (1, *seen.fs['X'][1:])))
            if not inner.children():
                check_arrays(inner)
                inner.p = {name: inner.p[name] for name in inner.ps if name in inner.p}
    except EpynnError as error:
        raise type(error)(
            f'{where}, {error.where}', error.expected, error.got, error.remedy
        ) from None
    except (ValueError, ArithmeticError, LookupError, MemoryError) as error:
        raise DataError(
            f'{where}, {layer.name}', 'sizes, parameters and statistics that make sense',
            f'others ({type(error).__name__}: {str(error)[:200]})', 'Find a copy.',
        ) from error  # fmt: skip
    return as_of_one_sample(describe_layer(twin)), shape


def require_none(layer: Layer) -> None:
    """Refuse to draw parameters in the place of those that a layer lacks."""
    if layer.ps:
        raise DataError(
            layer.name, 'a layer that has its parameters', 'one without', 'Give it its p.'
        )


def check_arrays(layer: Layer) -> None:
    """Refuse parameters or statistics other than those that a layer has, or not finite ones."""
    placed = {**layer.p, **layer.s}
    shapes = {name: array.shape for name, array in placed.items()}
    expected = dict(layer.ps) if layer.draws_parameters() else {}
    if shapes != expected:
        raise ShapeError(
            layer.name, f'parameters of shapes {expected}', f'{shapes}',
            'Give each its transpose, or other sizes to the layer.',
        )  # fmt: skip
    for name, array in placed.items():
        if not is_finite(array):
            raise DataError(
                f'{layer.name}, {name}', 'finite numbers', 'NaN or infinity', 'Find a copy.'
            )


def as_of_one_sample(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a layer that an empty batch passed, as if that had been one sample."""
    row['dimensions']['m'] = 1
    for way in ('forward', 'backward'):
        row[way] = {
            name: (1, *shape[1:]) if shape[:1] == (0,) else shape
            for name, shape in row[way].items()
        }
    row['layers'] = [as_of_one_sample(inner) for inner in row['layers']]
    return row


def give_data(model: EpyNN, data: Any, where: str) -> None:
    """Put an Embedding with data first. The network waits to be initialized with it."""
    if not isinstance(data, Embedding):
        raise ArgumentTypeError(
            f'{where}(data)', 'an Embedding', describe(data),
            'Write data=Embedding(X_data, Y_data).',
        )  # fmt: skip
    if not data.dtrain.active and data.batch_function is None:
        raise DataError(
            f'{where}(data)', 'an Embedding with data', 'none', 'Pass X_data and Y_data to it.'
        )
    known = model.embedding
    if any(what_is_known(known)):
        adopt(data, known)
    model.prepared = collect_layers(model)
    model.layers[0] = model.embedding = data
