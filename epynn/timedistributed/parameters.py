"""Shapes of the TimeDistributed layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.timedistributed.models import TimeDistributed


def timedistributed_compute_shapes(layer: 'TimeDistributed', A: ndarray) -> None:
    """Read ``m s M`` off sequences ``(m, s, ...)``; layers inside note theirs when they see steps.

    Raises
    ------
    ShapeError
        If the input has no axis behind that of the steps.
    """
    if A.ndim < 3:
        raise ShapeError(
            layer.name, 'an input of 3 axes or more (m, s, ...: samples, steps)',
            f'{A.ndim} axes {A.shape}', 'After a recurrent layer, give that one sequences=True; '
            'give numbers of one each step a last axis: X[..., np.newaxis].',
        )  # fmt: skip
    m, s = layer.d['m'], layer.d['s'] = A.shape[:2]
    layer.d['M'] = m * s if layer.mask is None else int(np.count_nonzero(layer.mask))
