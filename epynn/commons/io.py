"""From the user's data to numbers: tokens to one-hot vectors, labels to classes, padding, scaling.

Tokens are whatever a sequence is made of: letters, words, integers. ``e2i`` maps each to its index
and ``i2e`` back. Nothing here modifies its input, and nothing remembers: what a scale or a set of
classes learned from data is returned, to be handed in again for other data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from epynn.commons.errors import ArgumentError, DataError, LabelError, ShapeError
from epynn.kernels.arrays import Array


def _as_list(data: Any) -> list[Any]:
    """Return a sequence or an array as a list, with Python scalars in place of NumPy's."""
    items = data.tolist() if hasattr(data, 'tolist') else list(data)
    return [item.item() if isinstance(item, np.generic) else item for item in items]


def _sorted(elements: set[Any]) -> list[Any]:
    """Sort elements; those of types that do not compare by type, then by how they print."""
    try:
        return sorted(elements)
    except TypeError:
        return sorted(elements, key=lambda element: (type(element).__name__, repr(element)))


# TOKENS


def _tokens(sequence: Any, where: str) -> list[Any]:
    """Return the tokens of one sample, or say that it has none."""
    try:
        return _as_list(sequence)
    except TypeError:
        raise DataError(
            where,
            'a sequence of tokens for each sample',
            repr(sequence),
            'Put a sample of one token into a list.',
        ) from None


def _indices(sequence: Any, e2i: Mapping[Any, int], where: str) -> list[int]:
    """Return the index of each token; ``where`` names the sample for the errors."""
    tokens = _tokens(sequence, where)
    try:
        return [e2i[token] for token in tokens]
    except (KeyError, TypeError):
        unknown = next(token for token in tokens if not _is_known(token, e2i))
        raise DataError(
            where,
            f'tokens that were there when the encoding was made ({len(e2i)} of them)',
            f'{unknown!r}',
            'Remove or replace it, or make the encoding from data that contain it.',
        ) from None


def _is_known(token: Any, e2i: Mapping[Any, int]) -> bool:
    """Say whether the token has an index; one that cannot be hashed has none."""
    try:
        return token in e2i
    except TypeError:
        return False


def index_elements_auto(X_data: Iterable[Any]) -> tuple[dict[Any, int], dict[int, Any], int]:
    """Give each token that occurs in the data a number, in sorted order.

    Parameters
    ----------
    X_data : iterable of sequences
        Samples, each a sequence of tokens: a string, a list, a row of an array.

    Returns
    -------
    e2i : dict
        Index of each token, 0 for the first. Tokens of types that do not compare, such as words and
        numbers, are sorted by the name of their type, then by how they print.
    i2e : dict
        Token of each index.
    elements_size : int
        How many there are.

    Raises
    ------
    DataError
        A sample is no sequence, or a token cannot be hashed (is itself a list) or is NaN.
    """
    elements: set[Any] = set()
    for number, sequence in enumerate(X_data):
        where = f'X_data, sample {number}'
        tokens = _tokens(sequence, where)
        try:
            elements.update(tokens)
        except TypeError:
            raise DataError(
                where,
                'a flat sequence of tokens',
                f'{type(tokens[0]).__name__} in it',
                'Make every sample one sequence: a string, a list or a tuple of tokens.',
            ) from None
        if any(token != token for token in tokens):
            raise DataError(where, 'tokens that equal themselves', 'NaN', 'Replace it by a token.')
    ordered = _sorted(elements)
    e2i = {element: i for i, element in enumerate(ordered)}
    return e2i, dict(enumerate(ordered)), len(ordered)


def one_hot_encode(i: int, elements_size: int) -> Array:
    """Return a vector of zeros with a one at index ``i``.

    Parameters
    ----------
    i : int
        Index of the token, from 0 to ``elements_size - 1``.
    elements_size : int
        Length of the vector.

    Returns
    -------
    array
        Shape (elements_size,), float64.

    Raises
    ------
    ArgumentError
        The index is out of range.
    """
    if not 0 <= i < elements_size:
        raise ArgumentError('i', f'an index from 0 to {elements_size - 1}', f'{i}')
    encoded = np.zeros(elements_size)
    encoded[i] = 1
    return encoded


def _one_hot(indices: Array, size: int) -> Array:
    """Encode an array of indices: (...) -> (..., size), float64."""
    if indices.size and indices.max() >= size:
        raise ArgumentError(
            'elements_size',
            f'at least {indices.max() + 1}, as e2i has that many',
            f'{size}',
            'index_elements_auto returns the three together.',
        )
    encoded = np.zeros((*indices.shape, size))
    np.put_along_axis(encoded, indices[..., np.newaxis], 1, axis=-1)
    return encoded


def one_hot_encode_sequence(
    sequence: Sequence[Any], e2i: Mapping[Any, int], elements_size: int
) -> Array:
    """Encode one sample, a sequence of tokens, as one-hot vectors.

    Parameters
    ----------
    sequence : sequence
        s tokens.
    e2i : mapping
        Index of each token.
    elements_size : int
        How many tokens there are, e.

    Returns
    -------
    array
        Shape (s, e), float64.

    Raises
    ------
    DataError
        A token is not in ``e2i``.
    """
    return _one_hot(np.array(_indices(sequence, e2i, 'sequence'), dtype=np.intp), elements_size)


