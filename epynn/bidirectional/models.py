"""The Bidirectional layer."""

import inspect

from epynn.bidirectional.backward import bidirectional_backward
from epynn.bidirectional.forward import bidirectional_forward
from epynn.bidirectional.parameters import bidirectional_compute_shapes
from epynn.commons.arguments import as_choice, describe
from epynn.commons.composite import Composite
from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.recurrence import Recurrent
from epynn.kernels.arrays import ndarray


class Bidirectional(Composite):
    r"""Two recurrent layers read the same sequences, one forwards and one backwards.

    .. math:: A = [\, F(X), \; reverse(B(reverse(X))) \,]

    where ``reverse`` puts the steps in the opposite order. What is known of a step then depends on
    the steps before it, by ``F``, and on those after it, by ``B``.

    Parameters
    ----------
    layer : Recurrent
        The layer ``F``: an RNN, LSTM or GRU, or a Recurrent of your own.
    merge : str, optional
        ``'concatenate'``: the units of both side by side. ``'sum'``: one sum, of as many units.
    backward_layer : Recurrent, optional
        The layer ``B``. None for a second one made by the arguments of `layer`, with weights of its
        own.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, u)``, or ``(m, s, u)`` if the layers give sequences, with
    ``u`` the units of both, or of one where they are summed. Parameters are those of the layers
    inside: ``p['0.U']`` is ``U`` of ``F`` and ``p['1.U']`` that of ``B``. Caches ``A0`` and ``A1``
    hold the outputs of both, each at the step it belongs to.

    Without sequences the output is the last state of either layer: ``F`` ends at the last step,
    ``B`` at the first. Both have read everything. (As in Keras. The output of torch at the last
    step has of ``B`` the state after that one step; the states in its ``h_n`` are those given
    here.) With sequences, the states of ``B`` are put back in the order of the steps: ``A[:, t]``
    holds the states of both after reading step ``t``.

    Backward: units side by side are split, ``dA0 dA1 = dA``, or a sum passes the gradient on to
    both terms, ``dA0 = dA1 = dA``. Each goes back through its layer, ``dA1`` and what comes of it
    in reverse. As the input went both ways, its gradient is the sum::

        dX = dF(X)/dX dA0 + reverse(dB(reverse(X))/dreverse(X) reverse(dA1))

    References
    ----------
    Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal
    Processing 45 (1997). The two are separate layers: neither sees the states of the other.

    Examples
    --------
    >>> layer = Bidirectional(LSTM(8, sequences=True))
    >>> layer.forward(np.ones((32, 12, 24))).shape
    (32, 12, 16)
    """

    input_axes = ('m', 's', 'e')
    takes_tokens = False
    honours_mask = True
    compute_shapes = bidirectional_compute_shapes
    forward = bidirectional_forward
    backward = bidirectional_backward

    def __init__(
        self,
        layer: Recurrent,
        merge: str = 'concatenate',
        backward_layer: Recurrent | None = None,
    ) -> None:
        check_recurrent(layer, 'Bidirectional.layer')
        back = make_equal(layer) if backward_layer is None else backward_layer
        check_recurrent(back, 'Bidirectional.backward_layer')
        super().__init__([layer, back])
        self.arguments['backward_layer'] = back  # saved too: it may be frozen on its own
        self.merge = as_choice(merge, 'Bidirectional.merge', ('concatenate', 'sum'))
        if layer.sequences != back.sequences:
            raise ArgumentError(
                'Bidirectional.backward_layer',
                f'sequences={layer.sequences} as in the other layer',
                f'sequences={back.sequences}', 'Give both the same.',
            )  # fmt: skip
        self.sequences = layer.sequences
        units = [inner.d['u'] for inner in (layer, back)]
        if self.merge == 'sum' and units[0] != units[1]:
            raise ArgumentError(
                'Bidirectional.merge', 'layers of as many units for a sum', f'{units}',
                "Give both as many, or choose merge='concatenate'.",
            )  # fmt: skip
        self.d['u'] = units[0] if self.merge == 'sum' else sum(units)

    def output_mask(self) -> ndarray | None:
        """Return the mask where all states are given out; the last ones have no steps."""
        return self.mask if self.sequences else None


def check_recurrent(layer: Recurrent, name: str) -> None:
    """Refuse what is no recurrent layer."""
    if not isinstance(layer, Recurrent):
        raise ArgumentTypeError(
            name, 'a recurrent layer such as LSTM(8)', describe(layer),
            'Pass an RNN, LSTM or GRU object, or one of your own class derived from '
            'epynn.commons.recurrence.Recurrent.',
        )  # fmt: skip
    if layer.carries:
        raise ArgumentError(
            name, 'a layer without stateful=True', repr(layer),
            'The state of the one that reads backwards comes from steps that are still to come: '
            'take one layer, which reads forwards, or give whole sequences.',
        )  # fmt: skip


def make_equal(layer: Recurrent) -> Recurrent:
    """Return a new layer made by the same arguments, frozen if the layer is; nothing is drawn."""
    signature = inspect.signature(type(layer).__init__)
    bound = inspect.BoundArguments(signature, {'self': None, **layer.arguments})
    second = type(layer)(*bound.args[1:], **bound.kwargs)
    second.trainable = layer.trainable
    return second
