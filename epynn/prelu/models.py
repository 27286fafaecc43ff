"""The PReLU layer."""

from epynn.commons.arguments import as_flag, as_float
from epynn.commons.models import HyperParameters, Layer
from epynn.prelu.backward import prelu_backward
from epynn.prelu.forward import prelu_forward
from epynn.prelu.parameters import (
    prelu_compute_gradients,
    prelu_compute_shapes,
    prelu_initialize_parameters,
)


class PReLU(Layer):
    r"""Pass on what is above 0, and multiply what is below by a slope that is learned.

    .. math:: A = \begin{cases} X & X > 0 \\ \alpha X & X \le 0 \end{cases}

    Parameters
    ----------
    shared : bool, optional
        True for one slope, False for one of each channel, the last axis.
    slope : float, optional
        What slopes are at first.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.

    Notes
    -----
    Shapes: ``X (m, ..., d)`` -> ``A (m, ..., d)``; parameter ``alpha (1,)`` or, not shared,
    ``(d,)``. Penalties leave it alone: they would turn the layer into relu.

    Backward: ``dX = dA`` where ``X > 0``, else ``alpha dA``; ``dalpha = sum(dA X)`` over all
    samples and places where ``X <= 0``, and over channels where these share it.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers: surpassing human-level performance on
    ImageNet classification", ICCV (2015), with the slope at first of theirs and of torch.

    Examples
    --------
    >>> layer = PReLU()
    >>> layer.forward(np.array([[-4.0, 2.0]]))
    array([[-1.,  2.]])
    """

    honours_mask = True
    steps_in_turn = True
    compute_shapes = prelu_compute_shapes
    initialize_parameters = prelu_initialize_parameters
    forward = prelu_forward
    backward = prelu_backward
    compute_gradients = prelu_compute_gradients

    weight_names = ()

    def __init__(
        self, shared: bool = True, slope: float = 0.25, se_hPars: HyperParameters | None = None
    ) -> None:
        super().__init__(se_hPars)
        self.shared = as_flag(shared, 'PReLU.shared')
        self.slope = as_float(slope, 'PReLU.slope', low=-1e30)
