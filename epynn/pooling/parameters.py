"""Shapes of the Pooling layer."""

from epynn.commons.windows import Sliding, check_sight, lay_window
from epynn.kernels.arrays import ndarray


def pooling_compute_shapes(layer: Sliding, A: ndarray) -> None:
    """Read the dimensions off the images ``(m, h, w, d)`` and derive ``oh`` and ``ow``."""
    layer.window = lay_window(layer, A, layer.padding, 'pool_size')
    check_sight(layer)
