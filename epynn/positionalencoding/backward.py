"""Backward pass of the PositionalEncoding layer."""

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import zero_masked


def positionalencoding_backward(layer: Layer, dX: ndarray) -> ndarray:
    """Reverse :func:`positionalencoding_forward`: a sum passes the gradient on as it is."""
    # (4) Add, at real steps: dE = dX = dA
    dA = layer.bc['dA'] = zero_masked(layer.receive_gradient(dX), layer.mask)

    # (3) A row for each position: what comes back is for W alone
    # (2) Positions
    # (1) Input
    dX = layer.bc['dX'] = dA

    return dX
