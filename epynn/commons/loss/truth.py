"""Truth and outputs, as every loss takes them: checked, and brought to the dtype of the outputs."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from epynn.commons.errors import LabelError, ShapeError
from epynn.commons.io.user_data import as_array
from epynn.commons.maths.floating import floating
from epynn.kernels.arrays import ndarray

LossFunction: TypeAlias = Callable[..., ndarray]


def pair(Y: Any, A: Any) -> tuple[ndarray, ndarray]:
    """Return truth and output, both (m, U), in the output's dtype; refuse other shapes."""
    A, Y = floating(A, 'A'), floating(Y, 'Y')
    if A.ndim != 2 or Y.shape != A.shape:
        raise ShapeError(
            'loss', 'Y and A of one shape with 2 axes (m, U)', f'Y {Y.shape} and A {A.shape}',
            'The last layer needs as many units as Y has columns.',
        )  # fmt: skip
    return Y.astype(A.dtype, copy=False), A


def labels_as_columns(Y: Any, A: Any) -> tuple[ndarray, ndarray]:
    """Return labels 0 to U - 1, (m, 1) or (m,), as one-hot columns, and the output; both (m, U)."""
    A, Y = floating(A, 'A'), as_array(Y, 'Y')
    if A.ndim != 2 or Y.shape not in ((len(A), 1), (len(A),)):
        raise ShapeError(
            'loss', 'labels Y (m, 1) and outputs A (m, U)', f'Y {Y.shape} and A {A.shape}',
            'Labels that are columns already go with CCE.',
        )  # fmt: skip
    U = A.shape[1]
    # (m, 1) == (U,) -> (m, U)
    columns: ndarray = Y.reshape(-1, 1) == np.arange(U)
    wrong = np.flatnonzero(~columns.any(axis=1))
    if wrong.size:
        raise LabelError(
            f'Y, sample {wrong[0]}', f'a whole number from 0 to {U - 1}',
            f'{Y.reshape(-1)[wrong[0]]}', 'Number the classes from 0; one unit for each.',
        )  # fmt: skip
    return columns.astype(A.dtype), A
