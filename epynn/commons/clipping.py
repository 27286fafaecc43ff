"""Clipping of gradients."""

import math
from typing import Protocol

import numpy as np

from epynn.commons.errors import ArgumentError
from epynn.kernels.arrays import Array


class _HasGradients(Protocol):
    """Anything with a dictionary of gradients, such as a layer."""

    g: dict[str, Array]


def clip_gradient(layer: _HasGradients, max_norm: float = 0.25) -> None:
    """Scale the gradients of a layer down to a joint L2 norm of at most ``max_norm``.

    ``g <- g * max_norm / norm`` for every gradient, where ``norm = sqrt(sum of all squares) >
    max_norm``; their direction is kept. The norm is computed relative to the largest element, so
    that squares cannot overflow. Gradients that are not finite are left as they are, for the check
    in training to find.

    Parameters
    ----------
    layer : Layer
        A layer with gradients ``g``. The dictionary keeps its keys and gets new arrays.
    max_norm : float, default 0.25
        Largest norm accepted, above 0.

    Raises
    ------
    ArgumentError
        ``max_norm`` is not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio, 2013. On the difficulty of training recurrent neural networks.
    """
    max_norm = float(max_norm)
    if not max_norm > 0:
        raise ArgumentError('max_norm', 'a number above 0', repr(max_norm))
    # NumPy's maximum hands a NaN on, Python's would lose it.
    largest = np.max([np.max(np.abs(g), initial=0) for g in layer.g.values()], initial=0)
    if not 0 < largest < math.inf:
        return
    unit = {name: g / largest for name, g in layer.g.items()}
    norm = math.hypot(*(float(np.linalg.norm(g)) for g in unit.values()))
    if float(largest) * norm > max_norm:
        layer.g.update({name: g * (max_norm / norm) for name, g in unit.items()})
