"""Shapes of the Bidirectional layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.bidirectional.models import Bidirectional


def bidirectional_compute_shapes(layer: 'Bidirectional', A: ndarray) -> None:
    """Read ``m s e`` off the sequences. The layers inside note the rest when they see them."""
    layer.d['m'], layer.d['s'], layer.d['e'] = A.shape
