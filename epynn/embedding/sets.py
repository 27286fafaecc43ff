"""The three sets of an Embedding: what trains, what validates, what tests."""

from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.dataset import SETS
from epynn.commons.errors import DataError
from epynn.commons.logs import warn
from epynn.commons.models import dataSet
from epynn.commons.targets import AMOUNTS
from epynn.embedding.preparation import check_weights
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


def embedding_fill(layer: 'Embedding', X_data: Any, Y_data: Any, sample_weight: Any = None) -> None:
    """Prepare the data and split them into the sets."""
    X, Y = layer.prepare(X_data, Y_data)
    w = check_weights(sample_weight, X)
    layer.dtrain, layer.dval, layer.dtest = embedding_split(layer, X, Y, w)
    layer.dsets = [dset for dset in (layer.dtrain, layer.dval, layer.dtest) if dset.active]


def embedding_split(
    layer: 'Embedding', X: ndarray | None, Y: ndarray | None, w: ndarray | None = None
) -> tuple[dataSet, dataSet, dataSet]:
    """Cut the data into training, validation and test set, in the order of the samples.

    With shares ``c_i = relative_size[i] / sum(relative_size)``, the first ``round(c_0 m)`` samples
    train, the next ``round(c_1 m)`` validate, the rest test; the last set that was asked for
    takes what is left, so that no set is filled that was to be empty.
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
    ids = np.arange(m)
    sets = []
    for name, start, stop in zip(SETS, (0, *stops[:-1]), stops, strict=True):
        part = slice(start, stop)
        Y_part, w_part = (None if array is None else array[part] for array in (Y, w))
        sets.append(dataSet(X[part], Y_part, name, ids[part], w_part, layer.targets, layer.classes))
    dtrain, dval, dtest = sets
    _warn_of_missing_labels(layer, Y, dtrain)
    return dtrain, dval, dtest


def _warn_of_missing_labels(layer: 'Embedding', Y: ndarray | None, dtrain: dataSet) -> None:
    """Warn if a class is in the data but not in the training set, as with sorted labels."""
    if Y is None or (Y.dtype.kind == 'f' and layer.classes is None and Y.ndim == 1):
        return
    everything = dataSet(Y, Y, targets=layer.targets)
    if layer.targets == AMOUNTS or len(everything.b) > max(20, len(Y) // 2):
        return
    missing = sorted(set(everything.b) - set(dtrain.b))
    if missing:
        names = [str(label if layer.classes is None else layer.classes[label]) for label in missing]
        warn(
            f'Embedding: no sample with label {", ".join(names)} is in the training set. '
            'The split keeps the order of the samples: shuffle them first.'
        )
