"""Shapes of the Pooling layer."""

from typing import TYPE_CHECKING

from epynn.commons.windows import lay_window
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.pooling.models import Pooling


def pooling_compute_shapes(layer: 'Pooling', A: ndarray) -> None:
    """Read the dimensions off the images ``(m, h, w, d)`` and derive ``oh`` and ``ow``."""
    layer.window = lay_window(layer, A, layer.padding, 'pool_size')
