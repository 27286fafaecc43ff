"""Labels of any kind to one-hot columns, and the classes that are remembered for other data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import describe
from epynn.commons.errors import LabelError
from epynn.kernels.arrays import Array


def as_list(data: Any) -> list[Any]:
    """Return a sequence or an array as a list, with Python scalars in place of NumPy's."""
    items = data.tolist() if hasattr(data, 'tolist') else list(data)
    return [item.item() if isinstance(item, np.generic) else item for item in items]


def sort_elements(elements: set[Any]) -> list[Any]:
    """Sort elements; those of types that do not compare by type, then by how they print."""
    try:
        return sorted(elements)
    except TypeError:
        return sorted(elements, key=lambda element: (type(element).__name__, repr(element)))


def _labels(Y_data: Any) -> list[Any]:
    """Return labels as a flat list of Python scalars: (m,) or (m, 1), list or array."""
    try:
        labels = as_list(Y_data)
    except TypeError:
        raise LabelError(
            'Y_data', 'one label for each sample', repr(Y_data), 'Pass a list or an array.'
        ) from None
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
        if label.__hash__ is None:
            raise LabelError(
                f'Y_data, sample {number}', 'a label such as a number or a string',
                describe(label), 'Give each sample one label.',
            )  # fmt: skip
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
        raise LabelError('Y_data', 'at least one label', 'none', 'Pass one for each sample.')
    classes = sort_elements(set(labels))
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
    return np.eye(len(classes))[[index[label] for label in labels]]
