"""Forward pass of the TimeDistributed layer."""

from typing import TYPE_CHECKING

from epynn.commons.rows import put_steps, take_steps
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.timedistributed.models import TimeDistributed


def timedistributed_forward(layer: 'TimeDistributed', A: ndarray) -> ndarray:
    """Compute ``A[:, t] = F(X[:, t])`` at each step: ``(m, s, ...) -> (m, s, ...)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Real steps, one below the other: (m, s, ...) -> (M, ...)
    Xr = layer.fc['Xr'] = take_steps(X, layer.mask)

    # (3) The layers, to which each step is a sample
    Ar = layer.fc['Ar'] = layer.pass_through(layer.layers, Xr, None)

    # (4) Each back in its place: (M, ...) -> (m, s, ...), with 0 where a step pads
    A = layer.fc['A'] = put_steps(Ar, X.shape, layer.mask)

    # Z too, from which a network computes its loss
    Z = layer.layers[-1].fc.get('Z')
    if Z is not None and Z.shape == Ar.shape:
        layer.fc['Z'] = put_steps(Z, X.shape, layer.mask)

    return A
