"""Backward pass of the TimeDistributed layer."""

from typing import TYPE_CHECKING

from epynn.commons.rows import put_steps, take_steps
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.timedistributed.models import TimeDistributed


def timedistributed_backward(layer: 'TimeDistributed', dX: ndarray) -> ndarray:
    """Reverse :func:`timedistributed_forward`: ``(m, s, ...) -> (m, s, ...)``."""
    # (4) Real steps, one below the other: (m, s, ...) -> (M, ...)
    dA = layer.receive_gradient(dX)
    dAr = layer.bc['dAr'] = take_steps(dA, layer.mask)

    # (3) Back through the layers; dZ in closed form, where the network has it, is for the last one
    dZ = layer.output_dZ
    layer.layers[-1].output_dZ = None if dZ is None else take_steps(dZ, layer.mask)
    dXr = layer.bc['dXr'] = layer.pass_back(layer.layers, dAr)

    # (2) Each back in its place: (M, ...) -> (m, s, ...), with 0 where a step pads
    dX = put_steps(dXr, layer.fs['X'], layer.mask)

    # (1) Input
    layer.bc['dX'] = dX

    return dX
