"""The TimeDistributed layer."""

from collections.abc import Sequence

from epynn.commons.composite import Composite, check_inner_layers
from epynn.commons.models import Layer
from epynn.timedistributed.backward import timedistributed_backward
from epynn.timedistributed.forward import timedistributed_forward
from epynn.timedistributed.parameters import timedistributed_compute_shapes


class TimeDistributed(Composite):
    r"""Apply layers at each step of sequences: the same ones, with the same parameters.

    .. math:: A_{m,s} = F(X_{m,s})

    Behind a recurrent layer with ``sequences=True`` it gives an answer for every step.

    Parameters
    ----------
    layers : Layer or sequence of Layer
        The layers ``F``, in order: ``Dense(3, softmax)``, or ``[Dense(16, relu), Dropout(),
        Dense(3, softmax)]``.

    Notes
    -----
    Shapes: ``X (m, s, ...)`` -> ``A (m, s, ...)``; of features ``(m, s, e)`` -> ``(m, s, u)``, of
    images ``(m, s, h, w, d)`` too. To the layers inside each step is a sample: they get ``Xr (M,
    ...)``, rows of all ``M = m s`` steps. With a mask `M` counts real steps alone. Those that pad
    do not reach the layers inside, so that a BatchNorm takes its mean over real steps; the output
    is 0 there. Parameters are those of the layers inside, numbered from 0: ``p['0.W']``.

    Backward: rows of ``dA`` go back through the layers, and the gradients of parameters sum over
    real steps as over samples; ``dX`` is 0 where a step pads.

    References
    ----------
    Graves, "Supervised sequence labelling with recurrent neural networks", Springer (2012). The
    name is that of Keras; in torch ``Linear`` does so by itself, for any number of axes.

    Examples
    --------
    >>> layer = TimeDistributed(Dense(3, softmax))
    >>> layer.forward(np.ones((32, 12, 24))).shape
    (32, 12, 3)
    """

    compute_shapes = timedistributed_compute_shapes
    forward = timedistributed_forward
    backward = timedistributed_backward

    honours_mask = True
    steps_in_turn = True

    def __init__(self, layers: Layer | Sequence[Layer]) -> None:
        layers = [layers] if isinstance(layers, Layer) else layers
        super().__init__(check_inner_layers(layers, 'TimeDistributed.layers'))

    def in_turn(self) -> bool:
        """Return True, whatever is inside: it sees one step at a time."""
        return self.has_passes_of('steps_in_turn', 'forward')

    def output_layer(self) -> Layer:
        """Return the last layer inside, whose output this one gives out."""
        says_so = self.has_passes_of('output_layer', 'forward', 'backward')
        return self.layers[-1].output_layer() if says_so else self
