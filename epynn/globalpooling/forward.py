"""Forward pass of the GlobalPooling layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.globalpooling.models import GlobalPooling


def globalpooling_forward(layer: 'GlobalPooling', A: ndarray) -> ndarray:
    """Compute ``A = pool(X)`` over all places: ``(m, ..., d) -> (m, d)``."""
    d = layer.d

    # (1) Input, the places side by side: (m, ..., d) -> (m, n, d)
    X = layer.receive_input(A)
    Xn = X.reshape(d['m'], d['n'], d['d'])

    # (2) One number a channel: (m, n, d) -> (m, d)
    A = layer.fc['A'] = getattr(Xn, layer.how)(axis=1)

    return A
