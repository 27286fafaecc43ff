"""Marks of the data of a network: enough to see whether others are the same."""

import hashlib
from typing import Any

import numpy as np

from epynn.commons.data_source import DataSource
from epynn.commons.errors import DataError
from epynn.commons.models import dataSet

ROWS = 64
"""Samples of each set that are looked at, from the first to the last."""


def describe_data(embedding: DataSource) -> dict[str, Any]:
    """Return shapes and checksums of the sets, and the settings that batches depend on."""
    settings = embedding.se_dataset
    return {
        'batch_size': settings['batch_size'],
        'drop_last': settings['drop_last'],
        'augment': getattr(embedding, 'augment', None) is not None,
        'shuffle': getattr(embedding, 'shuffle', True),
        'bucket': getattr(embedding, 'bucket', False),
        'sets': {
            **({} if embedding.batch_function is None else describe_stream(embedding)),
            **{dset.name: describe_set(dset) for dset in embedding.dsets},
        },
    }


def describe_set(dset: dataSet) -> dict[str, Any]:
    """Return shapes and checksums of a set: of all its labels and weights, and some samples."""
    m = len(dset.X)
    rows = np.unique(np.linspace(0, m - 1, min(m, ROWS)).astype(int))
    return {
        'samples': checksum(dset.X[rows], dset.X.shape),
        'labels': None if dset.Y is None else checksum(dset.Y, dset.Y.shape),
        'weights': None if dset.w is None else checksum(dset.w, dset.w.shape),
        'mask': None if dset.mask is None else checksum(dset.mask, dset.mask.shape),
    }


def describe_stream(embedding: DataSource) -> dict[str, Any]:
    """Return the shapes of what comes from a stream, and checksums of its first sample."""
    dtrain, sample = embedding.dtrain, embedding.batch_function.sample
    assert dtrain.Y is not None
    return {
        dtrain.name: {
            'samples': checksum(sample.X, dtrain.X.shape),
            'labels': checksum(sample.Y, dtrain.Y.shape),
            'weights': None,
            'mask': None if sample.mask is None else checksum(sample.mask, sample.mask.shape),
        }
    }


def checksum(array: Any, shape: tuple[int, ...]) -> list[Any]:
    """Return a shape and the SHA-256 of the numbers of an array, whatever their data type."""
    numbers = np.ascontiguousarray(array, dtype=np.float64)
    return [
        list(shape),
        hashlib.sha256(numbers.data.cast('B') if numbers.size else b'').hexdigest(),
    ]


def require_same_data(embedding: DataSource, before: dict[str, Any]) -> None:
    """Refuse data that are not those of before, and say in what they differ."""
    now = describe_data(embedding)
    # What files of earlier versions do not say was so
    before = {'shuffle': True, 'bucket': False, **before}
    names = ('batch_size', 'drop_last', 'augment', 'shuffle', 'bucket')
    pairs = [(name, before.get(name), now[name]) for name in names]
    pairs += [('sets', list(before['sets']), list(now['sets']))]
    for name, marks in before['sets'].items():
        for part, mark in {'mask': None, **marks}.items():
            again = now['sets'].get(name, {}).get(part)
            pairs += [
                (f'{part} of {name}, shape', mark and mark[0], again and again[0]),
                (f'{part} of {name}, checksum', mark and mark[1][:12], again and again[1][:12]),
            ]
    for name, old, new in pairs:
        if old != new:
            raise DataError(
                'read_model(data)', f'the data that the training was interrupted with ({name}: '
                f'{old})', f'others ({name}: {new})',
                'Make the Embedding as it was. To train on other data: read_model(path).write(new) '
                'writes a file without the training; read that one.',
            )  # fmt: skip
