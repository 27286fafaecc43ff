"""Shapes of the Residual layer, and of the parameters of the layers inside."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

from epynn.commons.models import Layer
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.residual.models import Residual


def residual_compute_shapes(layer: 'Residual', A: ndarray) -> None:
    """Read ``m`` off the input ``(m, ...)`` and derive the shapes of all parameters inside.

    They are found once for each shape of a sample.
    """
    layer.d['m'] = A.shape[0]
    if layer.o.get('sample_shape') != A.shape[1:]:
        shapes = chain_shapes(layer.chain, A) + chain_shapes(layer.shortcut, A)
        for i, of_parameters in enumerate(shapes):
            layer.ps.update({f'{i}.{name}': shape for name, shape in of_parameters.items()})
        layer.o['sample_shape'] = A.shape[1:]


def chain_shapes(layers: Sequence[Layer], A: ndarray) -> list[dict[str, tuple[int, ...]]]:
    """Return the shapes of the parameters of each layer in a chain that gets `A`.

    What a layer is given shows only when the ones before have worked: one sample passes through
    copies of them, so that the layers themselves neither draw parameters nor change. They take
    note of their dimensions and shapes.
    """
    shapes = []
    X = A[:1]
    for inner in layers:
        twin = copy.deepcopy(inner)
        twin.training, twin.mask = False, None
        twin.p = {}
        output = twin.forward(X)
        inner.compute_shapes(X)
        shapes.append({name: parameter.shape for name, parameter in twin.p.items()})
        X = output
    return shapes
