"""Forward pass of the Bidirectional layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.bidirectional.models import Bidirectional


def bidirectional_forward(layer: 'Bidirectional', A: ndarray) -> ndarray:
    """Read the steps forwards by one layer and backwards by the other; merge what they give.

    ``(m, s, e) -> (m, u)``, last states, or ``(m, s, u)`` if the layers give sequences.
    """
    # (1) Input (m, s, e)
    X = layer.receive_input(A)
    onward, back = layer.layers

    # (2) From the first step to the last
    A0 = layer.fc['A0'] = layer.pass_through([onward], X, layer.mask)

    # (3) From the last step to the first. What it gives for each step goes where the step is
    mask = None if layer.mask is None else layer.mask[:, ::-1]
    A1 = layer.pass_through([back], X[:, ::-1], mask)
    A1 = layer.fc['A1'] = A1[:, ::-1] if layer.sequences else A1

    # (4) Merge: units side by side, or one sum
    if layer.merge == 'concatenate':
        A = np.concatenate([A0, A1], axis=-1)
    else:
        A = A0 + A1
    layer.fc['A'] = A

    return A
