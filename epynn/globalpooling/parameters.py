"""Shapes of the GlobalPooling layer."""

from math import prod

from epynn.commons.errors import ShapeError
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray


def globalpooling_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)``: ``n`` places of ``d`` channels.

    Raises
    ------
    ShapeError
        If there are no axes between samples and channels, or no place along them.
    """
    if A.ndim < 3 or 0 in A.shape[1:-1]:
        raise ShapeError(
            layer.name, 'an input of places, such as (m, h, w, d) or (m, s, e)', f'{A.shape}',
            'Give a recurrent layer before it sequences=True, or leave this layer out.',
        )  # fmt: skip
    layer.d['m'], layer.d['n'], layer.d['d'] = A.shape[0], prod(A.shape[1:-1]), A.shape[-1]
