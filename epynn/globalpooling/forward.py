"""Forward pass of the GlobalPooling layer."""

from typing import TYPE_CHECKING

from epynn.globalpooling.parameters import globalpooling_places
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.globalpooling.models import GlobalPooling


def globalpooling_forward(layer: 'GlobalPooling', A: ndarray) -> ndarray:
    """Compute ``A = pool(X)`` over all places: ``(m, ..., d) -> (m, d)``."""
    # (1) Input, the places side by side, N of which are no padding: (m, ..., d) -> (m, n, d)
    X = layer.receive_input(A)
    Xn, N = globalpooling_places(layer, X)

    # (2) One number a channel: (m, n, d) -> (m, d)
    A = getattr(Xn, layer.how)(axis=1)
    if layer.how == 'mean' and layer.mask is not None:
        A *= layer.d['n'] / N
    layer.fc['A'] = A

    return A
