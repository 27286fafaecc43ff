"""Backward pass of the Flatten layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.flatten.models import Flatten


def flatten_backward(layer: 'Flatten', dX: ndarray) -> ndarray:
    """Reverse :func:`flatten_forward`: give the gradient the shape of the input, ``(m, ...)``."""
    # (2) One row a sample: (m, n) -> (m, ...)
    dA = layer.receive_gradient(dX)
    dX = dA.reshape(layer.fs['X'])

    # (1) Input
    layer.bc['dX'] = dX

    return dX
