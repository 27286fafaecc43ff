"""Shapes of the Pooling1D layer."""

from typing import TYPE_CHECKING

from epynn.commons.windows import lay_step_window
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.pooling1d.models import Pooling1D


def pooling1d_compute_shapes(layer: 'Pooling1D', A: ndarray) -> None:
    """Read the dimensions off the signals ``(m, s, e)`` and derive ``os``."""
    layer.window = lay_step_window(layer, A, layer.padding, 'pool_size')
