"""The LSTM layer."""

from epynn.commons.arguments import as_initializer
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths import ActivationFunction, Initializer, orthogonal, sigmoid, tanh
from epynn.commons.models import HyperParameters
from epynn.commons.penalties import Penalty
from epynn.commons.recurrence import Recurrent
from epynn.lstm.backward import lstm_backward
from epynn.lstm.forward import lstm_forward
from epynn.lstm.parameters import (
    lstm_compute_gradients,
    lstm_compute_shapes,
    lstm_initialize_parameters,
)


class LSTM(Recurrent):
    r"""Long short-term memory: a memory cell that gates clear, fill and read, step after step.

    .. math::

        f &= activate_f(X U_f + hp V_f + b_f) \qquad
        & i &= activate_i(X U_i + hp V_i + b_i) \\
        g &= activate_g(X U_g + hp V_g + b_g) \qquad
        & o &= activate_o(X U_o + hp V_o + b_o) \\
        C\_ &= Cp\_ * f + i * g \qquad
        & C &= activate(C\_), \quad h = o * C

    where ``X`` is one step of the input; ``hp`` and ``Cp_`` are the state and the memory cell
    before the step, ``h`` and ``C_`` those after it. Before the first step both are 0.

    Parameters
    ----------
    unit_cells : int, optional
        Number of units ``u``.
    activate : function, optional
        Activation ``f(x, deriv=False)`` of the memory cell.
    activate_output, activate_candidate, activate_input, activate_forget : function, optional
        Activations of the gates ``o g i f``.
    initialization, clip_gradients, sequences, se_hPars, penalty, stateful : optional
        As in :class:`~epynn.rnn.models.RNN`, for each ``U?`` and ``V?``.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, u)``, or ``(m, s, u)`` with ``sequences=True``. Parameters,
    gate after gate, the biases 0 at first:
    ``Uf (e, u)``, ``Vf (u, u)``, ``bf (1, u)``,
    ``Ui (e, u)``, ``Vi (u, u)``, ``bi (1, u)``,
    ``Ug (e, u)``, ``Vg (u, u)``, ``bg (1, u)``,
    ``Uo (e, u)``, ``Vo (u, u)``, ``bo (1, u)``.
    Caches ``f_ f i_ i g_ g o_ o C_ C Cp_ h hp`` hold all steps, ``(m, s, u)``; ``?_`` is the linear
    product of a gate, before its activation. ``Z`` and ``gates``, ``(m, s, 4 u)``, hold those of
    all gates, before and after, in the order ``f i o g``.

    Backward goes through time, as in RNN. A state reaches the loss as an output and through the
    next step, the memory cell through ``C`` and through the next step; ``dh`` and ``dC_`` are sums
    of both parts::

        do   = dh * C
        dC_ += dh * o * activate'(C_)
        df   = dC_ * Cp_     di = dC_ * g     dg = dC_ * i
        d?_  = d? * activate_?'(?_)           for each gate
        dCp_ = dC_ * f                        is dC_ of the step before
        dhp  = sum of d?_ V?^T                added to dh of the step before
        dX   = sum of d?_ U?^T

    Gradients of parameters are sums over steps and samples:
    ``dU? = sum(X^T d?_)``, ``dV? = sum(hp^T d?_)``, ``db? = sum(d?_)``.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9 (1997), with the
    forget gates of Gers, Schmidhuber and Cummins, "Learning to forget", Neural Computation 12
    (2000). No peepholes: gates see the state, not the memory cell. One bias a gate.

    Examples
    --------
    >>> layer = LSTM(8, sequences=True)
    >>> layer.forward(np.ones((32, 12, 24))).shape
    (32, 12, 8)
    """

    honours_mask = True
    steps_in_turn = True
    weight_names = ('Uf', 'Vf', 'Ui', 'Vi', 'Ug', 'Vg', 'Uo', 'Vo')
    compute_shapes = lstm_compute_shapes
    initialize_parameters = lstm_initialize_parameters
    forward = lstm_forward
    backward = lstm_backward
    compute_gradients = lstm_compute_gradients

    activate_output: BoundActivation
    activate_candidate: BoundActivation
    activate_input: BoundActivation
    activate_forget: BoundActivation

    def output_range(self) -> tuple[float, float] | None:
        """Return the range of the activation and 0, ``h = o * C``, where ``o`` is from 0 to 1."""
        if not (self.activate.is_bundled and self.activate_output.range == (0, 1)):
            return None
        low, high = self.activate.range
        return min(low, 0), max(high, 0)

    def __init__(
        self,
        unit_cells: int = 1,
        activate: ActivationFunction = tanh,
        activate_output: ActivationFunction = sigmoid,
        activate_candidate: ActivationFunction = tanh,
        activate_input: ActivationFunction = sigmoid,
        activate_forget: ActivationFunction = sigmoid,
        initialization: Initializer = orthogonal,
        clip_gradients: bool = False,
        sequences: bool = False,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
        stateful: bool = False,
    ) -> None:
        as_initializer(initialization, 'LSTM.initialization')
        super().__init__(
            unit_cells, initialization, clip_gradients, sequences, se_hPars, penalty, stateful
        )
        self.set_activations(
            activate=activate,
            activate_output=activate_output,
            activate_candidate=activate_candidate,
            activate_input=activate_input,
            activate_forget=activate_forget,
        )

    def gate_activations(self) -> tuple[BoundActivation, ...]:
        """Return those of the gates ``f i o g``."""
        return (
            self.activate_forget,
            self.activate_input,
            self.activate_output,
            self.activate_candidate,
        )