def one_hot_decode_sequence(sequence: Array, i2e: Mapping[int, Any]) -> list[Any]:
    """Return the tokens of a sample that was one-hot encoded, or of probabilities the likeliest.

    Parameters
    ----------
    sequence : array
        Shape (s, e).
    i2e : mapping
        Token of each index.

    Returns
    -------
    list
        s tokens.

    Raises
    ------
    ShapeError
        ``sequence`` has not 2 axes, or e is not the number of tokens.
    """
    sequence = np.asarray(sequence)
    if sequence.ndim != 2 or sequence.shape[1] != len(i2e):
        raise ShapeError(
            'sequence', f'2 axes (s, e) with e = {len(i2e)} tokens', f'shape {sequence.shape}'
        )
    return [i2e[i] for i in np.argmax(sequence, axis=1).tolist()]


def encode_dataset(X_data: Iterable[Any], e2i: Mapping[Any, int], elements_size: int) -> Array:
    """Encode samples, each a sequence of tokens, as one-hot vectors.

    Parameters
    ----------
    X_data : iterable of sequences
        m samples of s tokens each.
    e2i : mapping
        Index of each token.
    elements_size : int
        How many tokens there are, e.

    Returns
    -------
    array
        Shape (m, s, e), float64.

    Raises
    ------
    DataError
        A token is not in ``e2i``, or the samples have different lengths.
    """
    indices: list[list[int]] = []
    for number, sequence in enumerate(X_data):
        where = f'X_data, sample {number}'
        indices.append(_indices(sequence, e2i, where))
        if len(indices[-1]) != len(indices[0]):
            raise DataError(
                where,
                f'{len(indices[0])} tokens, as in the samples before',
                f'{len(indices[-1])}',
                'Bring them to one length: epynn.commons.io.padding(X_data).',
            )
    # (m, s) -> (m, s, e)
    s = len(indices[0]) if indices else 0
    return _one_hot(np.array(indices, dtype=np.intp).reshape(len(indices), s), elements_size)


def padding(
    X_data: Iterable[Any], length: int | None = None, element: Any = '-', forced: bool = False
) -> list[list[Any]]:
    """Bring sequences to one length by adding an element at their ends.

    Parameters
    ----------
    X_data : iterable of sequences
        Samples, each a sequence of tokens: a string, a list, an array.
    length : int, optional
        Length wanted; by default that of the longest sample.
    element : object, default '-'
        What is added.
    forced : bool, default False
        Cut samples that are longer than ``length``, at their ends, rather than refuse them.

    Returns
    -------
    list of lists
        The samples, each a new list of tokens, also where it was a string.

    Raises
    ------
    ArgumentError
        ``length`` is negative.
    DataError
        A sample is longer than ``length`` and ``forced`` is False.
    """
    samples = [_tokens(sequence, f'X_data, sample {n}') for n, sequence in enumerate(X_data)]
    if length is None:
        length = max((len(tokens) for tokens in samples), default=0)
    if length < 0:
        raise ArgumentError('length', 'a whole number of at least 0', f'{length}')
    for number, tokens in enumerate(samples):
        if len(tokens) > length and not forced:
            raise DataError(
                f'X_data, sample {number}',
                f'at most {length} tokens, the length to pad to',
                f'{len(tokens)}',
                'Choose a larger length, or forced=True to cut the end of longer samples.',
            )
    return [tokens[:length] + [element] * (length - len(tokens)) for tokens in samples]


# FEATURES


@dataclass(frozen=True, eq=False)
class FeatureScale:
    """What :func:`feature_scale` learned from data and :func:`scale_features` applies.

    Attributes
    ----------
    minimum : float
        Smallest number of the whole array.
    span : float
        Largest number less the smallest.
    constant : array of bool
        Which features are the same in all samples, shape of one sample.
    """

    minimum: float
    span: float
    constant: Array


def _numbers(X_data: Any) -> Array:
    """Return data as an array of finite floating-point numbers: float64 unless it has its own."""
    try:
        X = np.asarray(X_data)
        X = X if np.issubdtype(X.dtype, np.floating) else X.astype(np.float64)
    except (TypeError, ValueError):
        raise DataError(
            'X_data',
            'samples of numbers, all of one shape',
            'something else',
            'Pad sequences to one length and encode tokens before scaling.',
        ) from None
    if X.ndim == 0 or X.size == 0:
        raise DataError('X_data', 'at least one sample', f'an array of shape {X.shape}')
    if not np.isfinite(X).all():
        raise DataError('X_data', 'finite numbers', 'NaN or infinity', 'Remove or replace them.')
    return X


