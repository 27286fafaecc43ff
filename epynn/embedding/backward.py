"""Backward pass of the Embedding layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding


def embedding_backward(layer: 'Embedding', dX: ndarray) -> ndarray:
    """Pass the gradient on: ``dX = dA``.

    Parameters
    ----------
    dX : ndarray
        Gradient of the loss with respect to the output ``(m, ...)``, from the layer after.

    Returns
    -------
    dX : ndarray
        Gradient with respect to the samples ``(m, ...)``.
    """
    # (2) Pass on
    dA = layer.receive_gradient(dX)

    # (1) Samples
    dX = layer.bc['dX'] = dA

    return dX
