"""Evaluation of the network on its data sets, and prediction for new samples."""

from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.errors import ShapeError, StateError
from epynn.commons.metrics import decide
from epynn.commons.models import dataSet
from epynn.network.checks import check_metric
from epynn.network.forward import compute_outputs
from epynn.network.safety import pin_threads
from epynn.network.weights import sample_weights

if TYPE_CHECKING:
    from epynn.network.models import EpyNN


def model_evaluate(model: 'EpyNN') -> dict[str, dict[str, float]]:
    """Compute every metric and the loss on every data set, as the values of the current epoch.

    Each set passes forward once, outside training, some samples at a time. Its outputs and
    decisions stay in ``dset.A`` and ``dset.P``; the values enter ``model.metrics``.

    Returns
    -------
    dict
        ``{metric: {set: value}}``; the loss is the mean over the samples, each times its weight
        if they have any, plus the penalties of the layers.

    Raises
    ------
    StateError
        If the network was not initialized.
    """
    require_initialized(model, 'evaluate')
    require_data(model, 'evaluate')
    embedding = model.embedding
    penalty = sum(layer.compute_penalty() for layer in model.layers)
    values: dict[str, dict[str, float]] = {name: {} for name in model.metrics_functions}
    for dset in embedding.dsets:
        with pin_threads(model):
            dset.A = compute_outputs(model, dset.X)
        dset.P = decide(dset.A)
        for name, function in model.metrics_functions.items():
            value = function(dset.Y, dset.A)
            if function is model.training_loss:
                w = sample_weights(model, dset)
                value = np.mean(value if w is None else value * w) + penalty
            values[name][dset.name] = check_metric(name, value)
    for name, by_set in values.items():
        for i, dset in enumerate((embedding.dtrain, embedding.dval, embedding.dtest)):
            if dset.active:
                model.metrics[name][i][model.e :] = [by_set[dset.name]]
    return values


def model_predict(
    model: 'EpyNN', X_data: Any, X_encode: bool = False, X_scale: bool = False
) -> dataSet:
    """Compute outputs and decisions for new samples. Nothing that is learned changes.

    Parameters
    ----------
    X_data : array_like
        Samples ``(m, ...)``.
    X_encode, X_scale : bool, optional
        Encode or scale them first, in the way the Embedding learned from its own data.

    Returns
    -------
    dataSet
        With the outputs ``.A``, decisions ``.P``, samples ``.X`` and their numbers ``.ids``.

    Raises
    ------
    StateError
        If the network was not initialized.
    DataError
        If the samples are not finite numbers, or hold a token that the Embedding never saw.
    ShapeError
        If the samples have other features than those the network learned from.
    """
    require_initialized(model, 'predict')
    dset = dataSet(model.embedding.encode(X_data, X_encode, X_scale), name='prediction')
    expected = model.network[0]['forward']['X'][1:]
    if dset.X.ndim != len(expected) + 1:
        raise ShapeError(
            'EpyNN.predict(X_data)', f'samples of shape (m, {", ".join(map(str, expected))})',
            f'an array of shape {dset.X.shape}', 'Give each sample all the features, in one array.',
        )  # fmt: skip
    with pin_threads(model):
        dset.A = compute_outputs(model, dset.X)
    dset.P = decide(dset.A)
    return dset


def require_initialized(model: 'EpyNN', what: str) -> None:
    """Refuse to go on with a network that was not initialized."""
    if not model.initialized:
        raise StateError(
            f'EpyNN.{what}', 'an initialized network', 'one that is not',
            'Call initialize() or train() first.',
        )  # fmt: skip


def require_data(model: 'EpyNN', what: str) -> None:
    """Refuse to go on without samples: a network that was read from a file has none."""
    if not model.embedding.dsets:
        raise StateError(
            f'EpyNN.{what}', 'a network with data', 'one whose Embedding holds none',
            'Files hold no data: EpyNN([Embedding(X, Y), *model.layers[1:]]), then '
            'initialize(params=False).',
        )  # fmt: skip
