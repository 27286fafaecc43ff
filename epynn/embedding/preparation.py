"""Data as users have them, made into arrays of numbers: checked, encoded and scaled."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from epynn.commons.arguments import as_flag, as_float, as_int, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError
from epynn.commons.io import (
    encode_dataset,
    encode_labels,
    feature_scale,
    index_elements_auto,
    scale_features,
)
from epynn.commons.io.feature_names import feature_names, require_features, split_frame
from epynn.commons.io.labels import known_labels, require_one_each
from epynn.commons.io.numbers import as_numbers, keep_in_file
from epynn.commons.io.sequences import as_mask, mask_of_tokens, pad_ragged, refuse_second_mask
from epynn.commons.io.step_labels import are_of_steps, is_flat, read_labels, read_weights
from epynn.commons.io.stored import Stored
from epynn.commons.io.user_data import as_list
from epynn.commons.io.writable import refuse_unwritable
from epynn.commons.models import dataSet
from epynn.commons.rows import take_rows
from epynn.commons.targets import kind_of_targets
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


SIZES = (2, 1, 0)
"""Shares that train, validate and test where nobody names any; all train beside separate sets."""


def embedding_check(
    relative_size: Sequence[float], batch_size: int | None, separate: Sequence[str], **flags: bool
) -> dict[str, Any]:
    """Check the settings of an Embedding and return them by name.

    Sets that are given as arrays of their own, `separate`, have no share in the others.
    """
    if separate and relative_size is SIZES:
        relative_size = (1, 0, 0)
    name = 'Embedding.relative_size'
    expected = 'three numbers (training, validation, test), the first above 0'
    if isinstance(relative_size, str) or not isinstance(relative_size, Sequence):
        raise ArgumentTypeError(
            name, expected, describe(relative_size),
            'For example (2, 1, 0) trains on two thirds. Give what comes later by name: '
            'batch_size=32.',
        )  # fmt: skip
    sizes = tuple(as_float(size, name, low=0) for size in relative_size)
    if len(sizes) != 3 or sizes[0] == 0:
        raise ArgumentError(
            name, expected, describe(relative_size), 'For example (2, 1, 0) trains on two thirds.'
        )
    for place, which in ((1, 'validation'), (2, 'test')):
        if which in separate and sizes[place] > 0:
            raise ArgumentError(
                name, f'no share for a set that is given as {which}=(X, Y)',
                describe(relative_size), 'Leave relative_size out: all samples of X_data train.',
            )  # fmt: skip
    flags = {flag: as_flag(value, f'Embedding.{flag}') for flag, value in flags.items()}
    if batch_size is not None:
        batch_size = as_int(batch_size, 'Embedding.batch_size')
    return {'relative_size': sizes, 'batch_size': batch_size, **flags}


def embedding_prepare(
    layer: 'Embedding', X_data: Any, Y_data: Any, mask: Any = None
) -> tuple[ndarray | None, ndarray | None, ndarray | None]:
    """Turn the user's samples and labels into finite numbers, encoded and scaled as asked for.

    The third of what is returned is the mask: which steps of the samples are real. Tokens, labels
    and scale are learned from the data, unless the layer knows them already.
    """
    if X_data is None:
        if Y_data is not None:
            raise DataError('X_data', 'samples for the labels', 'none', 'Pass X_data too.')
        return None, None, None
    refuse_sets(X_data=X_data, Y_data=Y_data)
    if isinstance(X_data, int) and not layer.se_dataset['X_encode']:  # a vocabulary, elsewhere
        raise DataError(
            'X_data', 'at least one sample', describe(X_data),
            'An Embedding holds the data. Vectors for tokens are learned by a layer behind it: '
            'Tokens(vocabulary, units).',
        )  # fmt: skip
    settings, whole = layer.se_dataset, mask is not None
    X_data, Y_data = split_frame(X_data, Y_data)
    layer.features = feature_names(X_data)
    if settings['X_encode'] and not layer.e2i:
        layer.e2i, layer.i2e, _ = index_elements_auto(X_data)
        if not layer.e2i:
            raise DataError(
                'X_data', 'samples that hold tokens', 'no token at all',
                'Pass sequences of at least one token each.',
            )  # fmt: skip
        refuse_unwritable(layer.e2i, 'X_data')
        refuse_many_tokens(len(layer.e2i), sum(map(len, as_list(X_data, 'X_data'))))
    elif settings['X_scale'] and layer.scale is None:
        X_data, mask = pad_ragged(X_data, mask)
        X_data = keep_in_file(X_data, 'X_data', maps=True)
        layer.scale = feature_scale(X_data, mask)
    X, mask = layer.encode(X_data, settings['X_encode'], settings['X_scale'], mask)
    if Y_data is None:
        return X, None, mask
    require_one_each(Y_data, X)
    if are_of_steps(Y_data, X, mask, settings['Y_encode']):
        settings['per_step'] = True
    learns = settings['Y_encode'] and layer.classes is None
    read = partial(learn_labels, layer) if learns else partial(known_labels, classes=layer.classes)
    Y = read_labels(read, Y_data, X, mask, whole) if settings['per_step'] else read(Y_data)
    layer.targets = kind_of_targets(take_rows(Y, mask))
    return X, Y, mask


def learn_labels(layer: 'Embedding', Y_data: Any) -> ndarray:
    """Encode labels as one-hot columns, and remember which they are."""
    Y, layer.classes = encode_labels(Y_data)
    refuse_unwritable(layer.classes, 'Y_data')
    return Y


def refuse_sets(**given: Any) -> None:
    """Refuse a data set in the place of an array: it would be read as its outputs."""
    for name, data in given.items():
        if isinstance(data, dataSet):
            raise DataError(
                f'Embedding.{name}', 'an array', f'the dataSet {data.name}',
                f'Pass its samples or labels: dset.{name[0]}; or its outputs, dset.A.',
            )  # fmt: skip


def refuse_many_tokens(e: int, count: int) -> None:
    """Refuse thousands of tokens that hardly occur twice: their columns would fill the memory."""
    if e > max(1000, count // 2):
        raise DataError(
            'X_data', 'tokens that occur several times', f'{e} different ones among {count}',
            'Amounts need no X_encode=True. Number many words, and begin by a Tokens layer.',
        )  # fmt: skip


def embedding_encode(
    layer: 'Embedding', X_data: Any, X_encode: bool, X_scale: bool, mask: Any = None
) -> tuple[ndarray, ndarray | None]:
    """Encode and scale samples in the way the layer learned from its own data.

    Sequences of different lengths are padded. Returned are the samples and their mask, which says
    what steps are real: ``(m, s)`` of bool, or None where all are.
    """
    X_encode, X_scale = as_flag(X_encode, 'X_encode'), as_flag(X_scale, 'X_scale')
    require_features(feature_names(X_data), layer.features, 'X_data')
    if X_encode:
        if not layer.e2i:
            raise DataError(
                'X_encode', 'an Embedding that was made with X_encode=True', 'X_encode=False',
                'Make the Embedding with X_encode=True, or predict on encoded samples.',
            )  # fmt: skip
        X = encode_dataset(X_data, layer.e2i, len(layer.e2i))
        if X.size == 0:
            raise DataError(
                'X_data', 'at least one sample', f'{len(X)} without tokens' if len(X) else 'none',
                'Pass a list of sequences of tokens.',
            )  # fmt: skip
        of_tokens = mask_of_tokens(X)
        if of_tokens is not None:
            refuse_second_mask(mask)
            mask = of_tokens
    else:
        X_data, mask = pad_ragged(X_data, mask)
        X = keep_in_file(X_data, 'X_data', maps=layer.stratify or X_scale)
        if not isinstance(X, Stored):
            X = as_numbers(X, 'X_data')
    mask = as_mask(mask, X)
    if X_scale and not X_encode:
        if layer.scale is None:
            raise DataError(
                'X_scale', 'an Embedding that was made with X_scale=True', 'X_scale=False',
                'Make the Embedding with X_scale=True, or predict on scaled samples.',
            )  # fmt: skip
        X = scale_features(X, layer.scale, mask)
    return X, mask


def check_weights(
    layer: 'Embedding',
    sample_weight: Any,
    X: ndarray | None,
    mask: ndarray | None = None,
    whole: bool = False,
    weighs: bool = True,
) -> ndarray | None:
    """Return the weights of the samples as an array (m,) of numbers of at least 0, or None.

    Where each step has a label, it may have a weight: (m, s), 0 where it pads. Of a part of the
    samples, `weighs` False, all may be 0.
    """
    if sample_weight is None:
        return None
    read = partial(as_numbers, name='sample_weight')
    m = 0 if X is None else len(X)
    if layer.se_dataset['per_step'] and not is_flat(sample_weight):
        w = read_weights(read, sample_weight, X, mask, whole).astype(np.float64)
    else:
        w = read(sample_weight).astype(np.float64)
    if w.shape[:1] != (m,) or w.ndim > 1 + layer.se_dataset['per_step']:
        raise DataError(
            'sample_weight', f'one number for each of the {m} samples, shape ({m},)',
            f'an array of shape {w.shape}', 'Give one weight for each sample of X_data.',
        )  # fmt: skip
    remedy = 'Leave it out to weigh all alike.'
    if w.min() < 0:
        raise DataError('sample_weight', 'numbers of at least 0', f'{w.min()}', remedy)
    if weighs and w.max() == 0:
        raise DataError('sample_weight', 'some number above 0', 'zeros only', remedy)
    return w
