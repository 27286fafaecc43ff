"""Forward pass of the RNN layer."""

from epynn.commons.recurrence import Recurrent, keep_steps
from epynn.kernels.arrays import ndarray
from epynn.rnn.parameters import GATES


def rnn_forward(layer: Recurrent, A: ndarray) -> ndarray:
    """Compute ``h = activate(X U + hp V + b)``, step after step.

    ``(m, s, e) -> (m, u)``, the last state, or all states ``(m, s, u)`` with ``sequences=True``.
    """
    # (1) Input, steps first: (m, s, e) -> (s, m, e)
    X = layer.receive_steps(A)
    gate = layer.run_gates(X, GATES, layer.activate)
    hp, h = gate.hp, gate.h  # (s, m, u): h[t] is hp[t + 1]
    layer.begin_states(h=hp[0])  # 0, or what the pass before carried

    for t in range(layer.d['s']):
        # (2) Linear product: h_ = X U + hp V + b
        # (3) Activation; a masked step leaves the state as it was
        h[t] = layer.hold(t, gate.compute(t)[0], hp[t])

    # (4) Output: (s, m, u) -> (m, s, u), or (m, u) of the last step
    keep_steps(layer.fc, h_=gate.Z, h=h, hp=hp)
    layer.carry_states(h=h[-1])
    A = layer.give_states(h)

    return A
