"""Shapes of the Parallel layer."""

from typing import TYPE_CHECKING

from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.branches.models import Parallel


def branches_compute_shapes(layer: 'Parallel', A: ndarray) -> None:
    """Read ``m`` off the input ``(m, ..., d)``. Layers inside note theirs when they see it.

    Raises
    ------
    ShapeError
        If the last axis is not as long as the parts of it that the branches read.
    """
    layer.d['m'] = A.shape[0]
    ends = [part.stop for part in layer.inputs if part.stop]
    size = A.shape[-1] if A.ndim > 1 else 0
    if ends and (size < max(ends) or (size > max(ends) and len(ends) == len(layer.inputs))):
        raise ShapeError(
            layer.name, f'an input of {max(ends)} features, as inputs= says',
            f'an input of shape {A.shape}', 'Pass as many, or write other inputs=.',
        )  # fmt: skip
