"""Sequences of tokens to one-hot vectors and back, and padding; see :mod:`epynn.commons.io`."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import as_flag, as_int, describe
from epynn.commons.errors import ArgumentError, ArgumentTypeError, DataError, ShapeError
from epynn.commons.io.labels import find_elements, one_hot
from epynn.commons.io.sequences import no_steps
from epynn.commons.io.user_data import as_list, is_missing
from epynn.kernels.arrays import ndarray


def _samples(X_data: Any) -> list[Any]:
    """Return the samples, or say what came instead."""
    try:
        return as_list(X_data, 'X_data')
    except TypeError:
        raise DataError(
            'X_data', 'samples, each a sequence of tokens', describe(X_data), 'Pass a list of them.'
        ) from None


def _tokens(sequence: Any, where: str) -> list[Any]:
    """Return the tokens of one sample, or say that it has none."""
    try:
        return as_list(sequence, where)
    except TypeError:
        raise DataError(
            where, 'a sequence of tokens for each sample', repr(sequence),
            'Put a sample of one token into a list.',
        ) from None  # fmt: skip


def _indices(sequence: Any, e2i: Mapping[Any, int], where: str) -> list[int]:
    """Return the index of each token; ``where`` names the sample for the errors."""
    if not isinstance(e2i, Mapping):
        raise ArgumentTypeError(
            'e2i', 'a dict {token: index}', describe(e2i), 'It is what index_elements_auto returns.'
        )
    tokens = _tokens(sequence, where)
    try:
        return [e2i[token] for token in tokens]
    except (KeyError, TypeError):
        unknown = next(token for token in tokens if not _is_known(token, e2i))
        raise DataError(
            where, f'tokens that were there when the encoding was made ({len(e2i)} of them)',
            f'{unknown!r}', 'Remove or replace it, or make the encoding from data that contain it.',
        ) from None  # fmt: skip


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
        A sample is no sequence, a token cannot be hashed (is itself a list) or is NaN, or tokens
        differ in type alone, such as 1 and '1'.
    """
    elements: set[tuple[type, Any]] = set()
    for number, sequence in enumerate(_samples(X_data)):
        where = f'X_data, sample {number}'
        tokens = _tokens(sequence, where)
        try:
            elements.update(zip(map(type, tokens), tokens, strict=True))
        except TypeError:
            raise DataError(
                where, 'a flat sequence of tokens', f'{type(tokens[0]).__name__} in it',
                'Make every sample one sequence: a string, a list or a tuple of tokens.',
            ) from None  # fmt: skip
        if any(token is not None and is_missing(token) for token in tokens):
            raise DataError(where, 'tokens that equal themselves', 'NaN', 'Replace it by a token.')
    ordered = find_elements((token for _, token in elements), 'X_data')
    e2i = {element: i for i, element in enumerate(ordered)}
    return e2i, dict(enumerate(ordered)), len(ordered)


def one_hot_encode(i: int, elements_size: int) -> ndarray:
    """Return a vector of ``elements_size`` zeros, float64, but for a one at index ``i``.

    Parameters
    ----------
    i, elements_size : int
        Place of the one, and length of the vector.

    Raises
    ------
    ArgumentError
        The index is not from 0 to ``elements_size - 1``.
    """
    elements_size = as_int(elements_size, 'elements_size')
    if not 0 <= as_int(i, 'i', minimum=-sys.maxsize) < elements_size:
        raise ArgumentError(
            'i', f'an index from 0 to {elements_size - 1}', f'{i}', 'Choose a larger elements_size.'
        )
    encoded = np.zeros(elements_size)
    encoded[i] = 1
    return encoded


def _checked_one_hot(indices: ndarray, size: int) -> ndarray:
    """Encode an array of indices, (...) -> (..., size); refuse a size too small for them."""
    if indices.size and indices.max() >= size:
        raise ArgumentError(
            'elements_size', f'at least {indices.max() + 1}, as e2i has that many', f'{size}',
            'index_elements_auto returns the three together.',
        )  # fmt: skip
    return one_hot(indices, size)


