"""Forward pass of the LSTM layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import gates_side_by_side, keep_steps, split_gates
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import make_states, multiply_steps
from epynn.lstm.parameters import COLUMNS

if TYPE_CHECKING:
    from epynn.lstm.models import LSTM


def lstm_forward(layer: 'LSTM', A: Array) -> Array:
    """Compute ``C_ = Cp_ * f + i * g`` and ``h = o * activate(C_)``, step after step.

    Parameters
    ----------
    A : ndarray
        Output of the layer before, ``(m, s, e)``.

    Returns
    -------
    A : ndarray
        The last state ``(m, u)``, or all states ``(m, s, u)`` with ``sequences=True``.
    """
    # (1) Input, steps first: (m, s, e) -> (s, m, e)
    X = layer.receive_steps(A)
    U, V, b = (gates_side_by_side(layer, symbol, COLUMNS) for symbol in 'UVb')

    # (2) Linear products with the inputs of all steps: (s, m, e) @ (e, 4 u) -> (s, m, 4 u)
    Z = multiply_steps(X, U)
    Z += b
    gates = np.empty_like(Z)
    f_, i_, o_, g_ = split_gates(Z, 4)  # views (s, m, u)
    f, i, o, g = split_gates(gates, 4)

    # States before and after each step, (s, m, u): h[t] is hp[t + 1], and hp[0] is 0
    hp, h = make_states(Z, layer.d['u'])
    Cp_, C_ = make_states(Z, layer.d['u'])
    C = np.empty_like(h)
    activate_gates = layer.gate_activations()

    for t in range(layer.d['s']):
        # (3) Linear products with the state before, all gates at once: ?_ = X U? + hp V? + b?
        Z[t] += hp[t] @ V

        # (4) Gates f, i, o, g: what to forget, to let in, to give out, and the candidate
        activate_gates.compute(Z[t], gates[t])

        # (5) Memory cell
        np.multiply(Cp_[t], f[t], out=C_[t])
        C_[t] += i[t] * g[t]
        C[t] = layer.activate(C_[t])

        # (6) State
        np.multiply(o[t], C[t], out=h[t])

    # (7) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    keep_steps(layer.fc, Z=Z, f_=f_, i_=i_, o_=o_, g_=g_, gates=gates, f=f, i=i, o=o, g=g)
    keep_steps(layer.fc, C_=C_, C=C, Cp_=Cp_, h=h, hp=hp)
    A = layer.give_states(h)

    return A
