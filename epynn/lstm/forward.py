"""Forward pass of the LSTM layer."""

from typing import TYPE_CHECKING

import numpy as np

from epynn.commons.recurrence import keep_steps, split_gates, stack_gates
from epynn.kernels.arrays import Array
from epynn.kernels.recurrence import make_states
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
    # (1) Input, steps first, beside the state before and a 1: (m, s, e) -> (s, m, e + u + 1).
    # States before and after each step, (s, m, u): h[t] is hp[t + 1], and hp[0] is 0
    Xhp1, hp, h = layer.receive_steps_beside_states(A)
    UVb = stack_gates(layer, COLUMNS)  # (e + u + 1, 4 u)

    Z = np.empty_like(Xhp1, shape=(*h.shape[:2], UVb.shape[1]))  # (s, m, 4 u)
    gates = np.empty_like(Z)
    f_, i_, o_, g_ = split_gates(Z, 4)  # views (s, m, u)
    f, i, o, g = split_gates(gates, 4)
    Cp_, C_ = make_states(Z, layer.d['u'])
    C = np.empty_like(C_)
    activate_gates = layer.gate_activations()
    ig = np.empty_like(C[0])

    for t in range(layer.d['s']):
        # (2) Linear products, all gates at once: ?_ = X U? + hp V? + b?
        np.matmul(Xhp1[t], UVb, out=Z[t])

        # (3) Gates f, i, o, g: what to forget, to let in, to give out, and the candidate
        activate_gates.compute(Z[t], gates[t])

        # (4) Memory cell: C_ = Cp_ * f + i * g
        np.multiply(Cp_[t], f[t], out=C_[t])
        np.multiply(i[t], g[t], out=ig)
        C_[t] += ig
        layer.activate.compute(C_[t], C[t])

        # (5) State
        np.multiply(o[t], C[t], out=h[t])

    # (6) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    keep_steps(layer.fc, Z=Z, f_=f_, i_=i_, g_=g_, o_=o_, gates=gates, f=f, i=i, g=g, o=o)
    keep_steps(layer.fc, C_=C_, C=C, Cp_=Cp_, h=h, hp=hp)
    A = layer.give_states(h)

    return A
