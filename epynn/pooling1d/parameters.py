"""Shapes of the Pooling1D layer."""

from epynn.commons.windows import Sliding, check_sight, lay_step_window
from epynn.kernels.arrays import ndarray


def pooling1d_compute_shapes(layer: Sliding, A: ndarray) -> None:
    """Read the dimensions off the signals ``(m, s, e)`` and derive ``os``."""
    layer.window = lay_step_window(layer, A, layer.padding, 'pool_size')
    check_sight(layer)
