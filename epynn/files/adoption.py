"""Data encoded in the way that another Embedding learned, as that of a saved network."""

import copy
from typing import Any

from epynn.commons.data_source import DataSource
from epynn.commons.errors import DataError, LabelError, StateError
from epynn.commons.io.feature_names import require_features
from epynn.commons.models import dataSet
from epynn.commons.targets import KINDS
from epynn.embedding.models import Embedding

ENCODED = {'X_encode': 'tokens', 'Y_encode': 'labels', 'X_scale': 'scale'}
"""What an Embedding learns from its data, by the setting that asks for it."""


def adopt(layer: Embedding, other: DataSource) -> None:
    """Encode and scale the data in the way that another Embedding learned from its own data.

    Raises
    ------
    DataError, LabelError
        If the settings differ, or the data hold a token or a label that the other one never saw,
        or the targets are of another kind.
    StateError
        If the layer let go of the data as they were given.
    """
    for flag in ('X_encode', 'Y_encode', 'X_scale'):
        saved = other.se_dataset[flag]
        if layer.se_dataset[flag] != saved:
            raise DataError(
                f'Embedding.{flag}', f'{saved}, as the network was trained', f'{not saved}',
                f'Make the Embedding with {flag}={saved}: it takes the {ENCODED[flag]} of the '
                'network.' if saved else
                f'Make the Embedding without {flag}, from data like those it was trained on.',
            )  # fmt: skip
    require_features(layer.features, other.features, 'X_data')
    if what_is_known(layer) != what_is_known(other):
        encode_anew(layer, other)
    if other.targets is not None and layer.targets is not None:
        adopt_targets(layer, other.targets)
    layer.features = layer.features or other.features


def encode_anew(layer: Embedding, other: DataSource) -> None:
    """Encode and scale the data as they were given once more, or leave all as it is."""
    if layer.given is None:
        raise StateError(
            'Embedding', 'one that no network has initialized with', 'one already in use',
            'Make a new one from the data as they are: Embedding(X_data, Y_data).',
        )  # fmt: skip
    trial = copy.copy(layer)
    trial.e2i, trial.i2e, trial.classes = dict(other.e2i), dict(other.i2e), other.classes
    trial.scale = other.scale
    trial.fill(*layer.given)
    vars(layer).update(vars(trial))


def adopt_targets(layer: Embedding, kind: str) -> None:
    """Take targets for what those of before were: a few of them need not tell what all are."""
    if KINDS.index(layer.targets) > KINDS.index(kind):
        raise LabelError(
            'Embedding.Y_data', f'{kind} targets, as the network was trained on',
            f'{layer.targets} targets', 'Train a new network on these.',
        )  # fmt: skip
    layer.targets = kind
    layer.dtrain, layer.dval, layer.dtest = (
        dataSet(dset.X, dset.Y, dset.name, dset.ids, dset.w, kind, dset.classes)
        for dset in (layer.dtrain, layer.dval, layer.dtest)
    )
    layer.dsets = [dset for dset in (layer.dtrain, layer.dval, layer.dtest) if dset.active]


def what_is_known(layer: DataSource) -> tuple[Any, ...]:
    """Return tokens, labels and scale that an Embedding learned, as values to compare."""
    scale = layer.scale
    numbers = None if scale is None else (scale.minimum, scale.span, scale.constant.tolist())
    return layer.e2i, layer.classes, numbers
