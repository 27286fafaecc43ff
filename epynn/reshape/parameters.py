"""Shapes of the Reshape layer."""

from math import prod
from typing import TYPE_CHECKING

from epynn.commons.errors import ShapeError
from epynn.kernels.arrays import ndarray

if TYPE_CHECKING:
    from epynn.reshape.models import Reshape


def reshape_compute_shapes(layer: 'Reshape', A: ndarray) -> None:
    """Read the dimensions off the input ``(m, ...)``: ``n`` features a sample, to be laid out.

    Raises
    ------
    ShapeError
        If the features do not fill the shape.
    """
    layer.d['m'] = A.shape[0]
    layer.d['n'] = prod(A.shape[1:])

    # -1 stands for what the others leave: their product is -known
    known = abs(prod(layer.shape))
    left, rest = divmod(layer.d['n'], known)
    if rest or (left != 1 and -1 not in layer.shape):
        raise ShapeError(
            'Reshape.shape', f'a shape of {layer.d["n"]} numbers, as a sample {A.shape[1:]} has',
            f'{layer.shape}', 'Let one number be -1 to fill what is left.',
        )  # fmt: skip
    layer.fs['A'] = (layer.d['m'], *(left if n == -1 else n for n in layer.shape))
