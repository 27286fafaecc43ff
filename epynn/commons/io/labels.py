"""Labels of any kind to one-hot columns, and the classes that are remembered for other data."""

from collections.abc import Iterable, Sequence, Sized
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import DataError, LabelError
from epynn.commons.io.numbers import as_numbers
from epynn.commons.io.user_data import as_list, is_frame, is_missing, refuse
from epynn.commons.logs import warn
from epynn.kernels.arrays import ndarray


def find_elements(values: Iterable[Any], where: str) -> list[Any]:
    """Return the different labels or tokens that occur, sorted.

    Those of types that do not compare are sorted by type, then by how they print. Those that are
    told apart by their type alone are refused: True and 1, which Python takes for one, or 1 and
    '1'. Whole numbers may be written as floats.
    """
    values = list(values)
    typed = set(zip(map(type, values), values, strict=True))
    if len({kind for kind, _ in typed}) > 1:
        shown: dict[Any, Any] = {}
        for kind, value in sorted(typed, key=lambda pair: pair[0].__name__):
            for key in (value, str(value)):  # equal, or equal in print
                other = shown.setdefault(key, value)
                if {type(other), kind} not in ({kind}, {int, float}):
                    raise DataError(
                        where, 'labels and tokens of one type, or that differ otherwise',
                        f'{describe(other)} and {describe(value)}',
                        f'Write all of them in one type: list(map(str, {where})), for example.',
                    )  # fmt: skip
    elements = {value for _, value in typed}
    try:
        return sorted(elements)
    except TypeError:
        return sorted(elements, key=lambda element: (type(element).__name__, repr(element)))


def _labels(Y_data: Any) -> list[Any]:
    """Return labels as a flat list of Python scalars: (m,) or (m, 1), list, array or frame."""
    try:
        labels = as_list(Y_data, 'Y_data')
    except TypeError:
        raise LabelError(
            'Y_data', 'one label for each sample', repr(Y_data), 'Pass a list or an array.'
        ) from None
    for number, label in enumerate(labels):
        if hasattr(label, 'tolist'):
            label = as_list(label, 'Y_data') if np.ndim(label) else label.tolist()
        if isinstance(label, list | tuple):
            if len(label) != 1 or isinstance(label[0], list | tuple):
                remedy = (
                    'Labels that are encoded already need no Y_encode. For one a step see '
                    'docs/targets.md.'
                )
                if is_frame(Y_data):
                    remedy = f'Choose the column of labels: Y_data[{list(Y_data.columns)[-1]!r}].'
                raise LabelError(
                    f'Y_data, sample {number}', 'one label', f'{len(label)} values', remedy
                )
            label = label[0].item() if isinstance(label[0], np.generic) else label[0]
        if is_missing(label):
            raise LabelError(
                f'Y_data, sample {number}', 'a label', f'{label}', 'Remove the samples without.'
            )
        if label.__hash__ is None:
            raise LabelError(
                f'Y_data, sample {number}', 'a label such as a number or a string',
                describe(label), 'Give each sample one label.',
            )  # fmt: skip
        labels[number] = label
    return labels


def encode_labels(Y_data: Any) -> tuple[ndarray, list[Any]]:
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
        There are no labels, or one is NaN or None, or a sample has several, or some differ in
        type alone, or there are nearly as many different ones as samples.
    """
    labels = _labels(Y_data)
    if not labels:
        raise LabelError('Y_data', 'at least one label', 'none', 'Pass one for each sample.')
    classes = find_elements(labels, 'Y_data')
    check_number_of_classes(len(classes), len(labels))
    return apply_label_encoding(labels, classes), classes


def check_number_of_classes(c: int, m: int) -> None:
    """Warn of labels most of which occur once; refuse thousands, whose columns fill the memory."""
    if c <= max(20, m // 2):
        return
    remedy = 'Amounts to be predicted need no Y_encode=True: end by Dense(1, identity), loss MSE.'
    if c > 1000:
        raise LabelError(
            'Y_data', 'classes, each with several samples', f'{c} different labels in {m} samples',
            f'{remedy} Identifiers are no labels.',
        )  # fmt: skip
    warn(f'Y_encode: {c} different labels in {m} samples. {remedy}')


def apply_label_encoding(Y_data: Any, classes: Sequence[Any]) -> ndarray:
    """Encode m labels with the classes that :func:`encode_labels` found in other data: (m, c).

    Raises
    ------
    LabelError
        A label is not among the classes, or NaN or None, or a sample has several.
    """
    index = {label: i for i, label in enumerate(classes)}
    flags = any(isinstance(label, bool) for label in classes)
    labels = _labels(Y_data)
    for number, label in enumerate(labels):
        if label not in index or (label in (0, 1) and isinstance(label, bool) != flags):
            raise LabelError(
                f'Y_data, sample {number}', f'one of the classes {", ".join(map(repr, classes))}',
                repr(label), 'Remove the sample, or make the encoding from data that contain it.',
            )  # fmt: skip
    return one_hot(np.array([index[label] for label in labels], dtype=np.intp), len(classes))


def require_one_each(Y_data: Any, X: ndarray) -> None:
    """Refuse labels that are more or fewer than the samples."""
    refuse(Y_data, 'Y_data')
    count = len(Y_data) if np.iterable(Y_data) and isinstance(Y_data, Sized) else None
    if count != len(X):
        raise DataError(
            'Y_data', f'as many labels as samples ({len(X)})',
            describe(Y_data) if count is None else f'{count}',
            'For one sample, pass X_data[np.newaxis].' if count == 1 and X.ndim == 1
            else 'Give one label for each sample.',
        )  # fmt: skip


def known_labels(Y_data: Any, classes: Sequence[Any] | None) -> ndarray:
    """Return labels (m, c) by the classes of other data, or as the numbers that they are."""
    if classes is not None:
        return apply_label_encoding(Y_data, classes)
    Y = as_numbers(Y_data, 'Y_data')
    if Y.ndim > 2:
        raise DataError(
            'Y_data', 'labels of shape (m,) or (m, c)', f'an array of shape {Y.shape}',
            'Lay the labels of each sample out in one row: Y_data.reshape(m, -1).',
        )  # fmt: skip
    return Y


def one_hot(indices: ndarray, size: int) -> ndarray:
    """Encode an array of indices below ``size``: (...) -> (..., size), float64."""
    try:
        encoded = np.zeros((*indices.shape, size))
    except MemoryError:
        raise DataError(
            'one-hot encoding', 'columns that fit into memory',
            f'{size} columns for {indices.size} values, {indices.size * size / 2**27:.1f} GiB',
            'Number classes from 0 and take loss="ICCE"; number tokens and take a Tokens layer.',
        ) from None  # fmt: skip
    np.put_along_axis(encoded, indices[..., np.newaxis], 1, axis=-1)
    return encoded
