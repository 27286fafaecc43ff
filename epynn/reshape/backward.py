"""Backward pass of the Reshape layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.reshape.models import Reshape


def reshape_backward(layer: 'Reshape', dX: ndarray) -> ndarray:
    """Reverse :func:`reshape_forward`: give the gradient the shape of the input, ``(m, ...)``."""
    # (2) Other axes: (m, *shape) -> (m, ...)
    dA = layer.receive_gradient(dX)
    dX = dA.reshape(layer.fs['X'])

    # (1) Input
    layer.bc['dX'] = dX

    return dX
