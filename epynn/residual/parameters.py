"""Shapes of the Residual layer, and of the parameters of the layers inside."""

from typing import TYPE_CHECKING

from epynn.commons.composite import chain_shapes
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
