"""Shapes of the TimeDistributed layer, and of the parameters of the layers inside."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.composite import chain_shapes
from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.timedistributed.models import TimeDistributed


def timedistributed_compute_shapes(layer: 'TimeDistributed', A: ndarray) -> None:
    """Read ``m s M`` off sequences ``(m, s, ...)`` and derive the shapes of parameters inside.

    They are found once for each shape of a step.

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
    if layer.o.get('step_shape') != A.shape[2:]:
        for i, of_parameters in enumerate(chain_shapes(layer.layers, A[:, 0])):
            layer.ps.update({f'{i}.{name}': shape for name, shape in of_parameters.items()})
        layer.o['step_shape'] = A.shape[2:]
