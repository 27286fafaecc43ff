"""Shapes of the Embedding layer."""

from typing import TYPE_CHECKING

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.embedding.models import Embedding

SYMBOLS = {2: ('n',), 3: ('s', 'e'), 4: ('h', 'w', 'd')}


def embedding_compute_shapes(layer: 'Embedding', A: ndarray) -> None:
    """Read the dimensions off the samples.

    ``(m, n)`` are features, ``(m, s, e)`` sequences, ``(m, h, w, d)`` images.
    """
    layer.d['m'] = A.shape[0]
    layer.d.update(zip(SYMBOLS.get(A.ndim, ()), A.shape[1:], strict=False))
