"""Evaluation of the network on its data sets, and prediction for new samples."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from epynn.commons.calls import in_words
from epynn.commons.dataset import SETS
from epynn.commons.errors import ArgumentTypeError, DataError, ShapeError
from epynn.commons.io.feature_names import split_frame
from epynn.commons.io.labels import known_labels, require_one_each
from epynn.commons.io.step_labels import read_labels
from epynn.commons.loss import Hinge, output_loss, takes_probabilities
from epynn.commons.maths import sigmoid, softmax
from epynn.commons.memory import enough_memory
from epynn.commons.metrics import decide_each, decides
from epynn.commons.models import dataSet
from epynn.commons.rows import take_rows, take_weights
from epynn.commons.targets import AMOUNTS, MULTILABEL, ONE_HOT, require_targets
from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.carrying import require_carried_of
from epynn.network.finiteness import require_finite
from epynn.network.forward import share_outputs
from epynn.network.hints import warn_of_unscaled
from epynn.network.label_checks import check_labels
from epynn.network.ownership import require_initialized, require_sets
from epynn.network.reported_metrics import check_metric
from epynn.network.sample_weights import sample_weights
from epynn.network.state import Network

SMALLER = 'Take fewer samples, smaller layers, or initialize(dtype="float32").'
LOSSES_AT_A_TIME = 4096
"""Samples whose losses are computed at once, from what is in memory: fewer temporary arrays."""


@in_words('EpyNN.evaluate', 'Write model.evaluate(), or model.evaluate(X, Y) for other data.')
def model_evaluate(
    model: Network,
    X_data: Any = None,
    Y_data: Any = None,
    X_encode: bool = False,
    X_scale: bool = False,
    mask: Any = None,
) -> dict[str, Any]:
    """Compute every metric and the loss: of every data set, or of samples that are given.

    Each set passes forward once, outside training, some samples at a time. Without arguments, its
    outputs and decisions stay in ``dset.A`` and ``dset.P``; the values enter ``model.metrics``, as
    those of the current epoch. With samples nothing of the network changes.

    Parameters
    ----------
    X_data : array_like, optional
        Samples ``(m, ...)``, as for :meth:`predict`.
    Y_data : array_like, optional
        Their labels, of the kind that was given to the Embedding: the user's own with `Y_encode`.
        The name of a column, if `X_data` is a frame that has them.
    X_encode, X_scale : bool, optional
        Encode or scale the samples first, in the way the Embedding learned from its own data.
    mask : array_like, optional
        Which steps are real, as for :meth:`predict`.

    Returns
    -------
    dict
        ``{metric: {set: value}}``, or for samples given ``{metric: value}``; the loss is the mean
        over the samples, each times its weight if they have any, plus the penalties of the layers.

    Raises
    ------
    StateError
        If the network was not initialized, or its layers changed since.
    ArgumentTypeError
        If samples come without labels, or labels without samples.
    DataError, LabelError, ShapeError
        If samples or labels are not of the kind of those that the network learned from.
    TrainingError
        If outputs or the loss of a set are not finite.
    OutOfMemoryError
        If the memory does not even hold what one sample takes, or all outputs.
    """
    if X_data is not None or Y_data is not None:
        dset = read_labelled(model, X_data, Y_data, X_encode, X_scale, mask, 'evaluate')
        return measure(model, dset, 'EpyNN.evaluate(Y_data)')
    require_sets(model, 'evaluate')
    embedding = model.embedding
    values: dict[str, dict[str, float]] = {name: {} for name in model.metrics_functions}
    for dset in embedding.dsets:
        for name, value in measure(model, dset).items():
            values[name][dset.name] = value
    dsets = [getattr(embedding, name) for name in SETS]
    for name, by_set in values.items():
        for history, dset in zip(model.metrics[name], dsets, strict=True):
            if dset.active or history:  # a set that the data of before had, and these lack
                history[model.e :] = [by_set.get(dset.name, np.nan)]
    return values


def measure(model: Network, dset: dataSet, given: str = '') -> dict[str, float]:
    """Compute the outputs of a set, and of them every metric and the loss, which comes last.

    Labels that the user gave just now, as the argument `given`, are checked.
    """
    values = {}
    memory = enough_memory('EpyNN.evaluate', 'memory for the outputs', SMALLER)
    with memory, np.errstate(all='ignore'):  # a loss that is not finite is refused
        penalty = sum(layer.compute_penalty() for layer in model.layers)
        Z = decide_samples(model, dset, 'evaluate')
        if given:
            assert dset.A is not None
            check_labels(model, dset.Y, dset.A, [dset], given)
        for name, function in model.metrics_functions.items():
            value = compute_metric(model, function, dset, Z)
            if function is model.training_loss:
                w = sample_weights(model, dset)
                if w is not None:
                    assert dset.A is not None
                    value = value * take_weights(w, dset.A.shape, dset.mask)
                value = np.mean(value) + penalty
                require_finite(value, f'a finite loss for {dset.name}', 'evaluate')
            values[name] = check_metric(name, value)
    return values


@in_words('EpyNN.predict', 'Write model.predict(X) for samples like those given to the Embedding.')
def model_predict(
    model: Network,
    X_data: Any,
    X_encode: bool = False,
    X_scale: bool = False,
    mask: Any = None,
) -> dataSet:
    """Compute outputs and decisions for new samples. Nothing that is learned changes.

    Layers that carry state (``stateful=True``) go on from the call before, sample by sample, until
    :meth:`reset_states`.

    Parameters
    ----------
    X_data : array_like
        Samples ``(m, ...)``, or a list of sequences of different lengths.
    X_encode, X_scale : bool, optional
        Encode or scale them first, in the way the Embedding learned from its own data.
    mask : array_like, optional
        Which steps are real, ``(m, s)`` of bool, where you padded sequences to one length.

    Returns
    -------
    dataSet
        With the outputs ``.A``, also as ``np.asarray(prediction)``; the decisions ``.P``, column
        numbers where labels were encoded, and as your own labels ``.labels``; samples ``.X`` and
        their numbers ``.ids``. Where targets are amounts nothing is decided: ``.P`` is ``.A``.
        Where outputs are probabilities they are ``.probabilities``, too.

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
    X, mask = read_samples(model, X_data, X_encode, X_scale, mask, 'predict')
    embedding = model.embedding
    kind = embedding.targets, embedding.classes, mask
    dset = dataSet(X, None, 'prediction', None, None, *kind)
    with enough_memory('EpyNN.predict', 'memory for the outputs', SMALLER):
        decide_samples(model, dset, 'predict')
    return dset