def one_hot_encode_sequence(
    sequence: Sequence[Any], e2i: Mapping[Any, int], elements_size: int
) -> ndarray:
    """Encode one sample, s tokens, as one-hot vectors, (s, e).

    Parameters
    ----------
    sequence : sequence of tokens
        The sample.
    e2i, elements_size : mapping, int
        As for :func:`encode_dataset`; so are errors.
    """
    indices = np.array(_indices(sequence, e2i, 'sequence'), dtype=np.intp)
    return _checked_one_hot(indices, elements_size)


def one_hot_decode_sequence(sequence: ndarray, i2e: Mapping[int, Any]) -> list[Any]:
    """Return the s tokens of a sample (s, e) that was one-hot encoded, or those most probable.

    Parameters
    ----------
    sequence : array
        The sample, shape (s, e).
    i2e : mapping
        Token of each index.

    Raises
    ------
    ShapeError
        ``sequence`` has not 2 axes, or e is not the number of tokens.
    ArgumentError
        The indices in ``i2e`` are not those from 0.
    """
    sequence = np.asarray(sequence)
    if sequence.ndim != 2 or sequence.shape[1] != len(i2e):
        raise ShapeError(
            'sequence', f'2 axes (s, e) with e = {len(i2e)} tokens', f'shape {sequence.shape}',
            'Pass one sample, and the i2e that it was encoded with.',
        )  # fmt: skip
    if set(i2e) != set(range(len(i2e))):
        raise ArgumentError(
            'i2e', 'a dict {index: token} of the indices from 0', describe(i2e),
            'It is what index_elements_auto returns, after e2i.',
        )  # fmt: skip
    return [i2e[i] for i in np.argmax(sequence, axis=1).tolist()]


def encode_dataset(X_data: Iterable[Any], e2i: Mapping[Any, int], elements_size: int) -> ndarray:
    """Encode samples, each a sequence of tokens, as one-hot vectors.

    Parameters
    ----------
    X_data : iterable of sequences
        The m samples, of s tokens each; those of fewer end in vectors of zeros, which no token has.
    e2i : mapping
        Index of each token.
    elements_size : int
        How many different tokens there are, e.

    Returns
    -------
    array
        Shape (m, s, e), float64.

    Raises
    ------
    DataError
        A token is not in ``e2i``, or a sample among others has none.
    ArgumentError
        ``elements_size`` is smaller than an index in ``e2i``.
    """
    indices = [
        _indices(sequence, e2i, f'X_data, sample {number}')
        for number, sequence in enumerate(_samples(X_data))
    ]
    lengths = [len(sample) for sample in indices]
    s = max(lengths, default=0)
    if 0 in lengths and s > 0:
        raise no_steps(f'X_data, sample {lengths.index(0)}')
    # (m, s) -> (m, s, e)
    padded = [sample + [0] * (s - len(sample)) for sample in indices]
    numbers = np.array(padded, dtype=np.intp).reshape(len(indices), s)
    encoded = _checked_one_hot(numbers, elements_size)
    for x, length in zip(encoded, lengths, strict=True):
        x[length:] = 0
    return encoded


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
    samples = [
        _tokens(sequence, f'X_data, sample {n}') for n, sequence in enumerate(_samples(X_data))
    ]
    forced = as_flag(forced, 'forced')
    if length is None:
        length = max((len(tokens) for tokens in samples), default=0)
    length = as_int(length, 'length', minimum=0)
    for number, tokens in enumerate(samples):
        if len(tokens) > length and not forced:
            raise DataError(
                f'X_data, sample {number}', f'at most {length} tokens, the length to pad to',
                f'{len(tokens)}',
                'Choose a larger length, or forced=True to cut the end of longer samples.',
            )  # fmt: skip
    return [tokens[:length] + [element] * (length - len(tokens)) for tokens in samples]
