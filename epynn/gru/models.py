"""The GRU layer."""

import numpy as np

from epynn.commons.arguments import as_flag, as_initializer
from epynn.commons.bound_activation import BoundActivation
from epynn.commons.maths import (
    ActivationFunction,
    Initializer,
    identity,
    orthogonal,
    sigmoid,
    tanh,
)
from epynn.commons.models import HyperParameters
from epynn.commons.penalties import Penalty
from epynn.commons.recurrence import Recurrent
from epynn.gru.backward import gru_backward
from epynn.gru.forward import gru_forward
from epynn.gru.parameters import (
    OF_HALVES,
    gru_compute_gradients,
    gru_compute_shapes,
    gru_initialize_parameters,
)
from epynn.kernels.arrays import ndarray


class GRU(Recurrent):
    r"""Gated recurrent unit: a state that two gates keep, or replace by a candidate.

    .. math::

        z &= activate_z(X U_z + hp V_z + b_z) \qquad
        & r &= activate_r(X U_r + hp V_r + b_r) \\
        hh &= activate(X U_{hh} + (r * hp) V_{hh} + b_{hh}) \qquad
        & h &= z * hp + (1 - z) * hh

    where ``X`` is one step of the input, ``hp`` the state before the step and ``h`` the state after
    it. Before the first step the state is 0.

    Parameters
    ----------
    unit_cells : int, optional
        Number of units ``u``.
    activate : function, optional
        Activation ``f(x, deriv=False)`` of the candidate ``hh``.
    activate_update, activate_reset : function, optional
        Activations of the gates ``z`` and ``r``.
    initialization, clip_gradients, sequences, se_hPars, penalty, stateful : optional
        As in :class:`~epynn.rnn.models.RNN`, for each ``U?`` and ``V?``.
    reset_after : bool, optional
        Let the reset gate act behind the product with the state, which has a bias of its own:
        ``hh = activate(X Uhh + bhh + r * (hp Vhh + bV))``. So it is in PyTorch and cuDNN, and in
        Keras if nothing is said: weights that were trained there need it.

    Notes
    -----
    Shapes: ``X (m, s, e)`` -> ``A (m, u)``, or ``(m, s, u)`` with ``sequences=True``. Parameters,
    gate after gate, the biases 0 at first:
    ``Uz (e, u)``, ``Vz (u, u)``, ``bz (1, u)``,
    ``Ur (e, u)``, ``Vr (u, u)``, ``br (1, u)``,
    ``Uhh (e, u)``, ``Vhh (u, u)``, ``bhh (1, u)``.
    Caches ``z_ z r_ r hh_ hh rhp h hp`` hold all steps, ``(m, s, u)``: ``?_`` is the linear product
    of a gate, before its activation, and ``rhp`` is ``r * hp``. ``zr_`` and ``zr``,
    ``(m, s, 2 u)``, hold ``z`` and ``r`` side by side. With ``reset_after=True`` there is
    ``bV (1, u)``, too, and in place of ``rhp zr_ zr`` the two halves of ``hh_``,
    ``hV = hp Vhh + bV`` and ``XU = X Uhh + bhh``; ``Z`` and ``gates``, ``(m, s, 4 u)``, hold
    ``z_ r_ hV XU`` and ``z r hV XU``.

    Backward goes through time, as in RNN; ``dh`` has a part from the output and one from the step
    after::

        dz   = dh * (hp - hh)     dhh = dh * (1 - z)
        dhh_ = dhh * activate'(hh_)
        dr   = dhh_ Vhh^T * hp
        dz_  = dz * activate_z'(z_)     dr_ = dr * activate_r'(r_)
        dhp  = dh * z + dhh_ Vhh^T * r + dz_ Vz^T + dr_ Vr^T     added to dh of the step before
        dX   = dz_ Uz^T + dr_ Ur^T + dhh_ Uhh^T

    Gradients of parameters are sums over steps and samples:
    ``dU? = sum(X^T d?_)``, ``db? = sum(d?_)``, ``dV? = sum(hp^T d?_)`` for ``z`` and ``r``, and
    ``dVhh = sum((r * hp)^T dhh_)``.

    With ``reset_after=True``: ``dr = dhh_ * hV``, ``dhV = dhh_ * r``, which stands for ``dhh_ * r``
    in ``dhp`` above, ``dVhh = sum(hp^T dhV)`` and ``dbV = sum(dhV)``.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
    translation", EMNLP (2014), arXiv:1406.1078v1: the reset gate acts on the state before the
    product with ``Vhh``, and ``z`` is the part that is kept. With ``reset_after=True``, the variant
    of version 3 of that text, after it.

    Examples
    --------
    >>> layer = GRU(8)
    >>> layer.forward(np.ones((32, 12, 24))).shape
    (32, 8)
    """

    honours_mask = True
    steps_in_turn = True
    weight_names = ('Uz', 'Vz', 'Ur', 'Vr', 'Uhh', 'Vhh')
    compute_shapes = gru_compute_shapes
    initialize_parameters = gru_initialize_parameters
    forward = gru_forward
    backward = gru_backward
    compute_gradients = gru_compute_gradients

    reset_after: bool
    activate_update: BoundActivation
    activate_reset: BoundActivation

    def output_range(self) -> tuple[float, float] | None:
        """Return the range of the activation and 0: ``h`` lies between the state before and ``hh``.

        The update gate has to lie between 0 and 1.
        """
        if not (self.activate.is_bundled and self.activate_update.range == (0, 1)):
            return None
        low, high = self.activate.range
        return min(low, 0), max(high, 0)

    def __init__(
        self,
        unit_cells: int = 1,
        activate: ActivationFunction = tanh,
        activate_update: ActivationFunction = sigmoid,
        activate_reset: ActivationFunction = sigmoid,
        initialization: Initializer = orthogonal,
        clip_gradients: bool = False,
        sequences: bool = False,
        se_hPars: HyperParameters | None = None,
        penalty: Penalty | None = None,
        stateful: bool = False,
        reset_after: bool = False,
    ) -> None:
        as_initializer(initialization, 'GRU.initialization')
        super().__init__(
            unit_cells, initialization, clip_gradients, sequences, se_hPars, penalty, stateful
        )
        self.set_activations(
            activate=activate, activate_update=activate_update, activate_reset=activate_reset
        )
        self.reset_after = as_flag(reset_after, 'GRU.reset_after')

    def gate_activations(self) -> tuple[BoundActivation, ...]:
        """Return those of the gates ``z`` and ``r``, and of the halves of the candidate, if any."""
        gates = self.activate_update, self.activate_reset
        halves = (BoundActivation(identity),) * 2 if self.reset_after else ()
        return *gates, *halves

    def side_by_side(self, symbol: str, gates: tuple[str, ...]) -> ndarray:
        """Return a parameter of gates as one array; half a candidate may have none of it: 0."""
        if not self.reset_after:
            return super().side_by_side(symbol, gates)
        names = [OF_HALVES.get(symbol + gate, symbol + gate) for gate in gates]
        none = np.zeros_like(self.p[f'{symbol}z'])
        return np.concatenate([self.p.get(name, none) for name in names], axis=1)
