"""Shapes of the Transformer layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.transformer.models import Transformer


def transformer_compute_shapes(layer: 'Transformer', A: ndarray) -> None:
    """Read ``m s e`` off the sequences: the last Dense gives out as many elements as come in."""
    layer.d['m'], layer.d['s'], layer.d['e'] = A.shape

    layer.back.d['u'] = layer.back.arguments['units'] = layer.d['e']
