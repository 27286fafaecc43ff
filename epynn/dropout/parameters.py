"""Shapes of the Dropout layer."""

from typing import TYPE_CHECKING

from epynn.commons.errors import ArgumentError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.dropout.models import Dropout


def dropout_compute_shapes(layer: 'Dropout', A: ndarray) -> None:
    """Derive the shape of the mask: that of the input, with 1 along the shared axes."""
    if any(axis >= A.ndim for axis in layer.axis):
        raise ArgumentError(
            'Dropout.axis', f'axes from 0 to {A.ndim - 1}, as the input has {A.ndim}',
            f'{layer.axis}', 'Leave out the axes that the input does not have.',
        )  # fmt: skip
    layer.d['m'] = A.shape[0]

    layer.fs['D'] = tuple(1 if axis in layer.axis else n for axis, n in enumerate(A.shape))
