"""The Dropout layer."""

from collections.abc import Sequence

from epynn.commons.arguments import as_float, as_int
from epynn.commons.models import Layer
from epynn.dropout.backward import dropout_backward
from epynn.dropout.forward import dropout_forward
from epynn.dropout.parameters import dropout_compute_shapes


class Dropout(Layer):
    r"""Switch points of the input off at random while training; outside training ``A = X``.

    .. math:: D = [\,uniform(0, 1) > p\,], \qquad A = X * D / (1 - p)

    Scaling the others up keeps the expected value.

    Parameters
    ----------
    drop_prob : float, optional
        Probability ``p`` of a point to be switched off, from 0 to 1. With 1, the output is zero.
    axis : int or tuple of int, optional
        Axes along which one draw is shared: ``axis=(1, 2)`` on images drops whole channels.

    Notes
    -----
    Shapes: ``X (m, ...)`` -> ``A (m, ...)``, the mask ``D`` with 1 along the shared axes. Backward:
    ``dX = dA * D / (1 - p)``, with the mask of the forward pass. The layer has no parameters.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15
    (2014); the inverted variant, which scales while training.
    """

    compute_shapes = dropout_compute_shapes
    forward = dropout_forward
    backward = dropout_backward

    honours_mask = True
    steps_in_turn = True

    def __init__(self, drop_prob: float = 0.5, axis: int | Sequence[int] = ()) -> None:
        super().__init__()
        self.drop_prob = as_float(drop_prob, 'Dropout.drop_prob', low=0, high=1)
        axes = axis if isinstance(axis, Sequence) else (axis,)
        self.axis = tuple(as_int(a, 'Dropout.axis', minimum=0) for a in axes)
        keep = 1 - self.drop_prob
        self.scale = 1 / keep if keep > 0 else 0.0
