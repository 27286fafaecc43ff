"""Shapes of the Bidirectional layer."""

from typing import TYPE_CHECKING

from epynn.commons.errors import LayerError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.bidirectional.models import Bidirectional


def bidirectional_compute_shapes(layer: 'Bidirectional', A: ndarray) -> None:
    """Read ``m s e`` off the sequences. The layers inside note the rest when they see them."""
    layer.d['m'], layer.d['s'], layer.d['e'] = A.shape
    if layer.carries:
        raise LayerError(
            layer.name, 'whole sequences, which can be read from their end', 'pieces of them',
            'Take one recurrent layer that reads forwards, or give sequences at once.',
        )  # fmt: skip
