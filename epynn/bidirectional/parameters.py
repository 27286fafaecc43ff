"""Shapes of the Bidirectional layer, and of the parameters of the layers inside."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.bidirectional.models import Bidirectional


def bidirectional_compute_shapes(layer: 'Bidirectional', A: ndarray) -> None:
    """Read ``m s e`` off the sequences and derive the shapes of the parameters of both layers."""
    d = layer.d
    d['m'], d['s'], d['e'] = A.shape

    for i, inner in enumerate(layer.layers):
        inner.compute_shapes(A)
        layer.ps.update({f'{i}.{name}': shape for name, shape in inner.ps.items()})
