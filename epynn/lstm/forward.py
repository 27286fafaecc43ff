"""Forward pass of the LSTM layer."""

import numpy as np

from epynn.commons.recurrence import Recurrent, keep_steps
from epynn.kernels.arrays import ndarray
from epynn.kernels.steps import make_states, split_gates
from epynn.lstm.parameters import COLUMNS


def lstm_forward(layer: Recurrent, A: ndarray) -> ndarray:
    """Compute ``C_ = Cp_ * f + i * g`` and ``h = o * activate(C_)``, step after step.

    ``(m, s, e) -> (m, u)``, the last state, or all states ``(m, s, u)`` with ``sequences=True``.
    """
    # (1) Input, steps first: (m, s, e) -> (s, m, e)
    X = layer.receive_steps(A)
    gates = layer.run_gates(X, COLUMNS, *layer.gate_activations())
    hp, h = gates.hp, gates.h  # (s, m, u): h[t] is hp[t + 1]
    Cp_, C_ = make_states(h, layer.d['u'])
    C = np.empty_like(C_)
    layer.begin_states(h=hp[0], C_=Cp_[0])  # 0, or what the pass before carried

    for t in range(layer.d['s']):
        # (2) Linear products, all gates at once: ?_ = X U? + hp V? + b?
        # (3) Gates: what to forget, to let in, to give out, and the candidate
        f, i, o, g = gates.compute(t)

        # (4) Memory cell; a masked step leaves it as it was, and the state, too
        C_[t] = layer.hold(t, Cp_[t] * f + i * g, Cp_[t])
        layer.activate.compute(C_[t], C[t])  # C = activate(C_)

        # (5) State
        h[t] = layer.hold(t, o * C[t], hp[t])

    # (6) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    f_, i_, o_, g_ = split_gates(gates.Z, layer.d['u'])
    f, i, o, g = split_gates(gates.A, layer.d['u'])
    keep_steps(layer.fc, Z=gates.Z, f_=f_, i_=i_, o_=o_, g_=g_, gates=gates.A, f=f, i=i, o=o, g=g)
    keep_steps(layer.fc, C_=C_, C=C, Cp_=Cp_, h=h, hp=hp)
    layer.carry_states(h=h[-1], C_=C_[-1])
    A = layer.give_states(h)

    return A
