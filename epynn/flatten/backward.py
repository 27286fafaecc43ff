"""Backward pass of the Flatten layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def flatten_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`flatten_forward`: give the gradient the shape of the input, ``(m, ...)``."""
    # (2) One row a sample: (m, n) -> (m, ...)
    dA = layer.receive_gradient(dX)
    dX = dA.reshape(layer.fs['X'])

    # (1) Input
    layer.bc['dX'] = dX

    return dX
