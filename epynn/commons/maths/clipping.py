"""Clipping of gradients."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from epynn.commons.arguments import as_float
from epynn.commons.ranks import ALONE
from epynn.kernels.arrays import ndarray


class _HasGradients(Protocol):
    """Anything with a dictionary of gradients, such as a layer."""

    g: dict[str, ndarray]


def clip_gradient(layer: _HasGradients, max_norm: float = 0.25) -> None:
    """Scale the gradients of a layer down to a joint L2 norm of at most ``max_norm``.

    Parameters
    ----------
    layer, max_norm : layer, float
        As for :func:`clip_by_norm`, of which this is the case of one layer.
    """
    with getattr(layer, 'ranks', ALONE).added_up(layer):
        clip_by_norm([layer], max_norm)


def clip_by_norm(layers: Sequence[_HasGradients], max_norm: float) -> None:
    """Scale the gradients of several layers down to a joint L2 norm of at most ``max_norm``.

    ``g <- g * max_norm / norm`` for every gradient, where ``norm = sqrt(sum of all squares) >
    max_norm``; their direction is kept. The norm is computed relative to the largest element, so
    that squares cannot overflow. Gradients that are not finite are left as they are, for the check
    in training to find.

    torch.nn.utils.clip_grad_norm_ divides by ``norm + 1e-6`` instead, and so ends a little below;
    here the norm of what was clipped is ``max_norm``.

    Parameters
    ----------
    layers : sequence of Layer
        Layers with gradients ``g``, which are given new ones.
    max_norm : float
        Largest norm accepted, above 0.

    Raises
    ------
    ArgumentError
        ``max_norm`` is not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio, 2013. On the difficulty of training recurrent neural networks.
    """
    max_norm = as_bound(max_norm, 'max_norm')
    gradients = [g for layer in layers for g in layer.g.values()]
    # NumPy's maximum hands a NaN on, Python's would lose it.
    largest = float(np.max([np.max(np.abs(g), initial=0) for g in gradients], initial=0))
    if not 0 < largest < math.inf:
        return
    # Divided by a number of their own dtype: NumPy 1 would take a large Python float for float64.
    norm = math.hypot(*(float(np.linalg.norm(g / g.dtype.type(largest))) for g in gradients))
    if largest * norm > max_norm:
        scale = max_norm / norm
        for layer in layers:
            layer.g = {name: g / g.dtype.type(largest) * scale for name, g in layer.g.items()}


def clip_by_value(layers: Sequence[_HasGradients], max_value: float) -> None:
    """Cut the gradients of several layers off at plus and minus ``max_value``.

    ``g <- min(max(g, -c), c)`` for every number by itself, which changes the direction. The same as
    torch.nn.utils.clip_grad_value_. Arguments and errors as for :func:`clip_by_norm`.
    """
    c = as_bound(max_value, 'max_value')
    for layer in layers:
        layer.g = {name: np.clip(g, -c, c) for name, g in layer.g.items()}


def as_bound(value: float, name: str) -> float:
    """Return a number above 0, be it infinite."""
    return value if value == math.inf else as_float(value, name, low=0, above=True)
