"""Validation and test sets that are given as arrays of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import ArgumentTypeError, DataError, EpynnError, LabelError, ShapeError
from epynn.commons.io.feature_names import split_frame
from epynn.commons.io.labels import known_labels, require_one_each
from epynn.commons.models import dataSet
from epynn.commons.targets import require_targets
from epynn.embedding.preparation import check_weights, refuse_sets

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


def separate_set(layer: 'Embedding', given: Any, argument: str, name: str) -> dataSet:
    """Return a set of its own, encoded and scaled in the way that the training set taught.

    The user gave ``(X, Y)`` or ``(X, Y, sample_weight)`` as `argument`; `name` is for the tables.
    """
    where = f'Embedding.{argument}'
    if not isinstance(given, tuple) or len(given) not in (2, 3):
        raise ArgumentTypeError(
            where, 'a tuple (X, Y), or (X, Y, sample_weight)', describe(given),
            f'Write {argument}=(X, Y).',
        )  # fmt: skip
    dtrain = layer.dtrain
    if not dtrain.active or dtrain.Y is None:
        raise DataError(
            where, 'samples and labels to train on beside it', 'none of them',
            'Pass X_data and Y_data too.',
        )  # fmt: skip
    X_data, Y_data, *weights = given
    with naming(argument):
        refuse_sets(X_data=X_data, Y_data=Y_data)
        X_data, Y_data = split_frame(X_data, Y_data)
        X = layer.encode(X_data, layer.se_dataset['X_encode'], layer.se_dataset['X_scale'])
        if X.shape[1:] != dtrain.X.shape[1:]:
            raise ShapeError(
                'X_data', f'samples of shape {dtrain.X.shape[1:]}, as those to train on',
                f'{X.shape[1:]}', 'Give the samples the features of those, in the same order.',
            )  # fmt: skip
        require_one_each(Y_data, X)
        Y = known_labels(Y_data, layer.classes)
        if Y.shape[1:] != dtrain.Y.shape[1:] and (Y.ndim, dtrain.Y.shape[1]) != (1, 1):
            raise LabelError(
                'Y_data', f'labels in columns of shape {dtrain.Y.shape[1:]}, as those to train on',
                f'{Y.shape[1:]}', 'Give them in the same form.',
            )  # fmt: skip
        assert layer.targets is not None
        require_targets(Y, layer.targets)
        w = check_weights(weights[0] if weights else None, X)
    return dataSet(X, Y, name, np.arange(len(X)), w, layer.targets, layer.classes)


@contextmanager
def naming(argument: str) -> Iterator[None]:
    """Let errors inside name the part of `argument` that they are about."""
    names = {
        'X_data': f'{argument}[0]',
        'Y_data': f'{argument}[1]',
        'sample_weight': f'{argument}[2]',
    }
    try:
        yield
    except EpynnError as error:
        where, remedy = error.where.removeprefix('Embedding.'), error.remedy
        for name, here in names.items():
            where, remedy = where.replace(name, here), remedy.replace(name, here)
        renamed = type(error)(f'Embedding.{where}', error.expected, error.got, remedy)
        raise renamed.with_traceback(error.__traceback__) from None
