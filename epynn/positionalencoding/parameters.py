"""Shapes, parameters and gradients of the PositionalEncoding layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray
from epynn.kernels.lookup import add_rows

if TYPE_CHECKING:
    from epynn.positionalencoding.models import PositionalEncoding


def positionalencoding_compute_shapes(layer: 'PositionalEncoding', A: ndarray) -> None:
    """Read ``m s e`` off the sequences and derive the shape of the rows that are learned."""
    layer.d['m'], layer.d['s'], layer.d['e'] = A.shape

    if layer.kind == 'learned':
        layer.ps['W'] = (layer.d['ms'], layer.d['e'])


def positionalencoding_initialize_parameters(layer: 'PositionalEncoding') -> None:
    """Draw the rows, where they are learned."""
    if layer.kind == 'learned':
        layer.p['W'] = layer.initialization(layer.ps['W'], rng=layer.np_rng)


def positionalencoding_compute_gradients(layer: 'PositionalEncoding') -> None:
    """Compute the gradient of the rows: each gathers those of its position in all samples."""
    if layer.kind == 'learned':
        t, dE = layer.fc['t'], layer.bc['dA']
        if t.ndim == 1:
            dE = dE.sum(axis=0)

        # (3) A row for each: (m, s, e) -> (ms, e)
        layer.g['dW'] = add_rows(t, dE, layer.d['ms'])
