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
    """Return truth and output, both (m, U) or (m, s, U), in the output's dtype; refuse others."""
    A, Y = floating(A, 'A'), floating(Y, 'Y')
    if A.ndim not in (2, 3) or Y.shape != A.shape:
        raise ShapeError(
            'loss', 'Y and A of one shape with 2 axes (m, U), or 3 (m, s, U)',
            f'Y {Y.shape} and A {A.shape}',
            'The last layer needs as many units as Y has columns.',
        )  # fmt: skip
    return Y.astype(A.dtype, copy=False), A


def labels_as_columns(Y: Any, A: Any) -> tuple[ndarray, ndarray]:
    """Return labels 0 to U - 1, (m, 1) or (m,), as one-hot columns, and the output; both (m, U).

    Of steps they are (m, s, 1) or (m, s), and both (m, s, U).
    """
    A, Y = floating(A, 'A'), as_array(Y, 'Y')
    if A.ndim not in (2, 3) or Y.shape not in ((*A.shape[:-1], 1), A.shape[:-1]):
        raise ShapeError(
            'loss', 'labels Y (m, 1) and outputs A (m, U), or (m, s, 1) and (m, s, U)',
            f'Y {Y.shape} and A {A.shape}', 'Labels that are columns already go with CCE.',
        )  # fmt: skip
    U = A.shape[-1]
    Y = Y.reshape(A.shape[:-1])
    # (..., 1) == (U,) -> (..., U)
    columns: ndarray = Y[..., np.newaxis] == np.arange(U)
    wrong = np.argwhere(~columns.any(axis=-1))
    if wrong.size:
        place = tuple(wrong[0].tolist())
        where = ', step '.join(map(str, place))
        raise LabelError(
            f'Y, sample {where}', f'a whole number from 0 to {U - 1}', f'{Y[place]}',
            'Number the classes from 0; one unit for each.',
        )  # fmt: skip
    return columns.astype(A.dtype), A
