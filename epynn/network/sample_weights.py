"""Weights of samples in the loss: those of single samples, and those of their classes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from epynn.commons.arguments import as_float, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, LabelError
from epynn.commons.models import dataSet
from epynn.commons.targets import LABELS, ONE_HOT
from epynn.kernels.arrays import ndarray
from epynn.network.state import Network

WHERE = 'EpyNN.initialize(class_weight)'


def resolve_class_weight(model: Network, class_weight: Any) -> dict[Any, float]:
    """Return the weight of each label in ``dset.y``; those that are not in it weigh 1.

    ``initialize`` was given `class_weight`: a dict by the user's labels, 'balanced' or None.
    """
    if class_weight is None:
        return {}
    embedding = model.embedding
    Y, kind = embedding.dtrain.Y, embedding.dtrain.targets
    if Y is None or kind not in (LABELS, ONE_HOT):
        raise LabelError(
            WHERE, 'one class a sample: whole numbers in one column, or one-hot columns',
            'no labels' if Y is None else f'{kind} targets of shape {Y.shape}',
            'Leave class_weight out, or weigh each sample by Embedding(sample_weight=...).',
        )  # fmt: skip
    if isinstance(class_weight, str) and class_weight == 'balanced':
        if embedding.batch_function is not None:
            raise ArgumentError(
                WHERE, 'a dict {label: weight}, as nobody counted the labels of a stream',
                "'balanced'", 'For k labels of m samples: {label: m / (k * count), ...}.',
            )  # fmt: skip
        counts = embedding.dtrain.b
        m = sum(counts.values())
        return {label: m / (len(counts) * count) for label, count in counts.items()}
    if not isinstance(class_weight, Mapping):
        raise ArgumentTypeError(
            WHERE, "a dict {label: weight}, 'balanced' or None", describe(class_weight),
            'For example {1: 5.0}; labels left out weigh 1.',
        )  # fmt: skip
    # Labels as the user knows them -> labels in the data sets
    known: dict[Any, Any]
    if embedding.classes is not None:
        known = {name: column for column, name in enumerate(embedding.classes)}
    elif Y.shape[-1] > 1:
        known = {column: column for column in range(Y.shape[-1])}
    else:
        known = {label: label for dset in embedding.dsets for label in dset.b}
        if embedding.batch_function is not None:  # any number may come
            known |= {label: label for label in class_weight if isinstance(label, (int, float))}
    weights = {}
    for label, weight in class_weight.items():
        if label not in known:
            raise ArgumentError(
                WHERE, f'labels of the data: {", ".join(map(repr, known))}', describe(label),
                'Name labels as they were given to the Embedding.',
            )  # fmt: skip
        weights[known[label]] = as_float(weight, f'{WHERE}[{label!r}]', low=0)
    if not any(weights.get(label, 1) for label in known.values()):
        raise ArgumentError(
            WHERE, 'a weight above 0 for some label', describe(class_weight),
            'Leave it out to weigh all alike.',
        )  # fmt: skip
    return weights


def sample_weights(model: Network, dset: dataSet) -> ndarray | None:
    """Return what each sample of a set weighs in the loss, ``(m,)``; None where all weigh 1.

    It is the weight given to the Embedding times that of the class. Steps ``(m, s)`` that have
    labels have a weight each.
    """
    if not model.class_weights:
        return dset.w
    assert dset.y is not None
    w = np.ones(dset.y.shape)
    if dset.w is not None:  # (m,), for all steps of a sample, or (m, s)
        w *= dset.w if dset.w.ndim == w.ndim else dset.w[:, np.newaxis]
    for label, weight in model.class_weights.items():
        w[dset.y == label] *= weight
    return w
