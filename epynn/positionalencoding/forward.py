"""Forward pass of the PositionalEncoding layer."""

from typing import TYPE_CHECKING

from epynn.commons.positions import sinusoids
from epynn.kernels.arrays import beside, ndarray

if TYPE_CHECKING:
    from epynn.positionalencoding.models import PositionalEncoding


def positionalencoding_forward(layer: 'PositionalEncoding', A: ndarray) -> ndarray:
    """Compute ``A = X + E``, ``E`` a row for each position: ``(m, s, e) -> (m, s, e)``."""
    # (1) Input
    X = layer.receive_input(A)

    # (2) Positions, counted over real steps: (s,), or (m, s) where those differ by the sample
    t = layer.fc['t'] = beside(layer.find_positions(), X)

    # (3) A row for each: learned, or sines and cosines: (s,) -> (s, e)
    E = layer.p['W'][t] if layer.kind == 'learned' else sinusoids(t, layer.d['e']).astype(X.dtype)
    layer.fc['E'] = E

    # (4) Add: (m, s, e) + (s, e) -> (m, s, e)
    A = layer.fc['A'] = X + E

    return A
