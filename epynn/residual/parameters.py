"""Shapes of the Residual layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.residual.models import Residual


def residual_compute_shapes(layer: 'Residual', A: ndarray) -> None:
    """Read ``m`` off the input ``(m, ...)``. Layers inside note theirs when they see it."""
    layer.d['m'] = A.shape[0]
