"""Backward pass of the Reshape layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def reshape_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`reshape_forward`: give the gradient the shape of the input, ``(m, ...)``."""
    # (2) Other axes: (m, *shape) -> (m, ...)
    dA = layer.receive_gradient(dX)
    dX = dA.reshape(layer.fs['X'])

    # (1) Input
    layer.bc['dX'] = dX

    return dX
