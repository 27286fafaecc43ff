"""The three sets of an Embedding: what trains, what validates, what tests."""

from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.dataset import SETS
from epynn.commons.errors import DataError, LabelError
from epynn.commons.io.sequences import none_if_real
from epynn.commons.io.stored import Stored
from epynn.commons.logs import warn
from epynn.commons.models import dataSet
from epynn.commons.targets import AMOUNTS, LABELS, ONE_HOT
from epynn.embedding.preparation import check_weights
from epynn.embedding.separate import separate_set
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


def embedding_fill(
    layer: 'Embedding',
    X_data: Any,
    Y_data: Any,
    sample_weight: Any = None,
    validation: Any = None,
    test: Any = None,
    mask: Any = None,
) -> None:
    """Prepare the data and split them into the sets, but for those given as arrays of their own."""
    whole = mask is not None
    X, Y, mask = layer.prepare(X_data, Y_data, mask)
    w = check_weights(layer, sample_weight, X, mask, whole)
    layer.dtrain, layer.dval, layer.dtest = embedding_split(layer, X, Y, w, mask)
    add_sets(layer, validation, test)
    _warn_of_missing_labels(layer, Y, mask)


def add_sets(layer: 'Embedding', validation: Any, test: Any) -> None:
    """Prepare the sets that are given as arrays of their own, and list those that have samples."""
    if validation is not None:
        layer.dval = separate_set(layer, validation, 'validation', SETS[1])
    if test is not None:
        layer.dtest = separate_set(layer, test, 'test', SETS[2])
    layer.dsets = [dset for dset in (layer.dtrain, layer.dval, layer.dtest) if dset.active]


def embedding_split(
    layer: 'Embedding',
    X: ndarray | None,
    Y: ndarray | None,
    w: ndarray | None = None,
    mask: ndarray | None = None,
) -> tuple[dataSet, dataSet, dataSet]:
    """Cut the data into training, validation and test set.

    With shares ``c_i = relative_size[i] / sum(relative_size)``, the first ``round(c_0 m)`` samples
    train, the next ``round(c_1 m)`` validate, the rest test; the last set that was asked for
    takes what is left, so that no set is filled that was to be empty. They are cut in the order of
    the samples, or with ``stratify`` in one that mixes the labels.
    """
    if X is None:
        none = np.empty((0, 0))
        return tuple(dataSet(none, none, name) for name in SETS)  # type: ignore[return-value]
    m, sizes = len(X), layer.se_dataset['relative_size']
    counts = [round(size / sum(sizes) * m) for size in sizes]
    last = max(i for i, size in enumerate(sizes) if size > 0)
    counts[last] = m
    stops = np.minimum(np.cumsum(counts), m)
    if stops[0] == 0:
        raise DataError(
            'Embedding.relative_size', 'a share that leaves at least one sample to train',
            f'{sizes} for {m} samples', 'Give more samples or a larger first share.',
        )  # fmt: skip
    order = mix_labels(layer, Y) if layer.stratify else None
    ids = np.arange(m)
    sets = []
    for name, start, stop in zip(SETS, (0, *stops[:-1]), stops, strict=True):
        part = slice(start, stop) if order is None else np.sort(order[start:stop])
        X_part: Any = X.part(part) if isinstance(X, Stored) else X[part]
        Y_part, w_part, real = (None if array is None else array[part] for array in (Y, w, mask))
        known = layer.targets, layer.classes, none_if_real(real)
        sets.append(dataSet(X_part, Y_part, name, ids[part], w_part, *known))
    dtrain, dval, dtest = sets
    return dtrain, dval, dtest


def mix_labels(layer: 'Embedding', Y: ndarray | None) -> ndarray:
    """Return the samples in a drawn order of which every stretch has about the shares of labels.

    The ``k``-th of the ``n`` samples of a label stands at ``(k + 1/2) / n`` of the way.
    """
    if Y is None or layer.targets not in (LABELS, ONE_HOT) or Y.ndim == 3:
        raise LabelError(
            'Embedding.stratify', 'one label a sample',
            f'{layer.targets or "no"} targets{" of steps" if layer.se_dataset["per_step"] else ""}',
            'Leave it out, and shuffle X_data and Y_data alike: rng.permutation(len(X_data)).',
        )  # fmt: skip
    m = len(Y)
    y = dataSet(Y, Y, targets=layer.targets).y
    assert y is not None
    drawn = np.random.default_rng(0).permutation(m)
    _, labels, counts = np.unique(y[drawn], return_inverse=True, return_counts=True)
    by_label = np.argsort(labels, kind='stable')
    first, n = np.repeat(np.cumsum(counts) - counts, counts), np.repeat(counts, counts)
    places = np.empty(m)
    places[by_label] = (np.arange(m) - first + 0.5) / n
    order: ndarray = drawn[np.argsort(places, kind='stable')]
    return order


def _warn_of_missing_labels(
    layer: 'Embedding', Y: ndarray | None, mask: ndarray | None = None
) -> None:
    """Warn if a class is in the data but not in the training set, as with sorted labels."""
    dtrain = layer.dtrain
    if Y is None or (Y.dtype.kind == 'f' and layer.classes is None and Y.ndim == 1):
        return
    everything = dataSet(Y, Y, targets=layer.targets, mask=mask)
    if layer.targets == AMOUNTS or len(everything.b) > max(20, len(Y) // 2):
        return
    others = {label for dset in (layer.dval, layer.dtest) for label in dset.b}
    missing = sorted(others - set(dtrain.b))
    if missing:
        names = [str(label if layer.classes is None else layer.classes[label]) for label in missing]
        remedy = (
            'The split keeps the order of the samples: shuffle them first, or take stratify=True.'
        )
        if layer.stratify or not set(missing).intersection(everything.b):
            remedy = 'Give more samples to train on.'
        warn(f'Embedding: no sample with label {", ".join(names)} is in the training set. {remedy}')
