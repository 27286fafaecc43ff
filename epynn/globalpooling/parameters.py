"""Shapes of the GlobalPooling layer, and the places that it pools."""

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.errors import ShapeError
from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.globalpooling.models import GlobalPooling

FILLERS = {'mean': 0.0, 'max': -np.inf, 'min': np.inf}
"""What adds nothing and wins nowhere."""


def globalpooling_compute_shapes(layer: Layer, A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ..., d)``: ``n`` places of ``d`` channels.

    Raises
    ------
    ShapeError
        If there are no axes between samples and channels, or no real place along them.
    """
    if A.ndim < 3 or 0 in A.shape[1:-1]:
        raise ShapeError(
            layer.name, 'an input of places, such as (m, h, w, d) or (m, s, e)', f'{A.shape}',
            'Give a recurrent layer before it sequences=True, or leave this layer out.',
        )  # fmt: skip
    layer.d['m'], layer.d['n'], layer.d['d'] = A.shape[0], prod(A.shape[1:-1]), A.shape[-1]
    if layer.mask is not None and not layer.mask.any(axis=1).all():
        raise ShapeError(
            layer.name, 'sequences of at least one step', 'one whose steps are all masked',
            'Leave out sequences that are empty.',
        )  # fmt: skip


def globalpooling_places(layer: 'GlobalPooling', X: ndarray) -> tuple[ndarray, ndarray | float]:
    """Return the places side by side, ``(m, ..., d) -> (m, n, d)``, and how many are real.

    Masked ones hold what adds nothing and wins nowhere.
    """
    d = layer.d
    Xn = X.reshape(d['m'], d['n'], d['d'])
    if layer.mask is None:
        return Xn, float(d['n'])
    real = layer.mask.repeat(d['n'] // X.shape[1], axis=1)[..., np.newaxis]
    return np.where(real, Xn, FILLERS[layer.how]), real.sum(axis=1)
