"""Backward pass of the Transformer layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.transformer.models import Transformer


def transformer_backward(layer: 'Transformer', dX: ndarray) -> ndarray:
    """Reverse :func:`transformer_forward`: back through the layers of both halves."""
    # (3) Feed-forward
    dA = layer.receive_gradient(dX)
    dXa = layer.bc['dXa'] = layer.pass_back(layer.feed_forward, dA)

    # (2) Attention
    dX = layer.pass_back(layer.attention, dXa)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
