"""Backward pass of the Residual layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.residual.models import Residual


def residual_backward(layer: 'Residual', dX: ndarray) -> ndarray:
    """Reverse :func:`residual_forward`: the gradient goes back both ways, to the shape of ``X``."""
    # (4) Add: dF = dG = dA
    dA = layer.receive_gradient(dX)

    # (3) Along the shortcut
    dG = layer.pass_back(layer.shortcut, dA)

    # (2) Along the chain
    dF = layer.pass_back(layer.chain, dA)

    # (1) Input, which went both ways
    dX = layer.bc['dX'] = dF + dG

    return dX
