"""Images that come out of rows, channels first in a file: weights are turned before they do."""

from collections.abc import Sequence

import numpy as np

from epynn.activation.models import Activation
from epynn.batchnorm.models import BatchNorm
from epynn.commons.maths import softmax
from epynn.commons.models import Layer
from epynn.dense.models import Dense
from epynn.dropout.models import Dropout
from epynn.kernels.arrays import ndarray
from epynn.reshape.models import Reshape

POINTWISE = (Activation, Dropout)
"""Layers to which the order of numbers is all the same."""


def turn_images(layers: list[Layer], shape: Sequence[int]) -> bool:
    """Let a Reshape to ``(d, h, w)`` near the end give ``(h, w, d)``, if a Dense fills it.

    Its units change places, and what goes for each of them behind it.
    """
    turned = list(layers)
    last = count_back(turned, len(turned), POINTWISE)
    first = count_back(turned, last - 1, (*POINTWISE, BatchNorm))
    if first < 1 or not (
        isinstance(turned[last - 1], Reshape) and isinstance(turned[first - 1], Dense)
    ):
        return False
    if any(mixes(layer) for layer in turned[first - 1 :]):
        return False
    d, *places = shape
    order = np.moveaxis(np.arange(np.prod(shape)).reshape(d, -1), 0, -1).ravel()
    turned[last - 1] = Reshape((*places, d))
    for layer in turned[first - 1 : last - 1]:
        layer.p, layer.s = turn_arrays(layer.p, order), turn_arrays(layer.s, order)
    layers[:] = turned
    return True


def count_back(layers: Sequence[Layer], end: int, kinds: tuple[type[Layer], ...]) -> int:
    """Return how many of the first layers are left without those of some kinds at the end."""
    while end > 0 and isinstance(layers[end - 1], kinds):
        end -= 1
    return end


def mixes(layer: Layer) -> bool:
    """Return whether a layer has a function in which numbers act on each other."""
    return any(getattr(layer, argument).function is softmax for argument in layer.activation)


def turn_arrays(arrays: dict[str, ndarray], order: ndarray) -> dict[str, ndarray]:
    """Return parameters whose last axis, that of the units, is in another order."""
    return {name: array[..., order] for name, array in arrays.items()}
