"""Backward pass of the Parallel layer."""

import math
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.branches.models import Parallel


def branches_backward(layer: 'Parallel', dX: ndarray) -> ndarray:
    """Reverse :func:`branches_forward`: ``(m, ..., u) -> (m, ..., d)``."""
    dA = layer.receive_gradient(dX)
    outputs = [layer.fc[f'A{k}'] for k in range(len(layer.branches))]

    # (3) Join: split, or to each term or factor its own
    if layer.join == 'concatenate':
        widths = (Ak.shape[-1] for Ak in outputs[:-1])
        gradients = np.split(dA, list(accumulate(widths)), axis=-1)
    elif layer.join == 'multiply':
        others = [outputs[:k] + outputs[k + 1 :] for k in range(len(outputs))]
        gradients = [dA * math.prod(factors) for factors in others]
    elif layer.join == 'add':
        gradients = [dA] * len(outputs)
    else:
        gradients = [dA / len(outputs)] * len(outputs)

    # (2) Along each branch
    for k, branch in enumerate(layer.branches):
        dAk = layer.bc[f'dA{k}'] = gradients[k]
        gradients[k] = layer.pass_back(branch, dAk)

    # (1) Input: the sum of what comes back to each part of it
    dX = np.zeros_like(dA, shape=layer.fs['X'])
    for part, dXk in zip(layer.inputs, gradients, strict=True):
        dX[..., part] += dXk
    layer.bc['dX'] = dX

    return dX
