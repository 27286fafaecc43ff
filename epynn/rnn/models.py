"""The RNN layer."""

from epynn.commons.arguments import as_initializer
from epynn.commons.maths import ActivationFunction, Initializer, tanh, xavier
from epynn.commons.models import HyperParameters
from epynn.commons.penalties import Penalty
from epynn.commons.recurrence import Recurrent
from epynn.rnn.backward import rnn_backward
from epynn.rnn.forward import rnn_forward
from epynn.rnn.parameters import (
    rnn_compute_gradients,
    rnn_compute_shapes,
    rnn_initialize_parameters,
)


class RNN(Recurrent):
    r"""Recurrent layer: at each step, the state becomes a function of itself and the input.

    .. math:: h\_ = X U + hp V + b, \qquad h = activate(h\_)

    where ``X`` is one step of the input, ``hp`` the state before the step and ``h`` the state after
    it. The state before the first step is 0.

    Parameters
    ----------
    unit_cells : int, optional
        Number of units ``u``.
    activate : function, optional
        Activation ``f(x, deriv=False)`` of the state.
    initialization : function, optional
        Draws ``U`` and ``V``: ``f(shape, rng)``.
    clip_gradients : bool, optional
        Limit the joint norm of the gradients by :func:`epynn.commons.maths.clip_gradient`.
    sequences : bool, optional
        False to give the last state, True to give the states of all steps.
    se_hPars : dict, optional
        Hyper-parameters of this layer alone.
    penalty : Penalty, optional
        Penalty on ``U`` and ``V``, such as ``L2(1e-4)``.
    stateful : bool, optional
        Whether a batch goes on from the states that the one before ended with, sample by sample:
        for series so long that they are cut into pieces.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, u)``, or ``(m, s, u)`` with ``sequences=True``; parameters
    ``U (e, u)``, ``V (u, u)`` and ``b (1, u)``, the latter 0 at first. Another call may have other
    numbers of samples and steps. Caches ``h_ h hp`` hold all steps, ``(m, s, u)``.

    Backward goes through time, from the last step to the first. A state reaches the loss as an
    output and through the next step, so its gradient ``dh`` is the sum of both parts::

        dh_ = dh * activate'(h_)
        dhp = dh_ V^T                      added to dh of the step before
        dX  = dh_ U^T

    Every step uses the same parameters, so their gradients are sums over steps and samples:
    ``dU = sum(X^T dh_)``, ``dV = sum(hp^T dh_)``, ``db = sum(dh_)``.

    References
    ----------
    Elman, "Finding structure in time", Cognitive Science 14 (1990). Backpropagation through time is
    not truncated.

    Examples
    --------
    >>> layer = RNN(8)
    >>> layer.forward(np.ones((32, 12, 24))).shape
    (32, 8)
    """

    honours_mask = True
    steps_in_turn = True
    weight_names = ('U', 'V')
    compute_shapes = rnn_compute_shapes
    initialize_parameters = rnn_initialize_parameters
    forward = rnn_forward
    backward = rnn_backward
    compute_gradients = rnn_compute_gradients

    def output_range(self) -> tuple[float, float] | None:
        """Return the range of the activation, ``h = activate(h_)``."""
        return self.activate.range if self.activate.is_bundled else None

    def __init__(
        self,
        unit_cells: int = 1,
        activate: ActivationFunction = tanh,
        initialization: Initializer = xavier,
        clip_gradients: bool = True,
        sequences: bool = False,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
        stateful: bool = False,
    ) -> None:
        as_initializer(initialization, 'RNN.initialization')
        super().__init__(
            unit_cells, initialization, clip_gradients, sequences, se_hPars, penalty, stateful
        )
        self.set_activations(activate=activate)
