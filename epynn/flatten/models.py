"""The Flatten layer."""

from epynn.commons.models import Layer
from epynn.flatten.backward import flatten_backward
from epynn.flatten.forward import flatten_forward
from epynn.flatten.parameters import flatten_compute_shapes


class Flatten(Layer):
    """Lay the axes of each sample in one row, in C order.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, n)`` with ``n`` the product of the other axes; no parameters.

    Examples
    --------
    >>> Flatten().forward(np.ones((32, 7, 7, 6))).shape
    (32, 294)
    """

    takes_tokens = True  # they only move
    moves_only = True

    compute_shapes = flatten_compute_shapes
    forward = flatten_forward
    backward = flatten_backward