def read_samples(
    model: Network, X_data: Any, X_encode: bool, X_scale: bool, mask: Any, what: str
) -> tuple[ndarray, ndarray | None]:
    """Return the samples that the user gave to a method, encoded and scaled, and their mask."""
    require_initialized(model, what)
    where = f'EpyNN.{what}(X_data)'
    if isinstance(X_data, dataSet):  # as an array it would be its outputs
        raise DataError(
            where, 'an array of samples', f'the dataSet {X_data.name}',
            f'Pass its samples: {what}(dset.X{", dset.y" * (what != "predict")}).',
        )  # fmt: skip
    with enough_memory(f'EpyNN.{what}', 'memory for the samples', SMALLER):
        X, mask = model.embedding.encode(X_data, X_encode, X_scale, mask)
    expected = model.network[0]['forward']['X'][1:]
    if X.ndim != len(expected) + 1:
        raise ShapeError(
            where, f'samples of shape (m, {", ".join(map(str, expected))})',
            f'an array of shape {X.shape}', missing_axis(X.shape, expected),
        )  # fmt: skip
    if not X_scale:
        warn_of_unscaled(model, X, mask, what)
    return X, mask


def read_labelled(
    model: Network,
    X_data: Any,
    Y_data: Any,
    X_encode: bool,
    X_scale: bool,
    mask: Any,
    what: str,
) -> dataSet:
    """Return samples and labels that the user gave as a set."""
    for argument, data in (('X_data', X_data), ('Y_data', Y_data)):
        if data is None:
            raise ArgumentTypeError(
                f'EpyNN.{what}({argument})', 'samples and labels, X and Y', 'none',
                f'Write model.{what}(X, Y); or model.predict(X), which needs no labels.',
            )  # fmt: skip
    X_data, Y_data = split_frame(X_data, Y_data)
    whole = mask is not None
    X, mask = read_samples(model, X_data, X_encode, X_scale, mask, what)
    embedding = model.embedding
    require_one_each(Y_data, X)
    read = partial(known_labels, classes=embedding.classes)
    per_step = embedding.se_dataset.get('per_step', False)
    Y = read_labels(read, Y_data, X, mask, whole) if per_step else read(Y_data)
    if embedding.targets is not None:
        require_targets(take_rows(Y, mask), embedding.targets)
    return dataSet(X, Y, 'given', None, None, embedding.targets, embedding.classes, mask)


def missing_axis(shape: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Return what to do about samples that lack an axis, or have others."""
    if shape == expected:
        return 'For one sample, pass X_data[np.newaxis].'
    if shape[1:] == expected[:-1] and expected[-1] == 1:
        return 'Give them the last axis: X_data[..., np.newaxis].'
    return 'Give each sample all the features, in one array.'


def decide_samples(model: Network, dset: dataSet, what: str) -> ndarray | None:
    """Compute the outputs and decisions for the samples of a set; return Z of the outputs."""
    carried = list(model.carried) if what == 'predict' else []
    require_carried_of(dset.X, carried, what)
    with BlasOnOneThread(), np.errstate(all='ignore'):  # what is not finite is refused
        A, Z = share_outputs(model, dset, what == 'evaluate', carried)
        require_finite(A, f'finite outputs for {dset.name}', what)
    if what == 'predict':
        model.carried = carried
    dset.A, dset.gives_probabilities = A, gives_probabilities(model)
    if dset.targets == AMOUNTS:  # there is nothing to decide
        dset.P = A
    else:
        dset.P = decide_each(on_sides(model, A), dset.targets == MULTILABEL)
    return Z


def gives_probabilities(model: Network) -> bool:
    """Return whether the outputs are known to be probabilities."""
    activation = model.layers[-1].output_layer().last_activation()
    shares = activation is not None and activation.function in (softmax, sigmoid)
    assert model.training_loss is not None
    return takes_probabilities(model.training_loss) or (
        shares and model.embedding.targets != AMOUNTS
    )


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
    assert dset.Y is not None
    assert dset.A is not None
    Y, A = dset.rows(dset.Y), dset.rows(dset.A)
    activation = model.layers[-1].output_layer().last_activation()
    if activation is not None and Z is not None:
        Z = dset.rows(Z)
        parts = [slice(i, i + LOSSES_AT_A_TIME) for i in range(0, len(Z), LOSSES_AT_A_TIME)]
        losses = [output_loss(function, activation, Y[part], Z[part]) for part in parts]
        known = [loss for loss in losses if loss is not None]
        if known:
            return np.concatenate(known)
    return function(Y, on_sides(model, A) if decides(function) else A)
