"""Backward pass of the Template layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.template.models import Template


def template_backward(layer: 'Template', dX: ndarray) -> ndarray:
    """Reverse :func:`template_forward`: ``dX = dA``, both ``(m, ...)``."""
    # (2) Pass on
    dA = layer.receive_gradient(dX)
    dX = dA

    # (1) Input
    layer.bc['dX'] = dX

    return dX
