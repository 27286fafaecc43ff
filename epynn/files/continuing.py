"""Networks that go on learning with other data: what is kept, and what would be lost unseen."""

import copy
from typing import Any

from epynn.commons.arguments import describe
from epynn.commons.data_source import DataSource, as_data_source
from epynn.commons.errors import ArgumentTypeError, DataError, LabelError, ShapeError, StateError
from epynn.commons.io.feature_names import require_features
from epynn.commons.logs import process_logs
from epynn.commons.models import dataSet
from epynn.commons.targets import KINDS
from epynn.embedding.models import Embedding
from epynn.files.resuming import Training, resume
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.dry_run import dry_run
from epynn.network.initialize import seed_generators
from epynn.network.models import EpyNN
from epynn.network.ownership import AtWork, collect_layers, replace_embedding, take_layers

ENCODED = {'X_encode': 'tokens', 'Y_encode': 'labels', 'X_scale': 'scale'}
"""What an Embedding learns from its data, by the setting that asks for it."""


def train_on(model: EpyNN, data: Any, training: Training | None = None) -> None:
    """Give data to a network that was read from a file, so that it trains on as it was saved.

    Settings, learning rates, metrics and the count of epochs are kept. The data are encoded and
    scaled in the way that the network learned from those of before: data that cannot be, or have
    other features or labels, are refused. With a training that the file holds they have to be those
    of before, and it goes on where it was.
    """
    where, saved = 'read_model(data)', model.layers[0]
    if not isinstance(data, Embedding):
        raise ArgumentTypeError(
            where, 'an Embedding', describe(data), 'Write data=Embedding(X_data, Y_data).'
        )
    if not data.dtrain.active and data.batch_function is None:
        raise DataError(where, 'an Embedding with data', 'none', 'Pass X_data and Y_data to it.')
    with AtWork(model.owner):
        replace_embedding(model, data)
        take_layers(model)
        embedding = model.layers[0]  # a twin, where another network is at work with that one
        assert isinstance(embedding, Embedding)
        adopt(embedding, as_data_source(saved))
        check_samples(model)
        for name in ('dtype', 'optimizer', 'lrate', 'e'):
            setattr(embedding, name, getattr(saved, name))
        seed_generators(model)
        embedding.training_batches(init=True)
        with BlasOnOneThread():
            dry_run(model, end='\n', verbose=False)
        model.prepared = collect_layers(model)
    if training is not None:
        resume(model, training)
        return
    fill_history(model)
    tell(model, as_data_source(saved))


def adopt(layer: Embedding, other: DataSource) -> None:
    """Encode and scale the data in the way that another Embedding learned from its own data."""
    if layer.batch_function is not None:
        refuse_other_stream(layer, other)
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


def refuse_other_stream(layer: Embedding, other: DataSource) -> None:
    """Refuse a stream that was told other tokens, labels or scale than the network learned."""
    pairs = zip(what_is_known(layer), what_is_known(other), strict=True)
    for name, (now, before) in zip(('tokens', 'classes', 'scale'), pairs, strict=True):
        if now != before:
            known = f'read_model(path).embedding.{"e2i" if name == "tokens" else name}'
            value = f'list({known})' if name == 'tokens' else known
            raise DataError(
                f'Embedding.from_batches({name})', f'the {name} that the network learned',
                'others' if now else 'none',
                f'Write {name}={value}.' if before else 'Leave it out.',
            )  # fmt: skip


def adopt_targets(layer: Embedding, kind: str) -> None:
    """Take targets for what those of before were: a few of them need not tell what all are."""
    if KINDS.index(layer.targets) > KINDS.index(kind):
        raise LabelError(
            'Embedding.Y_data', f'{kind} targets, as the network was trained on',
            f'{layer.targets} targets', 'Train a new network on these.',
        )  # fmt: skip
    layer.targets = kind
    layer.dtrain, layer.dval, layer.dtest = (
        dataSet(dset.X, dset.Y, dset.name, dset.ids, dset.w, kind, dset.classes, dset.mask)
        for dset in (layer.dtrain, layer.dval, layer.dtest)
    )
    layer.dsets = [dset for dset in (layer.dtrain, layer.dval, layer.dtest) if dset.active]


def what_is_known(layer: DataSource) -> tuple[Any, ...]:
    """Return tokens, labels and scale that an Embedding learned, as values to compare."""
    scale = layer.scale
    numbers = None if scale is None else (scale.minimum, scale.span, scale.constant.tolist())
    return layer.e2i, layer.classes, numbers


def check_samples(model: EpyNN) -> None:
    """Refuse samples that have other features than those that the network was trained on."""
    expected, shape = model.network[0]['forward']['X'][1:], model.embedding.dtrain.X.shape[1:]
    tokens = model.layers[1].takes_tokens
    if fixed(shape, tokens) != fixed(expected, tokens):
        raise ShapeError(
            'read_model(data)', f'samples of shape {expected}, as the network was trained on',
            f'{shape}', 'Give each sample the features of those, in the same order.',
        )  # fmt: skip


def fixed(shape: tuple[int, ...], tokens: bool) -> tuple[int, ...]:
    """Return the axes of a sample that no other length of a sequence changes: (s, e) -> (e,)."""
    return shape[1:] if len(shape) == (1 if tokens else 2) else shape


def fill_history(model: EpyNN) -> None:
    """Fill up the metrics of a set that the network had none of, so that epochs keep their place.

    They are not a number: nobody computed them.
    """
    dsets = (model.embedding.dtrain, model.embedding.dval, model.embedding.dtest)
    for lists in model.metrics.values():
        done = max(map(len, lists))
        for values, dset in zip(lists, dsets, strict=True):
            if dset.active:
                values += [float('nan')] * (done - len(values))


def tell(model: EpyNN, saved: DataSource) -> None:
    """Say once what is kept, and what starts anew."""
    process_logs(
        f'{model.name}: trains on after epoch {model.epochs}, with its saved settings.\n'
        'What the optimizer remembered, and random numbers, start anew.'
    )
    for name in ('batch_size', 'drop_last'):
        before, now = saved.se_dataset[name], model.embedding.se_dataset[name]
        if now != before:
            process_logs(f'The Embedding has {name}={now}; before, it had {before}.')