def feature_scale(X_data: Any) -> FeatureScale:
    """Learn the scale of data: minimum and span of the whole array, and what is constant in it.

    Parameters
    ----------
    X_data : array
        m samples, shape (m, ...).

    Returns
    -------
    FeatureScale
        To hand to :func:`scale_features`. Where there is one sample only, no feature counts as
        constant, since nothing is known of others.

    Raises
    ------
    DataError
        There are no samples, or they are no finite numbers, or their span is not finite.
    """
    X = _numbers(X_data)
    minimum, maximum = float(X.min()), float(X.max())
    span = maximum - minimum
    if not np.isfinite(span):
        raise DataError(
            'X_data',
            'a difference of largest and smallest number below 1.8e308',
            f'{minimum:g} and {maximum:g}',
            'Divide the data by its largest magnitude first.',
        )
    constant = np.all(X[:1] == X, axis=0) & np.bool_(len(X) > 1)
    return FeatureScale(minimum, span, constant)


def scale_features(X_data: Any, scale: FeatureScale | None = None) -> Array:
    """Map data to [0, 1] by one line for the whole array: ``(x - min) / (max - min)``.

    One scale for all features, and not one each, keeps what lies between them: the relative
    intensities of pixels, the form of a signal. Features that are constant over the samples, and
    so tell nothing, become zeros.

    Parameters
    ----------
    X_data : array
        m samples, shape (m, ...).
    scale : FeatureScale, optional
        The scale of other data, as of a training set, to apply instead of that of ``X_data``;
        results may then lie outside [0, 1]. They saturate at the largest finite number.

    Returns
    -------
    array
        Shape of ``X_data``; float32 and float64 are kept, integers give float64.

    Raises
    ------
    DataError
        There are no samples, or they are no finite numbers.
    ShapeError
        The samples have not the shape of those that ``scale`` is of.
    """
    X = _numbers(X_data)
    scale = feature_scale(X) if scale is None else scale
    if X.shape[1:] != scale.constant.shape:
        raise ShapeError(
            'X_data',
            f'samples of shape {scale.constant.shape}, as the scale was made from',
            f'{X.shape[1:]}',
        )
    if scale.span == 0:
        return np.zeros_like(X)
    # Halves where the span itself would overflow the dtype; halving is exact.
    largest = np.finfo(X.dtype).max
    factor = 0.5 if scale.span > float(largest) else 1.0
    with np.errstate(over='ignore'):
        scaled = (X * factor - scale.minimum * factor) / (scale.span * factor)
    scaled = np.clip(scaled, -largest, largest).astype(X.dtype, copy=False)
    return np.where(scale.constant, np.zeros_like(X), scaled)


# LABELS


def _labels(Y_data: Any) -> list[Any]:
    """Return labels as a flat list of Python scalars: (m,) or (m, 1), list or array."""
    try:
        labels = _as_list(Y_data)
    except TypeError:
        raise LabelError('Y_data', 'one label for each sample', repr(Y_data)) from None
    for number, label in enumerate(labels):
        if hasattr(label, 'tolist'):
            label = label.tolist()
        if isinstance(label, list | tuple):
            if len(label) != 1 or isinstance(label[0], list | tuple):
                raise LabelError(
                    f'Y_data, sample {number}',
                    'one label',
                    f'{len(label)} values',
                    'Labels that are encoded already need no Y_encode.',
                )
            label = label[0].item() if isinstance(label[0], np.generic) else label[0]
        if label is None or label != label:
            raise LabelError(
                f'Y_data, sample {number}', 'a label', f'{label}', 'Remove the samples without.'
            )
        labels[number] = label
    return labels


def encode_labels(Y_data: Any) -> tuple[Array, list[Any]]:
    """Encode labels of any kind as one-hot vectors, one column a class.

    Parameters
    ----------
    Y_data : sequence or array
        m labels, shape (m,) or (m, 1): strings, integers with gaps or below 0, floats, booleans.

    Returns
    -------
    Y : array
        Shape (m, c), float64, for c classes.
    classes : list
        Label of each column, sorted, as Python scalars. Labels of types that do not compare are
        sorted by the name of their type, then by how they print.

    Raises
    ------
    LabelError
        There are no labels, or one is NaN or None, or a sample has several.
    """
    labels = _labels(Y_data)
    if not labels:
        raise LabelError('Y_data', 'at least one label', 'none')
    classes = _sorted(set(labels))
    return apply_label_encoding(labels, classes), classes


def apply_label_encoding(Y_data: Any, classes: Sequence[Any]) -> Array:
    """Encode labels with the classes that :func:`encode_labels` found in other data.

    Parameters
    ----------
    Y_data : sequence or array
        m labels, shape (m,) or (m, 1).
    classes : sequence
        Label of each column.

    Returns
    -------
    array
        Shape (m, c), float64.

    Raises
    ------
    LabelError
        A label is not among the classes, or NaN or None, or a sample has several.
    """
    index = {label: i for i, label in enumerate(classes)}
    labels = _labels(Y_data)
    for number, label in enumerate(labels):
        if label not in index:
            raise LabelError(
                f'Y_data, sample {number}',
                f'one of the classes {", ".join(map(repr, classes))}',
                repr(label),
                'Make the encoding from data that contain it.',
            )
    return _one_hot(np.array([index[label] for label in labels], dtype=np.intp), len(classes))
