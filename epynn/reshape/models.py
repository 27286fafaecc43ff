"""The Reshape layer."""

from collections.abc import Sequence

from epynn.commons.arguments import as_int, describe
from epynn.commons.errors import ArgumentError
from epynn.commons.models import Layer
from epynn.reshape.backward import reshape_backward
from epynn.reshape.forward import reshape_forward
from epynn.reshape.parameters import reshape_compute_shapes


class Reshape(Layer):
    """Give each sample other axes, in C order: numbers keep their sequence.

    Parameters
    ----------
    shape : int or sequence of int
        Shape of one sample, without the axis of samples. One number may be -1: what the others
        leave.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, *shape)``; no parameters.

    Examples
    --------
    >>> layer = Reshape((8, 8, -1))
    >>> layer.forward(np.ones((32, 192))).shape
    (32, 8, 8, 3)
    """

    takes_tokens = True
    moves_only = True
    compute_shapes = reshape_compute_shapes
    forward = reshape_forward
    backward = reshape_backward

    def __init__(self, shape: int | Sequence[int]) -> None:
        super().__init__()
        numbers = shape if isinstance(shape, Sequence) and not isinstance(shape, str) else (shape,)
        self.shape = tuple(as_int(number, 'Reshape.shape', minimum=-1) for number in numbers)
        if not self.shape or 0 in self.shape or self.shape.count(-1) > 1:
            raise ArgumentError(
                'Reshape.shape', 'numbers of at least 1, and -1 once at most', describe(shape),
                'For one row a sample, use Flatten().',
            )  # fmt: skip
