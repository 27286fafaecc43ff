"""Evaluation of the network on its data sets, and prediction for new samples."""

from collections.abc import Callable
from typing import Any

import numpy as np

from epynn.commons.dataset import SETS
from epynn.commons.errors import DataError, ShapeError
from epynn.commons.loss import Hinge, output_loss
from epynn.commons.memory import enough_memory
from epynn.commons.metrics import decide, decides
from epynn.commons.models import dataSet
from epynn.commons.names import in_words
from epynn.commons.targets import AMOUNTS, MULTILABEL, ONE_HOT
from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.finiteness import require_finite
from epynn.network.forward import compute_outputs
from epynn.network.hints import warn_of_unscaled
from epynn.network.ownership import require_data, require_initialized
from epynn.network.reported_metrics import check_metric
from epynn.network.sample_weights import sample_weights
from epynn.network.state import Network

SMALLER = 'Take fewer samples, smaller layers, or initialize(dtype="float32").'


@in_words(
    'EpyNN.evaluate',
    'Give data to the Embedding (relative_size), or write model.predict(X).',
)
def model_evaluate(model: Network) -> dict[str, dict[str, float]]:
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
        If the network was not initialized, or its layers changed since.
    TrainingError
        If outputs or the loss of a set are not finite.
    OutOfMemoryError
        If the memory does not even hold what one sample takes, or all outputs.
    """
    require_data(model, 'evaluate')
    embedding = model.embedding
    values: dict[str, dict[str, float]] = {name: {} for name in model.metrics_functions}
    memory = enough_memory('EpyNN.evaluate', 'memory for the outputs', SMALLER)
    with memory, np.errstate(all='ignore'):  # a loss that is not finite is refused
        penalty = sum(layer.compute_penalty() for layer in model.layers)
        for dset in embedding.dsets:
            Z = decide_samples(model, dset, 'evaluate')
            for name, function in model.metrics_functions.items():
                value = compute_metric(model, function, dset, Z)
                if function is model.training_loss:
                    w = sample_weights(model, dset)
                    value = np.mean(value if w is None else value * w) + penalty
                    require_finite(value, f'a finite loss for {dset.name}', 'evaluate')
                values[name][dset.name] = check_metric(name, value)
    dsets = [getattr(embedding, name) for name in SETS]
    for name, by_set in values.items():
        for history, dset in zip(model.metrics[name], dsets, strict=True):
            if dset.active or history:  # a set that the data of before had, and these lack
                history[model.e :] = [by_set.get(dset.name, np.nan)]
    return values


@in_words('EpyNN.predict', 'Write model.predict(X) for samples like those given to the Embedding.')
def model_predict(
    model: Network, X_data: Any, X_encode: bool = False, X_scale: bool = False
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
        With the outputs ``.A``, also as ``np.asarray(prediction)``; the decisions ``.P``, column
        numbers where labels were encoded, and as your own labels ``.labels``; samples ``.X`` and
        their numbers ``.ids``. Where targets are amounts nothing is decided: ``.P`` is ``.A``.

    Raises
    ------
    StateError
        If the network was not initialized, or its layers changed since.
    DataError
        If the samples are not finite numbers, or hold a token that the Embedding never saw.
    ShapeError
        If the samples have other features than those the network learned from.
    TrainingError
        If outputs are not finite.
    OutOfMemoryError
        If the memory does not even hold what one sample takes, or all outputs.
    """
    require_initialized(model, 'predict')
    if isinstance(X_data, dataSet):  # as an array it would be its outputs
        raise DataError(
            'EpyNN.predict(X_data)', 'an array of samples', f'the dataSet {X_data.name}',
            'Pass its samples: predict(dset.X).',
        )  # fmt: skip
    embedding = model.embedding
    with enough_memory('EpyNN.predict', 'memory for the samples', SMALLER):
        X = embedding.encode(X_data, X_encode, X_scale)
    dset = dataSet(X, name='prediction', targets=embedding.targets, classes=embedding.classes)
    expected = model.network[0]['forward']['X'][1:]
    if dset.X.ndim != len(expected) + 1:
        raise ShapeError(
            'EpyNN.predict(X_data)', f'samples of shape (m, {", ".join(map(str, expected))})',
            f'an array of shape {dset.X.shape}', missing_axis(dset.X.shape, expected),
        )  # fmt: skip
    if not X_scale:
        warn_of_unscaled(model, dset.X)
    with enough_memory('EpyNN.predict', 'memory for the outputs', SMALLER):
        decide_samples(model, dset, 'predict')
    return dset


def missing_axis(shape: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Return what to do about samples that lack an axis, or have others."""
    if shape == expected:
        return 'For one sample, pass X_data[np.newaxis].'
    if shape[1:] == expected[:-1] and expected[-1] == 1:
        return 'Give them the last axis: X_data[..., np.newaxis].'
    return 'Give each sample all the features, in one array.'


def decide_samples(model: Network, dset: dataSet, what: str) -> ndarray | None:
    """Compute the outputs and decisions for the samples of a set; return Z of the outputs."""
    with BlasOnOneThread(), np.errstate(all='ignore'):  # what is not finite is refused
        A, Z = compute_outputs(model, dset.X, keep_Z=what == 'evaluate')
        require_finite(A, f'finite outputs for {dset.name}', what)
    dset.A = A
    if dset.targets == AMOUNTS:  # there is nothing to decide
        dset.P = A
    else:
        dset.P = decide(on_sides(model, A), dset.targets == MULTILABEL)
    return Z


def on_sides(model: Network, A: Any) -> Any:
    """Return outputs as decisions read them, yes above 0.5.

    Those of Hinge are margins, yes above 0. Where one column of several is chosen they stay as they
    are.
    """
    if model.training_loss is Hinge and model.embedding.targets != ONE_HOT:
        return (A > 0).astype(A.dtype)
    return A


def compute_metric(
    model: Network, function: Callable[..., Any], dset: dataSet, Z: ndarray | None
) -> Any:
    """Return a metric or loss of a set, in closed form where the loss and the output have one.

    From ``A`` a loss would be exact only as far as ``A`` resolves: in float32 sigmoid(17) is 1.
    """
    activation = model.layers[-1].last_activation()
    if activation is not None and dset.Y is not None and Z is not None:
        loss = output_loss(function, activation, dset.Y, Z)
        if loss is not None:
            return loss
    return function(dset.Y, on_sides(model, dset.A) if decides(function) else dset.A)
