"""Forward pass of the Parallel layer."""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.branches.models import Parallel


def branches_forward(layer: 'Parallel', A: ndarray) -> ndarray:
    """Compute ``A = join(F0(X0), F1(X1), ...)``: ``(m, ..., d) -> (m, ..., u)``."""
    # (1) Input, of which each branch reads a part
    X = layer.receive_input(A)
    parts = [X[..., part] for part in layer.inputs]

    # (2) Along each branch
    outputs = []
    for k, branch in enumerate(layer.branches):
        Ak = layer.pass_through(branch, parts[k], layer.mask)
        Ak = layer.fc[f'A{k}'] = layer.in_floats(Ak)
        outputs.append(Ak)
    check_outputs(layer, outputs)

    # (3) Join: side by side, or element by element
    if layer.join == 'concatenate':
        A = np.concatenate(outputs, axis=-1)
    elif layer.join == 'multiply':
        A = reduce(np.multiply, outputs)
    else:
        A = reduce(np.add, outputs)
        if layer.join == 'mean':
            A = A / len(outputs)
    layer.fc['A'] = A

    return A


def check_outputs(layer: 'Parallel', outputs: Sequence[ndarray]) -> None:
    """Refuse outputs whose shapes do not go together: nothing is broadcast."""
    side_by_side = layer.join == 'concatenate'
    shapes = [f'(m, {", ".join(map(str, Ak.shape[1:]))})' for Ak in outputs]
    if len({Ak.shape[:-1] if side_by_side else Ak.shape for Ak in outputs}) > 1:
        raise ShapeError(
            layer.name, 'branches whose outputs have one shape'
            + (', but for the last axis' if side_by_side else f", to join them by '{layer.join}'"),
            ' and '.join(shapes), 'Choose units, strides and padding that lead to the same.',
        )  # fmt: skip
