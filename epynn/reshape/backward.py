"""Backward pass of the Reshape layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import Array

if TYPE_CHECKING:
    from epynn.reshape.models import Reshape


def reshape_backward(layer: 'Reshape', dX: Array) -> Array:
    """Reverse :func:`reshape_forward`: give the gradient the shape of the input.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output ``(m, *shape)``, from the layer after.

    Returns
    -------
    dX : ndarray
        Gradient with respect to the input ``(m, ...)``.
    """
    # (2) Other axes: (m, *shape) -> (m, ...)
    dA = layer.receive_gradient(dX)
    dX = dA.reshape(layer.fs['X'])

    # (1) Input
    layer.bc['dX'] = dX

    return dX
