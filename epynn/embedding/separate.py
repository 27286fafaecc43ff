"""Samples with labels that come beside those that taught how: sets of their own, batches."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError, EpynnError, LabelError, ShapeError
from epynn.commons.io.feature_names import split_frame
from epynn.commons.io.labels import known_labels, require_one_each
from epynn.commons.io.step_labels import read_labels
from epynn.commons.models import dataSet
from epynn.commons.rows import take_rows
from epynn.commons.targets import require_targets
from epynn.embedding.preparation import check_weights, refuse_sets

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding

OF_STREAM = "If that is what all are, say so: from_batches(..., targets='{found}')."


def separate_set(layer: 'Embedding', given: Any, argument: str, name: str) -> dataSet:
    """Return a set of its own, encoded and scaled in the way that the training set taught.

    The user gave ``(X, Y)``, ``(X, Y, sample_weight)`` or ``(X, Y, sample_weight, mask)`` as
    `argument`; `name` is for the tables.
    """
    where = f'Embedding.{argument}'
    if not isinstance(given, tuple) or len(given) not in (2, 3, 4):
        raise ArgumentTypeError(
            where, 'a tuple (X, Y), or (X, Y, sample_weight, mask)', describe(given),
            f'Write {argument}=(X, Y).',
        )  # fmt: skip
    if not layer.dtrain.active and layer.batch_function is None:
        raise DataError(
            where, 'samples and labels to train on beside it', 'none of them',
            'Pass X_data and Y_data too.',
        )  # fmt: skip
    parts = ('X_data', 'Y_data', 'sample_weight', 'mask')
    with naming('', {part: f'{argument}[{i}]' for i, part in enumerate(parts)}):
        return labelled_set(layer, given, name)


def labelled_set(
    layer: 'Embedding', given: Sequence[Any], name: str, weighs: bool = True
) -> dataSet:
    """Return samples, labels, weights and mask as a set, in the way that those to train on taught.

    The last two may be missing. With `weighs` some weight has to be above 0.
    """
    (X_data, Y_data, sample_weight, mask), dtrain = (*given, None, None)[:4], layer.dtrain
    assert dtrain.Y is not None
    assert layer.targets is not None
    refuse_sets(X_data=X_data, Y_data=Y_data)
    X_data, Y_data = split_frame(X_data, Y_data)
    settings, whole = layer.se_dataset, mask is not None
    X, mask = layer.encode(X_data, settings['X_encode'], settings['X_scale'], mask)
    # Sequences may have other lengths; in the batches of a stream, each time others
    lengths = settings['X_encode'] or mask is not None or dtrain.mask is not None
    if layer.batch_function is not None:
        lengths = lengths or X.ndim == 3 or (X.ndim == 2 and X.dtype.kind in 'iu')
    if X.ndim != dtrain.X.ndim or X.shape[1 + lengths :] != dtrain.X.shape[1 + lengths :]:
        raise ShapeError(
            'X_data', f'samples of shape {dtrain.X.shape[1:]}, as those to train on',
            f'{X.shape[1:]}', 'Give the samples the features of those, in the same order.',
        )  # fmt: skip
    require_one_each(Y_data, X)
    per_step = settings['per_step']
    read = partial(known_labels, classes=layer.classes)
    Y = read_labels(read, Y_data, X, mask, whole) if per_step else read(Y_data)
    columns, known = Y.shape[1 + per_step :], dtrain.Y.shape[1 + per_step :]
    if columns != known and (columns, known) != ((), (1,)):
        raise LabelError(
            'Y_data', f'labels in columns of shape {known}, as those to train on', f'{columns}',
            'Give them in the same form.',
        )  # fmt: skip
    rows = take_rows(Y, mask)
    require_targets(rows, layer.targets, None if layer.batch_function is None else OF_STREAM)
    w = check_weights(layer, sample_weight, X, mask, whole, weighs)
    return dataSet(X, Y, name, np.arange(len(X)), w, layer.targets, layer.classes, mask)


@contextmanager
def naming(place: str, names: Mapping[str, str]) -> Iterator[None]:
    """Let errors inside name arguments as they are called in this place."""
    try:
        yield
    except EpynnError as error:
        where, remedy = error.where.removeprefix('Embedding.'), error.remedy
        for name, here in names.items():
            where, remedy = where.replace(name, here), remedy.replace(name, here)
        renamed = type(error)(f'Embedding.{place}{where}', error.expected, error.got, remedy)
        raise renamed.with_traceback(error.__traceback__) from None
